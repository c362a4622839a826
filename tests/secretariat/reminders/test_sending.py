"""Each reminder once, on time, never after it became untrue: by a real SMTP conversation."""

import asyncio
import email
import email.policy
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from meetings.deadlines.dues import settle_due
from meetings.models import Contact, Due, Track
from meetings.saving import save_party
from meetings.schedule.moves import cancel_meeting, move_meeting, postpone_meeting
from secretariat.reminders.message import render
from secretariat.reminders.models import Delivery
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import claim, reap, send_due
from secretariat.reminders.settling import settle
from secretariat.reminders.statements import begin_sending, finish
from tests.factories import day_span

pytestmark = pytest.mark.django_db

THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]


def parsed(envelope):
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


def later(meeting, days):
    return day_span((meeting.first_on + timedelta(days=days)).isoformat())


def test_what_is_due_goes_out_once_to_each(meeting, sink):
    assert (send_due(), send_due()) == (3, 0)
    assert sink.recipients == THREE


def test_each_is_written_to_in_its_own_language_and_zone(meeting, sink):
    send_due()
    texts = {
        envelope.rcpt_tos[0]: parsed(envelope).get_body(("plain",)).get_content()
        for envelope in sink.accepted
    }
    assert "请中国于" in texts["cn@example.org"]
    assert "18:00（上海，UTC+8）" in texts["cn@example.org"]
    assert "Казахстан, срок представления" in texts["kz@example.org"]
    assert "18:00 (Алматы, UTC+5)" in texts["kz@example.org"]
    assert "is due from Kyrgyzstan by" in texts["kg@example.org"]
    assert "18:00 (Bishkek, UTC+6)" in texts["kg@example.org"]


def test_a_mail_says_that_a_machine_wrote_it_and_has_both_parts(meeting, sink):
    send_due()
    message = parsed(sink.accepted[0])
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["Message-ID"] in set(Delivery.objects.values_list("message_id", flat=True))


def test_moving_the_meeting_before_the_send_changes_what_is_pending(meeting, sink):
    move_meeting(meeting.pk, to=later(meeting, 100), actor=None, reason="the host asked")
    assert (send_due(), sink.accepted) == (0, [])
    moved = Delivery.objects.exclude(state="cancelled")
    assert set(moved.values_list("sequence", flat=True)) == {1}


def test_who_was_told_a_date_is_told_that_it_moved_and_who_was_not_is_not(meeting, sink):
    sink.answers["kz@example.org"] = "451 later"
    send_due()
    sink.answers.clear()
    move_meeting(meeting.pk, to=later(meeting, 100), actor=None, reason="the host asked")
    sink.accepted.clear()
    send_due()
    assert sink.recipients == ["cn@example.org", "kg@example.org"]
    assert set(Delivery.objects.filter(state="sent", sequence=1).values_list("kind", flat=True)) == {
        "changed"
    }


def test_a_meeting_moved_there_and_back_before_the_tick_sends_no_notice(meeting, sink):
    send_due()
    sink.accepted.clear()
    back = meeting.span
    move_meeting(meeting.pk, to=later(meeting, 100), actor=None, reason="the host asked")
    move_meeting(meeting.pk, to=back, actor=None, reason="the host thought again")
    assert (send_due(), sink.recipients) == (0, [])


def test_cancelling_the_meeting_cancels_what_is_pending(meeting, sink):
    cancel_meeting(meeting.pk, actor=None, reason="no longer wanted")
    assert (send_due(), sink.accepted) == (0, [])
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}


def test_what_was_received_is_not_asked_for_again(meeting, sink):
    due = Due.objects.get(state="KZ")
    settle_due(due.pk, status="received", at=timezone.now(), actor=None)
    send_due()
    assert {row.contact.email: row.kind for row in told_now(sink)} == {
        "cn@example.org": "reminder",
        "kg@example.org": "reminder",
        "kz@example.org": "received",
    }


def test_a_contact_who_left_receives_nothing(meeting, sink):
    contact = Contact.objects.get(email="kz@example.org")
    contact.valid_until = contact.day_at(timezone.now()) - timedelta(days=1)
    save_party(contact)
    send_due()
    assert sink.recipients == ["cn@example.org", "kg@example.org"]


def test_one_refused_for_good_fails_and_the_others_arrive(meeting, sink):
    sink.answers["kz@example.org"] = "550 no such mailbox"
    send_due()
    row = Delivery.objects.get(state="failed")
    assert (row.contact.email, row.attempts, row.reply) == ("kz@example.org", 0, "550 no such mailbox")
    assert sink.recipients == ["cn@example.org", "kg@example.org"]


def test_one_put_off_is_tried_again_with_the_same_message_id(meeting, sink):
    sink.answers["kz@example.org"] = "data 451 later"
    send_due()
    row = Delivery.objects.get(state="deferred")
    assert row.next_try_at > timezone.now()
    sink.answers.clear()
    Delivery.objects.filter(pk=row.pk).update(next_try_at=timezone.now())
    send_due()
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("sent", 2)
    assert [parsed(e)["Message-ID"] for e in sink.accepted if e.rcpt_tos[0] == "kz@example.org"] == [
        row.message_id
    ]


def test_a_lost_answer_is_uncertain_and_is_not_sent_again_on_a_guess(meeting, sink):
    sink.answers["kz@example.org"] = "data drop"
    send_due()
    row = Delivery.objects.get(state="uncertain")
    sink.answers.clear()
    send_due()
    assert sink.recipients == THREE
    settle([row.pk], arrived=True, actor=None, reason="Dushanbe confirmed by telephone")
    row.refresh_from_db()
    assert row.state == "sent"


def test_an_unreachable_server_costs_no_attempt(meeting, sink, settings):
    settings.EMAIL_PORT = 1
    assert send_due() == 0
    assert set(Delivery.objects.filter(planned_at__lte=timezone.now()).values_list("state", "attempts")) == {
        ("pending", 0)
    }


def test_a_claim_of_a_worker_that_is_gone_is_given_back(meeting):
    rows = claim(50)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        lease_until=timezone.now() - timedelta(seconds=1)
    )
    reap()
    assert set(Delivery.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True)) == {
        "pending"
    }


def test_a_worker_that_was_held_up_past_half_its_lease_hangs_up_and_sends_at_once_under_a_new_one(
    meeting, sink, settings
):
    settings.LEASE_SECONDS = 2
    prompt, held_up = sink.handle_RCPT, iter([1.2])

    async def slow_once(server, session, envelope, address, options):
        if address == "kz@example.org":
            await asyncio.sleep(next(held_up, 0))
        return await prompt(server, session, envelope, address, options)

    sink.handle_RCPT = slow_once
    assert send_due() == 3
    assert sink.recipients == THREE
    assert Delivery.objects.get(contact__email="kz@example.org", state="sent").attempts == 2


def test_a_name_with_a_line_break_adds_no_header(meeting, sink):
    Contact.objects.filter(email="kz@example.org").update(name="MFA\r\nBcc: all@example.org")
    send_due()
    assert sink.recipients == ["cn@example.org", "kg@example.org", "kz@example.org"]
    headers = b"".join(envelope.content.split(b"\r\n\r\n")[0] for envelope in sink.accepted)
    assert b"\r\nBcc:" not in headers


def test_the_ledger_needs_no_repair_after_any_of_this(meeting, sink):
    send_due()
    move_meeting(meeting.pk, to=later(meeting, 7), actor=None, reason="the host asked")
    send_due()
    assert reconcile() == []


def test_reconcile_finds_what_a_bulk_write_broke(meeting):
    broken = Delivery.objects.filter(contact__email="kz@example.org").update(state="cancelled")
    assert len(reconcile(repair=False)[0].details) == broken
    assert len(reconcile()[0].details) == broken
    assert reconcile() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reminders_delivery SET subject = 'other' WHERE state = 'sent'",
        "DELETE FROM reminders_delivery WHERE state = 'sent'",
        "UPDATE reminders_deliveryevent SET detail = 'other'",
        "DELETE FROM reminders_deliveryevent",
    ],
)
def test_what_was_sent_is_neither_edited_nor_deleted(meeting, sink, statement):
    send_due()
    with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_contact_is_written_to_on_its_last_day_in_office_too(meeting, sink):
    contact = Contact.objects.get(email="kz@example.org")
    contact.valid_until = contact.day_at(timezone.now())
    save_party(contact)
    send_due()
    assert sink.recipients == THREE


def test_a_deadline_withdrawn_a_second_time_is_said_a_second_time(meeting, sink):
    send_due()
    day = meeting.span
    for _twice in range(2):
        postpone_meeting(meeting.pk, actor=None, reason="the host asked")
        sink.accepted.clear()
        send_due()
        assert (sink.recipients, {"withdrawn"}) == (THREE, {row.kind for row in told_now(sink)})
        move_meeting(meeting.pk, to=day, actor=None, reason="the host found the day again")
        send_due()


def told_now(sink):
    ids = [parsed(envelope)["Message-ID"] for envelope in sink.accepted]
    return Delivery.objects.filter(message_id__in=ids)


def test_a_track_without_a_translation_is_named_in_another_language_and_marked(meeting, sink):
    Track.objects.update(names={"en": "Transport ministers' meeting"})
    send_due()
    subjects = {envelope.rcpt_tos[0]: str(parsed(envelope)["Subject"]) for envelope in sink.accepted}
    assert subjects["kg@example.org"].endswith("— 7th Transport ministers' meeting")
    assert subjects["kz@example.org"].endswith("— 7th Transport ministers' meeting [en]")


def test_after_an_outage_only_the_newest_reminder_of_a_due_goes(meeting, sink):
    past = timezone.now() - timedelta(seconds=1)
    Delivery.objects.filter(kind="reminder", offset_code="P1D").update(planned_at=past, next_try_at=past)
    assert (send_due(), sink.recipients) == (3, THREE)
    went = Delivery.objects.filter(state="sent")
    assert set(went.values_list("offset_code", flat=True)) == {"P1D"}
    assert Delivery.objects.filter(state="cancelled", reply="no longer true when its turn came").count() == 3


@pytest.mark.parametrize(
    "untrue",
    [
        lambda: Contact.objects.filter(email="kz@example.org").update(is_undeliverable=True),
        lambda: Contact.objects.filter(email="kz@example.org").update(valid_until="2020-01-01"),
        lambda: Contact.objects.filter(email="kz@example.org").update(valid_from="2099-01-01"),
        lambda: Due.objects.filter(state="KZ").update(status="received", received_at=timezone.now()),
        lambda: Due.objects.filter(state="KZ").update(sequence=5),
        lambda: Delivery.objects.filter(contact__email="kz@example.org").update(expires_at=timezone.now()),
    ],
)
def test_the_truth_is_asked_for_again_just_before_the_text(meeting, sink, untrue):
    untrue()  # behind the plan's back
    assert (send_due(), sink.recipients) == (2, ["cn@example.org", "kg@example.org"])
    assert Delivery.objects.filter(state__in=["cancelled", "lapsed"]).count() == 1


def test_who_lost_a_claim_neither_sends_nor_writes(meeting, sink):
    rows = claim(50)
    Delivery.objects.update(token=None, state="pending")
    assert [begin_sending(row, render(row)) for row in rows] == ["not ours"] * 3
    for row in rows:
        finish(row, "sent", "250 kept", "another")
    assert set(Delivery.objects.values_list("state", "attempts")) == {("pending", 0)}
    assert {event.state for row in rows for event in row.events.all()} == {"pending"}
