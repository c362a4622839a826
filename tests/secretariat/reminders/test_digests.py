"""The weekly digest: one mail of what falls due, each thing once, and nothing of it lost or doubled."""

import email
import email.policy
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meetings.changes import announced_together
from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import Contact, Due
from meetings.saving import rederive, save_party
from meetings.schedule.moves import cancel_meeting
from secretariat.reminders.digesting import begin_digest
from secretariat.reminders.keeping import hold, release
from secretariat.reminders.message import render
from secretariat.reminders.models import Delivery
from secretariat.reminders.plan.digests import Digest, digest_before
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import claim, send_due
from tests.factories import DeadlineFactory

moments = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
digests = st.builds(Digest, st.integers(1, 7), st.times().map(lambda at: at.replace(second=0, microsecond=0)))
zones = st.sampled_from(["Asia/Almaty", "Asia/Kathmandu", "Europe/Zurich", "America/New_York"])


@given(moments, digests, zones)
def test_each_moment_belongs_to_the_last_digest_before_it(moment, digest, zone):
    at = digest_before(moment, digest, zone)
    assert at.astimezone(ZoneInfo(zone)).isoweekday() == digest.weekday
    assert timedelta(0) < moment - at <= timedelta(days=7, hours=2)


def test_a_deadline_at_the_hour_of_a_digest_belongs_to_the_one_before():
    monday = datetime(2027, 3, 1, 4, tzinfo=UTC)  # nine o'clock at Almaty
    digest = Digest(1, time(9))
    assert digest_before(monday, digest, "Asia/Almaty") == monday - timedelta(days=7)
    assert digest_before(monday + timedelta(minutes=1), digest, "Asia/Almaty") == monday


@pytest.fixture
def reader(meeting):
    """Has its digest ten days before the deadlines, so that all of them lie ahead of it: they are due in 13 days."""
    contact = Contact.objects.get(email="kg@example.org")
    today = contact.day_at(timezone.now())
    with announced_together():
        for due in Due.objects.all():
            pin_due(due.pk, day=today + timedelta(days=13), actor=None, reason="Agreed.")
        contact.digest_on = (today + timedelta(days=10)).isoweekday()
        save_party(contact)
    return contact


def mine(reader, **of_it):
    rows = Delivery.objects.filter(contact=reader, **of_it).exclude(state="cancelled")
    return sorted((row.kind, row.offset_code, row.state) for row in rows)


def its_hour_comes(reader):
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(contact=reader, kind="digest", state="pending").update(next_try_at=past)


def another_deadline(meeting, reader):
    due = Due.objects.get(state="KG")
    deadline = DeadlineFactory(meeting=meeting, titles={"en": "Nominations"}, offset_days=-50, roll="none")
    rederive([meeting.pk])
    return pin_due(deadline.dues.get(state="KG").pk, day=due.due_on, actor=None, reason="Agreed.")


def mails(sink, reader):
    found = [each for each in sink.accepted if each.rcpt_tos == [reader.email]]
    return [email.message_from_bytes(each.content, policy=email.policy.default) for each in found]


@pytest.mark.django_db
def test_who_chooses_a_digest_gets_it_in_place_of_single_mails_save_that_of_the_last_day(reader):
    assert mine(reader) == [
        ("digest", "", "pending"),
        ("overdue", "P1D", "pending"),
        ("overdue", "P7D", "pending"),
        ("reminder", "P1D", "pending"),
        ("reminder", "P1W", "pending"),
    ]
    assert reconcile() == []


@pytest.mark.django_db
def test_one_mail_tells_all_that_falls_due_and_each_is_told_once(meeting, reader, sink):
    another_deadline(meeting, reader)
    its_hour_comes(reader)
    send_due()
    sent = mails(sink, reader)
    assert len(sent) == 1
    text = sent[0].get_body(("plain",)).get_content()
    assert ("Draft papers" in text, "Nominations" in text) == (True, True)
    assert str(sent[0]["Subject"]).endswith("2 things fall due")
    assert Delivery.objects.filter(state="carried", digest__kind="digest").count() == 2
    assert (send_due(), reconcile()) == (0, [])


@pytest.mark.django_db
def test_who_was_told_by_a_digest_is_told_singly_that_it_changed_in_answer_to_it(reader, sink):
    its_hour_comes(reader)
    send_due()
    due = Due.objects.get(state="KG")
    pin_due(due.pk, day=due.due_on + timedelta(days=2), actor=None, reason="Agreed.")
    send_due()
    first, second = mails(sink, reader)
    assert str(second["Subject"]).startswith("Deadline moved: ")
    assert second["In-Reply-To"] == first["Message-ID"]


@pytest.mark.django_db
def test_what_was_received_is_not_in_the_digest_and_one_of_nothing_does_not_go(meeting, reader, sink):
    due = another_deadline(meeting, reader)
    settle_due(due.pk, status="waived", at=None, actor=None, reason="Not needed.")
    its_hour_comes(reader)
    settle_due(
        Due.objects.exclude(pk=due.pk).get(state="KG").pk,
        status="waived",
        at=None,
        actor=None,
        reason="Nor this.",
    )
    send_due()
    assert (mails(sink, reader), mine(reader)) == ([], [])
    assert reconcile() == []


@pytest.mark.django_db
def test_a_digest_that_a_worker_has_is_taken_from_it_when_an_item_changes(meeting, reader, sink):
    its_hour_comes(reader)
    (held,) = (row for row in claim(50) if row.contact_id == reader.pk)
    written = render(held)
    another_deadline(meeting, reader)
    assert begin_digest(held, written) == "busy"
    send_due()
    (mail,) = mails(sink, reader)
    assert "Nominations" in mail.get_body(("plain",)).get_content()


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["451 later", "550 no such mailbox", "data 452 full"])
def test_a_digest_that_was_not_taken_told_nothing_and_is_written_anew(meeting, reader, sink, answer):
    its_hour_comes(reader)
    sink.answers[reader.email] = answer
    send_due()
    assert not Delivery.objects.filter(state="carried").exists()
    cancel_meeting(meeting.pk, actor=None, reason="The host withdrew.")
    sink.answers.clear()
    Delivery.objects.filter(state="deferred").update(next_try_at=timezone.now())
    send_due()
    assert mails(sink, reader) == []


@pytest.mark.django_db
def test_a_digest_whose_answer_was_lost_may_have_told_and_is_not_guessed_about(reader, sink):
    its_hour_comes(reader)
    sink.answers[reader.email] = "data drop"
    send_due()
    assert mine(reader, kind="digest") == [("digest", "", "uncertain")]
    assert mine(reader, is_item=True) == [("reminder", "P1W", "carried")]
    assert reconcile() == []


@pytest.mark.django_db
def test_a_held_digest_does_not_go_until_it_is_released(reader, sink):
    its_hour_comes(reader)
    row = Delivery.objects.get(contact=reader, kind="digest")
    hold([row.pk], actor=None, reason="Wait.")
    send_due()
    assert mails(sink, reader) == []
    release([row.pk], actor=None, reason="Go.")
    send_due()
    assert len(mails(sink, reader)) == 1


@pytest.mark.django_db
def test_who_gives_the_digest_up_gets_single_mails_again(reader):
    reader.digest_on = None
    save_party(reader)
    assert mine(reader) == [
        ("overdue", "P1D", "pending"),
        ("overdue", "P7D", "pending"),
        *(("reminder", code, "pending") for code in ("P14D", "P1D", "P3D", "P7D")),
    ]
    assert reconcile() == []


@pytest.mark.django_db
def test_what_became_due_after_the_digest_of_its_week_goes_by_itself_once(meeting, reader, sink):
    due = Due.objects.get(state="KG")
    near = reader.day_at(timezone.now()) + timedelta(days=2)
    pin_due(due.pk, day=near, actor=None, reason="Agreed.")
    assert mine(reader, kind="digest") == []
    send_due()
    assert [row.offset_code for row in Delivery.objects.filter(contact=reader, state="sent")] == ["P1W"]
    assert (send_due(), reconcile()) == (0, [])


@pytest.mark.django_db
def test_a_lost_digest_is_found_and_planned_again(reader):
    Delivery.objects.filter(kind="digest").update(state="cancelled")
    assert [line for found in reconcile() for line in found.details] != []
    assert mine(reader, kind="digest") == [("digest", "", "pending")]


@pytest.mark.django_db
def test_a_digest_has_no_subject_and_what_it_told_names_it(reader):
    row = Delivery.objects.get(contact=reader, kind="digest")
    item = Delivery.objects.get(contact=reader, is_item=True)
    for pk, values in (
        (row.pk, {"due": item.due, "meeting": item.meeting}),
        (item.pk, {"state": "carried"}),
        (item.pk, {"digest": row}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.filter(pk=pk).update(**values)
    with pytest.raises(IntegrityError), transaction.atomic():
        Contact.objects.filter(pk=reader.pk).update(digest_on=8)


def test_a_digest_that_lapsed_by_a_clock_that_ran_ahead_is_planned_again(reader):
    Delivery.objects.filter(contact=reader, kind="digest").update(state="lapsed")
    assert ("digest", "", "lapsed") in mine(reader)
    reconcile()
    assert ("digest", "", "pending") in mine(reader)
