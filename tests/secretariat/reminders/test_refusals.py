"""Whose refusal it is, and what follows: as servers of many makes say it, and over a real conversation."""

import logging

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from meetings.models import Contact, Meeting
from meetings.saving import save_party
from secretariat.localstack.processes import free_port
from secretariat.reminders.models import Delivery, MailDomain, RelayOutage
from secretariat.reminders.plan.refusals import asks_for_patience, pause_minutes, refusal_of
from secretariat.reminders.sending import send_due
from tests.factories import ContactFactory

THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]

# The rule

SAID = [
    # Before anybody is named all of it speaks of us.
    ("greeting", 554, "5.7.1 go away", "relay", "stop"),
    ("greeting", 421, "4.3.2 too many connections", "relay", "stop"),
    ("ehlo", 550, "5.7.1 <host>: Helo command rejected: Host not found", "relay", "stop"),
    ("starttls", 454, "4.7.0 TLS not available due to local problem", "relay", "stop"),
    ("auth", 535, "5.7.8 Error: authentication failed", "relay", "stop"),
    ("auth", 454, "4.7.0 Temporary authentication failure", "relay", "stop"),
    ("auth", 421, "4.7.0 Try again later", "relay", "stop"),
    ("mail", 530, "5.7.0 Must issue a STARTTLS command first", "relay", "stop"),
    ("mail", 530, "5.7.1 Client was not authenticated", "relay", "stop"),
    ("mail", 451, "4.3.0 Temporary lookup failure", "relay", "stop"),
    ("mail", 452, "4.3.1 Insufficient system storage", "relay", "stop"),
    ("mail", 553, "5.7.1 <a@b>: Sender address rejected: not owned by user", "relay", "stop"),
    ("mail", 550, "5.4.5 Daily sending quota exceeded", "relay", "stop"),
    ("mail", 421, "4.7.0 too many messages on this connection", "relay", "reconnect"),
    ("rcpt", 421, "4.4.2 closing connection", "relay", "reconnect"),
    ("data", 421, "4.3.2 shutting down", "relay", "reconnect"),
    ("dot", 421, "4.3.2 shutting down", "relay", "reconnect"),
    # At the recipient, and still of us: Postfix, which waits for RCPT with everything, Exim, Exchange, sendmail, qmail.
    ("rcpt", 554, "5.7.1 <a@b>: Relay access denied", "relay", "stop"),
    ("rcpt", 454, "4.7.1 <a@b>: Relay access denied", "relay", "stop"),
    ("rcpt", 550, "5.7.1 relaying denied", "relay", "stop"),
    ("rcpt", 550, "5.7.1 <a@b>... Relaying denied. Proper authentication required.", "relay", "stop"),
    ("rcpt", 550, "relay not permitted", "relay", "stop"),
    ("rcpt", 550, "5.7.1 Unable to relay for a@b", "relay", "stop"),
    ("rcpt", 550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", "relay", "stop"),
    ("rcpt", 553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", "relay", "stop"),
    ("rcpt", 530, "5.7.1 Authentication required", "relay", "stop"),
    ("rcpt", 530, "", "relay", "stop"),
    ("rcpt", 550, "Authentication is required for relay", "relay", "stop"),
    ("rcpt", 503, "5.5.1 Error: need MAIL command", "relay", "stop"),
    ("rcpt", 554, "5.7.1 <h[1.2.3.4]>: Client host rejected: Access denied", "relay", "stop"),
    (
        "rcpt",
        550,
        "5.7.1 Service unavailable; client [1.2.3.4] blocked using zen.spamhaus.org",
        "relay",
        "stop",
    ),
    ("rcpt", 553, "5.7.1 <a@b>: Sender address rejected: not logged in", "relay", "stop"),
    ("rcpt", 550, "5.1.8 <a@b>: Sender address rejected: Domain not found", "relay", "stop"),
    ("rcpt", 550, "Sender verify failed", "relay", "stop"),
    ("rcpt", 554, "5.3.2 System not accepting network messages", "relay", "stop"),
    # It is not well just now.
    ("rcpt", 451, "4.3.0 <a@b>: Temporary lookup failure", "relay", "retry"),
    ("rcpt", 451, "4.3.5 Server configuration problem", "relay", "retry"),
    ("dot", 452, "4.3.1 not kept: No space left on device", "relay", "retry"),
    ("dot", 550, "5.7.60 SMTP; Client does not have permissions to send as this sender", "relay", "stop"),
    ("dot", 550, "5.4.5 Daily user sending quota exceeded", "relay", "stop"),
    # Of the address.
    (
        "rcpt",
        550,
        "5.1.1 <a@b>: Recipient address rejected: User unknown in virtual mailbox table",
        "address",
        "fail",
    ),
    ("rcpt", 550, "no such mailbox", "address", "fail"),
    ("rcpt", 501, "5.1.3 Bad recipient address syntax", "address", "fail"),
    ("rcpt", 504, "5.5.2 <a>: Recipient address rejected: need fully-qualified address", "address", "fail"),
    ("rcpt", 552, "5.2.2 Mailbox full", "address", "fail"),
    ("rcpt", 450, "4.2.0 <a@b>: Recipient address rejected: Greylisted", "address", "retry"),
    ("rcpt", 451, "4.7.1 Greylisting in action, please come back later", "address", "retry"),
    ("rcpt", 451, "later", "address", "retry"),
    ("dot", 550, "5.1.1 user unknown", "address", "fail"),
    ("dot", 550, "unknown user", "address", "fail"),
    # Of its domain.
    ("rcpt", 550, "5.1.2 Bad destination system address", "domain", "fail"),
    ("rcpt", 450, "4.1.2 <a@b>: Recipient address rejected: Domain not found", "domain", "retry"),
    ("rcpt", 550, "Unrouteable address", "domain", "fail"),
    ("rcpt", 556, "5.1.10 Domain b has null MX", "domain", "fail"),
    ("rcpt", 450, "4.4.1 no answer from host", "domain", "retry"),
    ("rcpt", 550, "Mail rate limit exceeded", "domain", "retry"),
    # Of our text, or of nothing that we could name.
    ("data", 554, "5.5.1 Error: no valid recipients", "text", "fail"),
    ("dot", 554, "5.7.1 Message rejected as spam", "text", "fail"),
    ("dot", 550, "5.7.26 DMARC check failed", "text", "fail"),
    ("dot", 554, "5.7.1 it holds a link to a host that is blocked", "text", "fail"),
    ("dot", 552, "5.3.4 Message size exceeds fixed limit", "text", "fail"),
    ("dot", 451, "4.7.1 try again later", "text", "retry"),
]


@pytest.mark.parametrize(("stage", "code", "text", "whose", "then"), SAID)
def test_an_answer_is_read_as_of_whom_it_speaks(stage, code, text, whose, then):
    refusal = refusal_of(stage, code, text)
    assert (refusal.whose, refusal.then) == (whose, then)


@pytest.mark.parametrize(
    ("code", "text", "is_hasty"),
    [
        (432, "4.3.2 STOREDRV.Storage: too many concurrent deliveries", True),
        (452, "4.5.3 too many recipients", True),
        (451, "4.7.500 Server busy. Please try again later", True),
        (450, "4.2.1 The user you are trying to contact is receiving mail at a rate", True),
        (550, "Mail rate limit exceeded", True),
        (452, "4.2.2 The recipient's inbox is out of storage space", False),
        (451, "4.7.1 Greylisting in action", False),
        (450, "4.2.0 Recipient address rejected: Greylisted", False),
        (451, "later", False),
        (550, "5.1.1 user unknown", False),
    ],
)
def test_who_asks_for_fewer_mails_says_so_and_greylisting_does_not(code, text, is_hasty):
    assert asks_for_patience(code, text) is is_hasty


def test_the_first_pause_is_a_minute_and_the_last_an_hour():
    assert [pause_minutes(before) for before in range(9)] == [1, 2, 4, 8, 15, 30, 60, 60, 60]


# Over a conversation


@pytest.fixture
def answering(sink):
    """Answers each command of a stage with what this says, once it is set: {"mail": "530 …"}."""
    sink.says = {}
    recipient, text = sink.handle_RCPT, sink.handle_DATA

    async def handle_MAIL(server, session, envelope, address, options):
        answer = sink.says.get("mail", "250 ok")
        if answer == "250 ok":
            envelope.mail_from = address
        return answer

    async def handle_RCPT(server, session, envelope, address, options):
        if "rcpt" in sink.says:
            return sink.says["rcpt"]
        return await recipient(server, session, envelope, address, options)

    async def handle_DATA(server, session, envelope):
        return sink.says.get("dot") or await text(server, session, envelope)

    sink.handle_MAIL, sink.handle_RCPT, sink.handle_DATA = handle_MAIL, handle_RCPT, handle_DATA
    return sink


def due_now():
    return Delivery.objects.filter(planned_at__lte=timezone.now())


def minutes_until(rows):
    return [(row.next_try_at - timezone.now()).total_seconds() / 60 for row in rows]


def an_hour_of_the_outage_passes():
    RelayOutage.objects.update(next_try_at=timezone.now())
    due_now().exclude(state="sent").update(next_try_at=timezone.now())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("stage", "answer"),
    [
        ("mail", "530 5.7.0 Must issue a STARTTLS command first"),
        ("mail", "451 4.3.0 Temporary lookup failure"),
        ("mail", "550 5.4.5 Daily sending quota exceeded"),
        ("rcpt", "530 5.7.1 Authentication required"),
        ("rcpt", "550 5.7.1 relaying denied"),
        ("dot", "550 5.7.60 Client does not have permissions to send as this sender"),
    ],
)
def test_a_refusal_of_us_by_our_own_server_fails_nothing_stops_all_and_alarms(
    meeting, answering, caplog, stage, answer
):
    answering.says[stage] = answer
    with caplog.at_level(logging.ERROR, "secretariat"):
        assert (send_due(), send_due()) == (0, 0)  # the second time nobody asks
    assert set(due_now().values_list("state", flat=True)) <= {"pending", "deferred"}
    assert not MailDomain.objects.exists()
    assert not Contact.objects.filter(is_undeliverable=True).exists()
    outage = RelayOutage.objects.get()
    assert outage.said == answer
    assert 0 < minutes_until([outage])[0] < 0.5
    errors = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert [record.getMessage() for record in errors] == [
        f"our mail server takes no mail, all waits and nothing is lost: {answer}"
    ]
    # Nobody waits longer than the minute, however often it was tried.
    assert max(minutes_until(due_now())) <= 1.2

    answering.says.clear()
    an_hour_of_the_outage_passes()
    assert (send_due(), answering.recipients) == (3, THREE)
    assert not RelayOutage.objects.exists()


@pytest.mark.django_db
def test_one_whom_our_own_server_bars_waits_alone_and_the_others_go(meeting, sink):
    """As where our server asks the recipient's own one before it takes a mail, and that one is set up wrongly."""
    sink.answers["kg@example.org"] = "550 5.7.1 relaying denied"
    assert send_due() == 2
    assert not RelayOutage.objects.exists()
    row = Delivery.objects.get(state="deferred")
    assert (row.contact.email, row.reply) == (
        "kg@example.org",
        "refused by our own mail server: 550 5.7.1 relaying denied",
    )


@pytest.mark.django_db
def test_a_server_that_refuses_us_is_asked_more_and_more_rarely(meeting, answering):
    answering.says["mail"] = "535 5.7.8 no"
    pauses = []
    for _try in range(7):
        send_due()
        pauses.append(round(RelayOutage.objects.get().pause.total_seconds()))
        an_hour_of_the_outage_passes()
    assert pauses == [20, 40, 80, 160, 300, 300, 300]


@pytest.mark.django_db
def test_a_server_that_does_not_answer_is_an_outage_too_and_is_looked_for_at_every_tick(
    meeting, sink, settings
):
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, free_port()
    assert (send_due(), send_due()) == (0, 0)
    assert "refused" in RelayOutage.objects.get().said
    settings.EMAIL_PORT = port
    assert (send_due(), RelayOutage.objects.exists()) == (3, False)


@pytest.mark.django_db
def test_the_start_page_tells_of_an_outage_until_it_is_over(meeting, answering, admin_client):
    answering.says["mail"] = "530 5.7.0 Must issue a <STARTTLS> command first"
    send_due()
    page = admin_client.get("/admin/").content.decode()
    assert "Our mail server takes no mail" in page
    assert "<q>530 5.7.0 Must issue a &lt;STARTTLS&gt; command first</q>" in page
    answering.says.clear()
    an_hour_of_the_outage_passes()
    send_due()
    assert "Our mail server takes no mail" not in admin_client.get("/admin/").content.decode()


@pytest.mark.django_db
def test_there_is_one_outage_at_a_time(db):
    now = timezone.now()
    values = {"since": now, "said": "no", "pause": now - now, "next_try_at": now}
    with pytest.raises(IntegrityError, match="there_is_one_mail_server"), transaction.atomic():
        RelayOutage.objects.create(is_only=False, **values)


@pytest.mark.django_db
def test_what_is_greylisted_waits_a_minute_first_and_slows_nobody(meeting, sink):
    for number in range(6):
        ministry = Meeting.objects.get().track.responsibilities.first().ministry
        save_party(ContactFactory.build(ministry=ministry, email=f"c{number:02}@grey.example"))
    sink.answers |= {
        f"c{number:02}@grey.example": "451 4.7.1 Greylisted, come back later" for number in range(6)
    }
    send_due()
    put_off = due_now().filter(state="deferred")
    assert (put_off.count(), MailDomain.objects.count()) == (6, 0)
    assert all(0.7 < minutes < 1.25 for minutes in minutes_until(put_off))
    # And a second time two minutes, a third four.
    for least, most in ((1.5, 2.5), (3.1, 4.9)):
        put_off.update(next_try_at=timezone.now())
        send_due()
        assert all(least < minutes < most for minutes in minutes_until(put_off))
    sink.answers.clear()
    put_off.update(next_try_at=timezone.now())
    assert send_due() == 6


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_takes_two_mails_a_connection_gets_all_at_once(meeting, sink, stage):
    for number in range(7):
        ministry = Meeting.objects.get().track.responsibilities.first().ministry
        save_party(ContactFactory.build(ministry=ministry, email=f"c{number}@example.org"))
    taken, text, recipient = {}, sink.handle_DATA, sink.handle_RCPT
    enough = "421 4.7.0 so many mails are enough"

    async def handle_MAIL(server, session, envelope, address, options):
        if stage == "MAIL" and taken.get(session.peer, 0) >= 2:
            return enough
        envelope.mail_from = address
        return "250 ok"

    async def handle_RCPT(server, session, envelope, address, options):
        if stage == "RCPT" and taken.get(session.peer, 0) >= 2:
            return enough
        return await recipient(server, session, envelope, address, options)

    async def handle_DATA(server, session, envelope):
        if stage == "DATA" and taken.get(session.peer, 0) >= 2:
            return enough
        taken[session.peer] = taken.get(session.peer, 0) + 1
        return await text(server, session, envelope)

    sink.handle_MAIL, sink.handle_RCPT, sink.handle_DATA = handle_MAIL, handle_RCPT, handle_DATA
    expected = due_now().count()
    assert expected == 10
    assert send_due() == expected
    assert len(set(sink.recipients)) == len(sink.recipients) == expected
    assert max(taken.values()) == 2
