"""Who is written to after people have changed: another ministry, another contact, two of them with one address."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.models import Contact, Meeting
from meetings.saving import save_meeting, save_party
from meetings.schedule.moves import cancel_meeting, move_meeting, postpone_meeting
from secretariat.reminders.following import remove_follows
from secretariat.reminders.models import Delivery, ReminderRule, Reply
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.replanning import follow_policy
from secretariat.reminders.replies.links import reply_link
from secretariat.reminders.sending import send_due
from tests.factories import (
    ContactFactory,
    MinistryFactory,
    ResponsibilityFactory,
    StateFactory,
    TemplateLineFactory,
    TrackFactory,
    day_span,
)

from .test_invitations import at_almaty, calendar_of, event_of, follow, meeting_of, sent

pytestmark = pytest.mark.django_db
WHY = {"actor": None, "reason": "Agreed."}


def waiting(contact):
    return Delivery.objects.filter(contact=contact, state="pending")


def moves_to(ministry):
    """The contact of Kyrgyzstan leaves for another ministry."""
    contact = Contact.objects.get(email="kg@example.org")
    contact.ministry = ministry
    save_party(contact)
    return contact


def leaves(contact):
    contact.valid_until = contact.day_at(timezone.now()) - timedelta(days=1)
    save_party(contact)


# Another ministry


def test_who_left_for_a_ministry_that_does_not_answer_is_not_told_what_the_former_one_owes(meeting, sink):
    contact = moves_to(MinistryFactory(state=StateFactory(code="TJ")))
    send_due()
    assert sink.recipients == ["cn@example.org", "kz@example.org"]
    assert not waiting(contact).exists()
    assert reconcile() == []


def test_who_left_for_a_ministry_that_answers_is_told_what_that_one_owes(meeting, sink):
    tajik = MinistryFactory(state=StateFactory(code="TJ"))
    ResponsibilityFactory(track=meeting.track, ministry=tajik)
    contact = moves_to(tajik)
    assert set(waiting(contact).values_list("due__state", flat=True)) == {"TJ"}
    assert reconcile() == []


def test_a_link_says_nothing_for_the_state_that_its_reader_has_left(meeting, sink, client):
    send_due()
    row = Delivery.objects.get(contact__email="kg@example.org", state="sent")
    tajik = MinistryFactory(state=StateFactory(code="TJ"))
    ResponsibilityFactory(track=meeting.track, ministry=tajik)
    moves_to(tajik)
    link = reply_link(row.uid, "submitted").partition("8000")[2]
    looked = client.get(link)
    assert (looked.status_code, "seal" in looked.content.decode()) == (403, False)
    assert "does not answer for this any more" in looked.content.decode()
    assert not Reply.objects.exists()


def test_a_link_holds_for_who_went_to_another_ministry_of_the_state_that_answers_too(meeting, sink, client):
    send_due()
    row = Delivery.objects.get(contact__email="kg@example.org", state="sent")
    other = MinistryFactory(state=StateFactory(code="KG"), names={"en": "Ministry of Transport"})
    ResponsibilityFactory(track=meeting.track, ministry=other)
    moves_to(other)
    assert client.get(reply_link(row.uid, "submitted").partition("8000")[2]).status_code == 200


# After the meeting


@pytest.fixture
def held(db):
    """Held three weeks ago; ten days from now its report is due from Kyrgyzstan."""
    line = TemplateLineFactory(offset_days=30, roll="none")
    track = TrackFactory(deadline_template=line.template)
    ministry = MinistryFactory(state=StateFactory(code="KG"))
    ContactFactory(ministry=ministry, email="kg@example.org")
    ResponsibilityFactory(track=track, ministry=ministry)
    meeting = Meeting(track=track, ordinal=7, status="confirmed")
    meeting.take_span(day_span((timezone.now().date() - timedelta(days=20)).isoformat()))
    save_meeting(meeting)
    meeting.status = "held"
    save_meeting(meeting, act=None, reason="It was held.")
    return meeting


def reminders(contact):
    return list(waiting(contact).filter(kind="reminder").order_by("pk").values_list("offset_code", flat=True))


def test_who_takes_office_after_the_meeting_is_reminded_of_what_is_still_due(held):
    old = Contact.objects.get(email="kg@example.org")
    new = ContactFactory.build(ministry=old.ministry, email="new@example.org")
    save_party(new)
    assert reminders(new) == reminders(old) != []
    assert reconcile() == []


def test_who_leaves_office_after_the_meeting_is_not_reminded_any_more(held):
    contact = Contact.objects.get(email="kg@example.org")
    leaves(contact)
    assert not waiting(contact).exists()
    assert reconcile() == []


def test_a_rule_that_changes_after_the_meeting_is_followed_while_something_is_due(held):
    contact = Contact.objects.get(email="kg@example.org")
    ReminderRule.objects.filter(about="due", occasion="before").exclude(days=3).delete()
    follow_policy()
    assert reminders(contact) == ["P3D"]


# Two contacts of one state with one address


@pytest.fixture
def track(db):
    return TrackFactory()


@pytest.fixture
def desk(db):
    """Two people behind one address of a ministry."""
    ministry = MinistryFactory(state=StateFactory(code="KG"))
    return [
        ContactFactory(ministry=ministry, email=email) for email in ("role@example.org", "Role@example.org")
    ]


def to_whom(mail):
    return mail["To"].addresses[0].addr_spec


def test_two_followers_with_one_address_get_one_invitation_one_update_and_one_end(track, desk, sink):
    made = meeting_of(track)
    follow(desk[0], track=track)
    follow(desk[1], meeting=made)
    (invitation,) = sent(sink)
    move_meeting(made.pk, to=at_almaty("2027-06-01", "2027-06-02"), **WHY)
    (update,) = sent(sink)
    cancel_meeting(made.pk, **WHY)
    (end,) = sent(sink)
    assert {to_whom(mail) for mail in (invitation, update, end)} == {"role@example.org"}
    assert [event_of(mail)["SEQUENCE"] for mail in (invitation, update, end)] == [0, 1, 2]
    assert "METHOD:CANCEL" in calendar_of(end)
    assert reconcile() == []


def test_who_follows_later_with_the_address_of_who_is_invited_is_not_invited_again(track, desk, sink):
    made = meeting_of(track)
    first, second = desk
    follow(second, track=track)
    (invitation,) = sent(sink)
    follow(first, track=track)
    assert sent(sink) == []
    cancel_meeting(made.pk, **WHY)
    (end,) = sent(sink)
    assert to_whom(invitation) == to_whom(end) == "Role@example.org"


def test_who_hears_of_the_postponement_hears_of_the_cancellation_whoever_shares_its_address(
    track, desk, sink
):
    made = meeting_of(track)
    first, second = desk
    follow(second, meeting=made)
    sent(sink)
    follow(first, meeting=made)
    postpone_meeting(made.pk, **WHY)
    assert [to_whom(mail) for mail in sent(sink)] == ["Role@example.org"]
    cancel_meeting(made.pk, **WHY)
    assert [to_whom(mail) for mail in sent(sink)] == ["Role@example.org"]


def test_the_meeting_stays_in_the_calendar_of_an_address_while_one_of_its_two_people_follows_it(
    track, desk, sink
):
    made = meeting_of(track)
    rows = [follow(contact, meeting=made) for contact in desk]
    sent(sink)
    remove_follows(rows[:1], actor=None)
    assert sent(sink) == []
    remove_follows(rows[1:], actor=None)
    (end,) = sent(sink)
    assert "METHOD:CANCEL" in calendar_of(end)


def test_when_the_one_who_was_invited_leaves_office_the_other_is_told_what_follows(track, desk, sink):
    made = meeting_of(track)
    for contact in desk:
        follow(contact, meeting=made)
    sent(sink)
    leaves(desk[0])
    reconcile()
    (invitation,) = sent(sink)
    cancel_meeting(made.pk, **WHY)
    (end,) = sent(sink)
    assert to_whom(invitation) == to_whom(end) == "Role@example.org"
    assert event_of(invitation)["SEQUENCE"] == 0


def test_what_one_of_two_people_behind_an_address_refuses_the_address_gets_no_more(track, desk, sink, client):
    made = meeting_of(track)
    for contact in desk:
        follow(contact, meeting=made)
    (invitation,) = sent(sink)
    link = invitation["List-Unsubscribe"].strip("<>").partition("8000")[2]
    assert client.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert reconcile(repair=False) == []
    assert "METHOD:REQUEST" not in "".join(calendar_of(mail) for mail in sent(sink))
    move_meeting(made.pk, to=at_almaty("2027-06-01", "2027-06-02"), **WHY)
    assert sent(sink) == []


def test_followers_of_two_states_with_one_address_are_two(track, desk, sink):
    made = meeting_of(track)
    other = ContactFactory(ministry=MinistryFactory(state=StateFactory(code="TJ")), email="role@example.org")
    for contact in (desk[0], other):
        follow(contact, meeting=made)
    assert len(sent(sink)) == 2
