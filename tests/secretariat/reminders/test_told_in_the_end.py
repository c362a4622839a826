"""Who was told something hears how it ended: once, and nothing that it would read as another thing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.agenda.stages import Stage
from meetings.committees.acts import grant_term
from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import Contact, Due, Meeting
from meetings.saving import rederive, save_meeting
from meetings.schedule.dates import month_span
from meetings.schedule.moves import cancel_meeting, move_meeting, postpone_meeting
from secretariat.reminders.following import remove_follows
from secretariat.reminders.models import Delivery, Follow, ReminderRule, Reply
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.replanning import follow_policy
from secretariat.reminders.replies.links import reply_link
from secretariat.reminders.replies.recording import record_reply, set_aside
from secretariat.reminders.sending import send_due
from tests.factories import UserFactory, day_span

from .test_every_dated_thing import THREE, agenda, freeze, seat, sent_to, term_of, track  # noqa: F401
from .test_invitations import follow

pytestmark = pytest.mark.django_db
WHY = {"actor": None, "reason": "Agreed."}


@pytest.fixture
def shown(meeting):
    """The meeting with its deadlines, as the public calendar shows it."""
    meeting.visibility = "public"
    save_meeting(meeting)
    return meeting


@pytest.fixture
def issued(agenda, sink):  # noqa: F811
    """A meeting whose agenda all have."""
    freeze(agenda, Stage.PROVISIONAL)
    told(sink)
    return Meeting.objects.get(pk=agenda.meeting_id)


@pytest.fixture
def followed(issued, sink):
    """The same, to which Kyrgyzstan was invited."""
    follow(Contact.objects.get(email="kg@example.org"), meeting=issued)
    assert told(sink) == ["Invitation"]
    return issued


def mails(sink):
    """What goes out now to Kyrgyzstan, which reads English."""
    sink.accepted.clear()
    send_due()
    return sorted(sent_to(sink, "kg@example.org"))


def told(sink):
    """How the subjects of these begin."""
    return [mail.split(":")[0] for mail in mails(sink)]


def day_of(meeting):
    return f"{meeting.first_on.day} {meeting.first_on:%B %Y}"


def told_later(meeting, sink):
    """The same, after an edit of the meeting and the nightly look over the ledger."""
    meeting.refresh_from_db()
    meeting.city = "Osh"
    save_meeting(meeting)
    assert reconcile() == []
    return told(sink)


# Postponed, then cancelled


def test_who_was_told_that_a_new_day_follows_for_its_deadline_hears_of_the_cancellation_once(shown, sink):
    send_due()
    postpone_meeting(shown.pk, **WHY)
    assert told(sink) == ["Meeting postponed"]
    cancel_meeting(shown.pk, **WHY)
    (mail,) = mails(sink)
    assert sink.recipients == THREE
    assert "nothing is due" in mail
    assert told_later(shown, sink) == []


def test_who_follows_a_postponed_meeting_hears_of_the_cancellation_once(shown, sink):
    follow(Contact.objects.get(email="kg@example.org"), meeting=shown)
    send_due()
    postpone_meeting(shown.pk, **WHY)
    assert told(sink) == ["Meeting postponed", "Postponed"]
    cancel_meeting(shown.pk, **WHY)
    assert told(sink) == ["Cancelled", "Meeting cancelled"]
    assert told_later(shown, sink) == []


def test_who_has_the_agenda_of_a_postponed_meeting_hears_of_the_cancellation_once(issued, sink):
    postpone_meeting(issued.pk, **WHY)
    assert told(sink) == ["Meeting postponed"]
    cancel_meeting(issued.pk, **WHY)
    assert told(sink) == ["Meeting off"]
    assert sink.recipients == THREE
    assert told_later(issued, sink) == []


def test_who_has_the_agenda_and_follows_hears_once_that_the_postponed_meeting_is_cancelled(followed, sink):
    postpone_meeting(followed.pk, **WHY)
    assert told(sink) == ["Postponed"]
    assert told_later(followed, sink) == []
    cancel_meeting(followed.pk, **WHY)
    assert told(sink) == ["Cancelled"]
    assert told_later(followed, sink) == []


def test_who_has_the_agenda_and_follows_hears_once_of_a_cancellation_straight_away(followed, sink):
    cancel_meeting(followed.pk, **WHY)
    assert told(sink) == ["Cancelled"]
    assert told_later(followed, sink) == []


def test_who_has_the_agenda_and_follows_no_longer_hears_of_the_end_by_the_agenda(followed, sink):
    remove_follows(Follow.objects.all(), actor=None)
    assert told(sink) == ["No longer followed"]
    cancel_meeting(followed.pk, **WHY)
    assert told(sink) == ["Meeting off"]
    assert told_later(followed, sink) == []


def test_of_an_internal_meeting_too_its_ministries_hear_that_it_is_cancelled(meeting, sink):
    send_due()
    postpone_meeting(meeting.pk, **WHY)
    send_due()
    cancel_meeting(meeting.pk, **WHY)
    assert told(sink) == ["Meeting cancelled"]


def test_a_meeting_cancelled_before_its_postponement_was_mailed_is_told_once(shown, sink):
    send_due()
    postpone_meeting(shown.pk, **WHY)
    cancel_meeting(shown.pk, **WHY)
    assert told(sink) == ["Meeting cancelled"]
    assert told_later(shown, sink) == []


def test_who_was_told_of_the_cancellation_straight_away_hears_of_it_once(shown, sink):
    follow(Contact.objects.get(email="kg@example.org"), meeting=shown)
    send_due()
    cancel_meeting(shown.pk, **WHY)
    assert told(sink) == ["Cancelled", "Meeting cancelled"]
    assert told_later(shown, sink) == []


def test_who_has_the_agenda_of_a_meeting_cancelled_straight_away_hears_of_it_once(issued, sink):
    cancel_meeting(issued.pk, **WHY)
    assert told(sink) == ["Meeting off"]
    assert told_later(issued, sink) == []


def test_who_heard_nothing_of_the_postponed_meeting_hears_nothing_of_its_cancellation(shown, sink):
    postpone_meeting(shown.pk, **WHY)
    cancel_meeting(shown.pk, **WHY)
    assert told(sink) == []


def test_who_was_told_that_nothing_is_due_any_more_hears_nothing_of_the_cancellation(
    shown, sink, time_machine
):
    now = timezone.now()
    time_machine.move_to(now - timedelta(hours=1))
    send_due()
    side = shown.track.mechanism.sides.get(position=2)
    side.memberships.filter(state="KG").update(until_period="2024")
    rederive([shown.pk])
    assert told(sink) == ["No longer due"]
    time_machine.move_to(now)
    cancel_meeting(shown.pk, **WHY)
    assert told(sink) == []


# Again on the same day


def test_a_deadline_that_stands_again_as_it_was_has_not_moved(shown, sink):
    send_due()
    postpone_meeting(shown.pk, **WHY)
    send_due()
    move_meeting(shown.pk, to=shown.span, **WHY)
    (mail,) = mails(sink)
    assert mail.startswith("Due after all ")
    assert "stands again, as it was" in mail
    assert "has moved" not in mail


def test_a_deadline_that_stands_again_on_another_day_has_moved(shown, sink):
    send_due()
    postpone_meeting(shown.pk, **WHY)
    send_due()
    move_meeting(shown.pk, to=day_span((shown.first_on + timedelta(days=9)).isoformat()), **WHY)
    assert told(sink) == ["Deadline moved"]


def test_a_meeting_held_after_all_on_the_day_that_its_agenda_named_has_not_moved(issued, sink):
    postpone_meeting(issued.pk, **WHY)
    send_due()
    move_meeting(issued.pk, to=issued.span, **WHY)
    (mail,) = mails(sink)
    assert mail.startswith("Meeting held after all: ")
    assert "on another day" not in mail


def test_the_last_day_for_an_item_that_stands_again_as_it_was_has_not_moved(agenda, sink):  # noqa: F811
    freeze(agenda, Stage.PROVISIONAL)
    soon = day_span((timezone.now().date() + timedelta(days=35)).isoformat())
    move_meeting(agenda.meeting_id, to=soon, **WHY)
    send_due()
    postpone_meeting(agenda.meeting_id, **WHY)
    send_due()
    move_meeting(agenda.meeting_id, to=soon, **WHY)
    assert "stands again, as it was" in mails(sink)[0]


def test_a_term_whose_renewal_is_struck_out_ends_after_all(seat, sink):  # noqa: F811
    term = term_of(seat, 60)
    send_due()
    renewal = grant_term(seat.pk, starts_on=term.ends_on, basis="Decision of the third session", actor=None)
    assert told(sink) == ["Term goes on"]
    renewal.delete()
    reconcile()
    (mail,) = mails(sink)
    assert " after all: " in mail.splitlines()[0]
    assert "on another day" not in mail


# Back to a month


def test_who_has_the_agenda_is_told_that_its_day_no_longer_holds_where_only_a_month_is_known(issued, sink):
    move_meeting(issued.pk, to=month_span(2027, 4, issued.zone), **WHY)
    (mail,) = mails(sink)
    assert sink.recipients == THREE
    assert mail.startswith("No longer on ")
    assert f"is not held on {day_of(issued)}" in mail
    assert told_later(issued, sink) == []


def test_who_has_the_agenda_and_follows_hears_once_that_only_a_month_is_known(followed, sink):
    move_meeting(followed.pk, to=month_span(2027, 4, followed.zone), **WHY)
    assert told(sink) == [f"No longer on {day_of(followed)}"]
    assert told_later(followed, sink) == []


@pytest.fixture
def only_a_month(issued, sink):
    """The meeting with the day that its agenda names; all were told that only a month is known now."""
    move_meeting(issued.pk, to=month_span(2027, 4, issued.zone), **WHY)
    send_due()
    return issued


def test_the_day_that_follows_a_month_is_told_beside_the_one_that_the_agenda_named(only_a_month, sink):
    move_meeting(only_a_month.pk, to=day_span("2027-04-10"), **WHY)
    (mail,) = mails(sink)
    assert f"Its agenda named {day_of(only_a_month)}" in mail


def test_a_meeting_cancelled_in_its_month_is_named_by_the_day_that_its_agenda_named(only_a_month, sink):
    cancel_meeting(only_a_month.pk, **WHY)
    (mail,) = mails(sink)
    assert f"of {day_of(only_a_month)} will not be held" in mail


def test_after_a_month_a_meeting_is_held_after_all_on_the_day_that_its_agenda_named(only_a_month, sink):
    move_meeting(only_a_month.pk, to=only_a_month.span, **WHY)
    assert told(sink) == ["Meeting held after all"]


# After the day


def test_who_is_answered_about_an_overdue_deadline_hears_that_the_meeting_is_cancelled(shown, sink):
    day = timezone.now().date() - timedelta(days=2)
    pin_due(Due.objects.get(state="KG").pk, day=day, may_be_past=True, **WHY)
    assert told(sink)[0].startswith("Overdue since ")
    record_reply(Delivery.objects.get(kind="overdue", state="sent"), "submitted")
    set_aside(Reply.objects.get().pk, actor=UserFactory(), reason="Nothing came.", is_told=True)
    assert told(sink) == ["Not received so far"]
    cancel_meeting(shown.pk, **WHY)
    assert told(sink) == ["Meeting cancelled"]


# Thanked, and opened again


def received(due, *, before=timedelta(0)):
    settle_due(due.pk, status="received", at=timezone.now() - before, actor=None)


def reopened(due):
    settle_due(due.pk, status="open", at=None, actor=None, reason="It was another file.")


@pytest.fixture
def thanked(shown, sink):
    """A deadline of tomorrow, with all its reminders behind it, that was met."""
    due = Due.objects.get(state="KG")
    pin_due(due.pk, day=timezone.now().date() + timedelta(days=1), **WHY)
    send_due()
    received(due)
    assert told(sink) == ["Received with thanks"]
    return due


def test_who_was_thanked_is_told_that_it_is_due_after_all(thanked, sink):
    reopened(thanked)
    assert told(sink)[0].startswith("Due after all ")
    assert told_later(thanked.deadline.meeting, sink) == []


def test_what_comes_a_second_time_is_thanked_for_a_second_time(thanked, sink):
    reopened(thanked)
    send_due()
    received(thanked)
    assert told(sink) == ["Received with thanks"]


def test_a_corrected_moment_of_receipt_is_not_thanked_for_again(shown, sink):
    due = Due.objects.get(state="KG")
    send_due()
    received(due)
    assert told(sink) == ["Received with thanks"]
    reopened(due)
    received(due, before=timedelta(hours=1))
    assert told(sink) == []


def test_a_receipt_recorded_by_mistake_and_taken_back_leaves_the_links_alone(shown, sink, client):
    send_due()
    row = Delivery.objects.get(contact__email="kg@example.org", state="sent")
    received(row.due)
    reopened(row.due)
    assert told(sink) == []
    assert client.get(reply_link(row.uid, "submitted").partition("8000")[2]).status_code == 200


# Where changes are not told


def test_a_deadline_brought_forward_is_told_by_the_reminder_that_it_missed(shown, sink):
    ReminderRule.objects.filter(about="due", occasion="changed").update(is_on=False)
    ReminderRule.objects.filter(about="due", occasion="before").exclude(days=7).delete()
    follow_policy()
    send_due()
    due = Due.objects.get(state="KG")
    earlier = due.due_on - timedelta(days=2)
    pin_due(due.pk, day=earlier, **WHY)
    (mail,) = mails(sink)
    assert mail.startswith(f"Due {earlier.day} {earlier:%B %Y}: ")
    assert told_later(shown, sink) == []
