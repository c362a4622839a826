"""Between the claim and the text something changes: the lease ends, the contact is edited, a row cannot be written."""

import asyncio
import email
import email.policy
import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from meetings.models import Contact
from meetings.saving import save_party
from secretariat.reminders.claiming import claim, release
from secretariat.reminders.message import render
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due
from secretariat.reminders.statements import begin_sending

THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]
KZ = "kz@example.org"


@pytest.fixture
def at_recipient(sink):
    """Called with an act: it happens once, when the first recipient of a batch is named and nothing has begun."""

    def when_named(act):
        keep, acts = sink.handle_RCPT, [act]

        async def handle_RCPT(server, session, envelope, address, options):
            if acts:
                await asyncio.to_thread(in_its_own_connection, acts.pop())
            return await keep(server, session, envelope, address, options)

        sink.handle_RCPT = handle_RCPT

    return when_named


def in_its_own_connection(act):
    try:
        act()
    finally:
        connection.close()


def details_of(rows):
    return [event.detail for row in rows for event in row.events.all()]


# The lease


def the_databases_clock_is_put_on_an_hour():
    Delivery.objects.filter(state="claimed").update(lease_until=F("lease_until") - timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_a_true_mail_whose_lease_ended_before_the_text_goes_all_the_same(meeting, sink, at_recipient):
    at_recipient(the_databases_clock_is_put_on_an_hour)
    assert send_due() == 3
    assert sink.recipients == THREE
    due = Delivery.objects.filter(planned_at__lte=timezone.now())
    assert set(due.values_list("state", flat=True)) == {"sent"}
    assert "its lease ended before it was sent" in details_of(due)


@pytest.mark.django_db
def test_beginning_says_why_not(meeting, sink):
    first, second, third = claim(50)
    Delivery.objects.filter(pk=first.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    Contact.objects.filter(pk=second.contact_id).update(language="zh")
    Delivery.objects.filter(pk=third.pk).update(token=None, state="pending")
    second.contact.language = "en"
    assert [begin_sending(row, render(row)) for row in (first, second, third)] == [
        "lease over",
        "edited",
        "not ours",
    ]
    Delivery.objects.filter(pk=first.pk).update(lease_until=timezone.now() + timedelta(minutes=1))
    Contact.objects.filter(pk=first.contact_id).update(is_undeliverable=True)
    assert begin_sending(first, render(first)) == "untrue"


# The contact


EDITS = {
    "email": "new.office@example.org",
    "language": "en",
    "name": "Department of Protocol",
    "zone": "Asia/Aqtobe",
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("what", EDITS)
def test_a_contact_edited_while_its_mail_is_claimed_gets_it_as_it_is_now(meeting, sink, at_recipient, what):
    contact = Contact.objects.get(email=KZ)

    def edited():
        setattr(contact, what, EDITS[what])
        save_party(contact, reason="as the ministry told us")

    at_recipient(edited)
    send_due()
    assert send_due() == 0
    now = Contact.objects.get(pk=contact.pk)
    assert sink.recipients == sorted(["cn@example.org", "kg@example.org", now.email])
    [mail] = [
        email.message_from_bytes(envelope.content, policy=email.policy.default)
        for envelope in sink.accepted
        if envelope.rcpt_tos == [now.email]
    ]
    assert mail["To"].addresses[0].display_name == now.name
    assert mail["Content-Language"] == now.language
    row = Delivery.objects.get(contact=now, state="sent", kind="reminder")
    assert (row.recipient, row.language) == (now.email, now.language)


WAITING = """
SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
 WHERE datname = current_database() AND NOT granted
"""


@pytest.mark.django_db(transaction=True)
def test_a_contact_whose_edit_is_not_committed_yet_when_its_mail_begins_is_waited_for(meeting, sink):
    rows = claim(50)
    [row] = [row for row in rows if row.contact.email == KZ]
    mail, begun = render(row), []
    beginning = threading.Thread(
        target=in_its_own_connection, args=[lambda: begun.append(begin_sending(row, mail))]
    )
    with transaction.atomic():
        contact = Contact.objects.get(email=KZ)
        contact.email = "new.office@example.org"
        save_party(contact, reason="as the ministry told us")
        beginning.start()
        with connection.cursor() as cursor:
            deadline = time.monotonic() + 30
            while beginning.is_alive() and cursor.execute(WAITING).fetchone() == (0,):
                assert time.monotonic() < deadline, "it did not begin in time"
    beginning.join()
    assert begun == ["edited"]
    release(rows)
    send_due()
    assert sink.recipients == ["cn@example.org", "kg@example.org", "new.office@example.org"]


# Bad rows


@pytest.fixture
def without_zone_checks(meeting):
    """As a row of before them may be."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE meetings_contact DROP CONSTRAINT IF EXISTS a_contact_is_in_a_time_zone")


@pytest.mark.django_db
def test_a_contact_whose_zone_is_none_fails_alone_and_is_shown(meeting, sink, without_zone_checks):
    Contact.objects.filter(email=KZ).update(zone="Almaty")
    assert send_due() == 2
    row = Delivery.objects.get(state="failed")
    assert row.contact.email == KZ
    assert "Almaty" in row.reply
    assert list(Delivery.objects.unsettled()) == [row]
    assert not Delivery.objects.filter(state="claimed").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("answer", "state", "reply"),
    [
        ("550 5.1.1 no \0such user", "failed", "550 5.1.1 no  such user"),
        ("data 451 4.7.1 la\0ter", "deferred", "451 4.7.1 la ter"),
        ("data 250 2.0.0 \0kept", "sent", "250 2.0.0  kept"),
    ],
)
def test_a_nul_in_the_answer_of_the_mail_server_stops_nothing(meeting, sink, answer, state, reply):
    sink.answers[KZ] = answer
    send_due()
    row = Delivery.objects.get(contact__email=KZ, planned_at__lte=timezone.now())
    assert (row.state, row.reply) == (state, reply)
    assert {"cn@example.org", "kg@example.org"} <= set(sink.recipients)
    assert not Delivery.objects.filter(state="claimed").exists()


@pytest.fixture
def refusing(transactional_db):
    """The database refuses to write this state of Kazakhstan's mail."""

    def refuse(state):
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION refuse_it() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'not this one' USING ERRCODE = 'data_exception'; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER refuse_it BEFORE UPDATE ON reminders_delivery FOR EACH ROW "
                f"WHEN (NEW.state = '{state}' AND NEW.recipient = '{KZ}') EXECUTE FUNCTION refuse_it()"
            )

    yield refuse
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION IF EXISTS refuse_it() CASCADE")


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_arrived_and_cannot_be_recorded_is_uncertain_and_the_others_go(meeting, sink, refusing):
    refusing("sent")
    assert send_due() == 3
    assert sink.recipients == THREE
    row = Delivery.objects.get(contact__email=KZ, planned_at__lte=timezone.now())
    assert row.state == "uncertain"
    assert row.reply.startswith("cannot be recorded: DataError: not this one")
    assert send_due() == 0


@pytest.mark.django_db(transaction=True)
def test_a_mail_that_the_database_does_not_let_begin_fails_and_the_others_go(meeting, sink, refusing):
    refusing("sending")
    assert send_due() == 2
    row = Delivery.objects.get(contact__email=KZ, planned_at__lte=timezone.now())
    assert (row.state, row.reply.partition("\n")[0]) == ("failed", "cannot be sent: DataError: not this one")
    assert sink.recipients == ["cn@example.org", "kg@example.org"]
