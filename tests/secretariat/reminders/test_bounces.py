"""A mail that comes back is told on its delivery, on the contact and to staff; what only looks like one is not."""

import imaplib
import mailbox
import subprocess
import sys
import time
from datetime import timedelta
from email.message import EmailMessage

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meetings.models import Contact
from meetings.schedule.moves import move_meeting
from secretariat.localstack.processes import free_port
from secretariat.reminders.bounces.mailboxes import collect_bounces
from secretariat.reminders.bounces.recording import record_bounce
from secretariat.reminders.models import Bounce, Delivery
from secretariat.reminders.plan.bounces import read_report
from secretariat.reminders.plan.verdicts import is_in_doubt, is_no_mailbox, verdict_of
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import send_due
from tests.factories import day_span

THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]


@pytest.fixture(autouse=True)
def bounce_address(settings):
    settings.BOUNCE_ADDRESS = "bounce@mail.example.org"


@pytest.fixture
def sent(meeting, sink):
    """The mail to Kazakhstan as the server took it, with its envelope."""
    send_due()
    return next(envelope for envelope in sink.accepted if envelope.rcpt_tos == ["kz@example.org"])


def notification(
    sent, *, to=None, action="failed", status="5.1.1", said="550 5.1.1 no such user", returned=None
):
    """What a mail server writes to the envelope's sender (RFC 3464 §5, the first example)."""
    to = to or sent.mail_from
    headers = sent.content.split(b"\r\n\r\n")[0] if returned is None else returned
    return b"\r\n".join(
        [
            b"Return-Path: <>",
            b"From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example.kz>",
            f"To: <{to}>".encode(),
            b"Auto-Submitted: auto-replied",
            b"Subject: Undelivered mail returned to sender",
            b"MIME-Version: 1.0",
            b'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
            b"",
            b"--b",
            b"",
            b"The mail could not be delivered.",
            b"--b",
            b"Content-Type: message/delivery-status",
            b"",
            b"Reporting-MTA: dns; mx.example.kz",
            b"",
            b"Final-Recipient: rfc822; kz@example.org",
            f"Action: {action}".encode(),
            f"Status: {status}".encode(),
            f"Diagnostic-Code: smtp; {said}".encode(),
            b"",
            b"--b",
            b"Content-Type: text/rfc822-headers",
            b"",
            headers,
            b"",
            b"--b--",
            b"",
        ]
    )


def contact():
    return Contact.objects.get(email="kz@example.org")


def delivery():
    return Delivery.objects.get(contact__email="kz@example.org", state="sent")


@pytest.mark.django_db
def test_each_mail_leaves_under_a_sender_of_its_own(meeting, sink):
    send_due()
    senders = {envelope.rcpt_tos[0]: envelope.mail_from for envelope in sink.accepted}
    assert len(set(senders.values())) == 3
    uid = Delivery.objects.get(contact__email="kz@example.org", state="sent").uid
    local, domain = senders["kz@example.org"].split("@")
    assert (local.startswith(f"bounce+{uid.hex}"), len(local) <= 64, domain) == (
        True,
        True,
        "mail.example.org",
    )


@pytest.mark.django_db
def test_without_an_address_for_it_mails_leave_under_the_secretariats(meeting, sink, settings):
    settings.BOUNCE_ADDRESS = ""
    send_due()
    assert {envelope.mail_from for envelope in sink.accepted} == {"secretariat@example.org"}


@pytest.mark.django_db
def test_an_address_that_is_no_good_makes_the_contact_undeliverable_and_cancels_what_is_planned(sent):
    assert record_bounce(notification(sent)) == "recorded"
    assert contact().is_undeliverable
    last = delivery().events.last()
    assert (last.state, last.detail) == ("returned", "5.1.1 550 5.1.1 no such user")
    assert not Delivery.objects.filter(contact=contact(), state="pending").exists()
    assert Delivery.objects.filter(contact__email="kg@example.org", state="pending").exists()
    assert reconcile() == []


@pytest.mark.django_db
def test_the_history_of_the_contact_names_the_service_and_the_reason(sent, desk):
    record_bounce(notification(sent))
    page = reverse("admin:meetings_contact_history", args=[contact().pk])
    text = desk.get(page).content.decode()
    assert "mail came back: 5.1.1 550 5.1.1 no such user" in text
    assert "aida" not in text.split("mail came back")[0].split("history")[-1]


@pytest.mark.django_db
def test_the_start_page_tells_staff_until_the_address_is_put_right(sent, desk):
    record_bounce(notification(sent))
    page = reverse("admin:meetings_contact_change", args=[contact().pk])
    text = desk.get("/admin/").content.decode()
    assert [part in text for part in (page, "address is no good", "no such user")] == [True] * 3
    Contact.objects.update(is_undeliverable=False)
    assert page not in desk.get("/admin/").content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [("failed", "5.2.2", "returned"), ("failed", "4.4.1", "returned"), ("delayed", "4.4.1", "delayed")],
)
def test_what_passes_is_counted_and_marks_nobody(sent, action, status, verdict):
    assert record_bounce(notification(sent, action=action, status=status)) == "recorded"
    assert (Bounce.objects.get().verdict, contact().is_undeliverable) == (verdict, False)
    assert delivery().events.last().state == ("delayed" if verdict == "delayed" else "returned")


@pytest.mark.django_db
def test_one_that_is_fetched_twice_counts_once(sent):
    assert [record_bounce(notification(sent)) for _twice in range(2)] == ["recorded", "known"]
    assert (Bounce.objects.count(), delivery().events.filter(state="returned").count()) == (1, 1)


@pytest.mark.django_db
def test_one_that_comes_after_the_address_was_put_right_marks_nobody(sent):
    Contact.objects.filter(pk=contact().pk).update(email="desk@example.org")
    record_bounce(notification(sent))
    assert not Contact.objects.get(email="desk@example.org").is_undeliverable
    assert Bounce.objects.count() == 1


@pytest.mark.django_db
def test_a_server_that_writes_the_address_in_capitals_is_understood(sent):
    assert record_bounce(notification(sent, to=sent.mail_from.upper())) == "recorded"


@pytest.mark.django_db
def test_what_comes_back_had_arrived_at_the_server_whose_answer_was_lost(meeting, sink):
    sink.answers["kz@example.org"] = "data drop"
    send_due()
    sent = next(envelope for envelope in sink.accepted if envelope.rcpt_tos == ["kz@example.org"])
    assert record_bounce(notification(sent)) == "recorded"
    assert delivery().state == "sent"


def vacation(sent):
    """An automatic answer (RFC 3834), to the sender of the envelope as some programs have it."""
    answer = EmailMessage()
    answer["Return-Path"], answer["To"], answer["Subject"] = (
        "<>",
        sent.mail_from,
        "Out of office: failed 5.1.1",
    )
    answer["Auto-Submitted"] = "auto-replied"
    answer.set_content("Action: failed\nStatus: 5.1.1\n")
    return answer.as_bytes()


def to(sent, change):
    return notification(sent, to=change(sent.mail_from))


STRAY = {
    "our own mail": lambda sent: sent.content,
    "another delivery": lambda sent: to(sent, lambda address: address.replace("+", "+0", 1)[:-1]),
    "a forged seal": lambda sent: to(
        sent, lambda address: address[: address.index("@") - 16] + "0" * 16 + "@x.org"
    ),
    "nobody's address": lambda sent: to(sent, lambda address: "bounce@mail.example.org"),
    "nothing": lambda sent: b"",
    "no text": lambda sent: b"\x00\xff" * 100,
}
ARRIVED = {
    "a report of reading": lambda sent: notification(sent).replace(
        b"delivery-status", b"disposition-notification"
    ),
    "that it arrived": lambda sent: notification(sent, action="delivered", status="2.0.0"),
    "that it went on": lambda sent: notification(sent, action="relayed", status="2.0.0"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("made", "became"),
    [*((made, "stray") for made in STRAY.values()), *((made, "arrived") for made in ARRIVED.values())],
    ids=[*STRAY, *ARRIVED],
)
def test_what_is_forged_or_of_no_mail_of_ours_or_good_news_changes_nothing(sent, made, became):
    events = delivery().events.count()
    assert record_bounce(made(sent)) == became
    assert (Bounce.objects.count(), delivery().events.count(), contact().is_undeliverable) == (
        0,
        events,
        False,
    )


UNCLEAR = {
    "an automatic answer": vacation,
    "another mail returned": lambda sent: notification(sent, returned=b"Message-ID: <other@example.org>"),
    "a report without a status": lambda sent: (
        notification(sent).replace(b"Action:", b"X:").replace(b"Status:", b"Y:")
    ),
}


@pytest.mark.django_db
@pytest.mark.parametrize("made", UNCLEAR.values(), ids=UNCLEAR)
def test_what_nobody_understands_is_shown_beside_its_mail_and_counts_against_nobody(sent, made, desk):
    assert record_bounce(made(sent)) == "recorded"
    assert (Bounce.objects.get().verdict, contact().is_undeliverable) == ("unclear", False)
    assert delivery().events.last().state == "answered"
    page = desk.get(reverse("admin:reminders_delivery_change", args=[delivery().pk])).content.decode()
    today = desk.get("/admin/").content.decode()
    assert ["answered: to be read by a person" in text for text in (page, today)] == [True, True]


@pytest.mark.django_db
def test_a_mail_that_never_left_cannot_come_back(meeting, sent):
    row = Delivery.objects.filter(state="pending").first()
    from secretariat.reminders.bounces.addresses import return_path

    raw = notification(sent, to=return_path(row.uid), returned=b"X: none")
    assert record_bounce(raw) == "stray"


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reading(raw):
    read_report(raw)


@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [
        ("failed", "5.1.1", "gone"),
        ("Failed", "5.1.10", "gone"),
        ("failed", "5.1.2", "gone"),
        ("failed", "5.1.6", "gone"),
        ("failed", "5.2.1", "returned"),
        ("failed", "5.0.0", "returned"),
        ("failed", "5.4.4", "returned"),
        ("failed", "5.2.2", "returned"),
        ("failed", "5.7.1", "returned"),
        ("failed", "5.1.8", "returned"),
        ("failed", "4.4.7", "returned"),
        ("failed", "", "returned"),
        ("delayed", "4.2.2", "delayed"),
        ("relayed", "2.0.0", None),
        ("expanded", "2.0.0", None),
        ("", "5.1.1", None),
    ],
)
def test_only_a_code_about_the_address_itself_makes_it_no_good(action, status, verdict):
    assert verdict_of(action, status) == verdict


@pytest.mark.parametrize(
    ("status", "words", "verdict"),
    [
        # Of our text, our server, or the mailbox: the address is as good as before.
        ("5.0.0", "550 DMARC check failed", "returned"),
        ("5.0.0", "554 Message rejected as spam", "returned"),
        ("5.1.0", "550 SPF check failed, sender address unknown", "returned"),
        ("5.4.0", "550 5.4.0 frequency limit of this address exceeded", "returned"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "returned"),
        ("5.4.14", "554 5.4.14 Hop count exceeded - possible mail loop", "returned"),
        ("5.2.0", "mailbox over quota", "returned"),
        ("5.2.2", "no such user, or full", "returned"),
        ("5.7.1", "550 5.7.1 unknown user or policy", "returned"),
        ("5.1.1", "550 5.1.1 Mail content denied by spam filter", "returned"),
        ("5.0.0", "550 发信频率过高，用户不存在", "returned"),
        ("5.0.0", "550 письмо похоже на спам", "returned"),
        ("5.0.0", "552 virus found", "returned"),
        ("5.0.0", "", "returned"),
        # Of the address.
        ("5.0.0", "550 no such user here", "gone"),
        ("5.0.0", "550 User unknown in virtual mailbox table", "gone"),
        ("5.2.1", "550 5.2.1 The account of this user is disabled", "gone"),
        ("5.4.4", "Host or domain name not found. Name service error", "gone"),
        ("", "<desk@spam.example.kz>: unknown recipient, see https://policy.example.kz/spam", "gone"),
        ("5.0.0", "550 用户不存在", "gone"),
        ("", "550 Пользователь kz@example.org не найден", "gone"),
        ("5.1.1", "", "gone"),
    ],
)
def test_words_decide_where_a_code_leaves_it_open_and_what_is_said_of_our_text_never_counts(
    status, words, verdict
):
    assert verdict_of("failed", status, words) == verdict


@pytest.mark.django_db
def test_the_mailbox_is_read_once_and_what_is_no_notification_does_not_stop_it(sent, settings, tmp_path):
    settings.BOUNCE_MAILBOX = f"maildir://{tmp_path}/returned"
    box = mailbox.Maildir(tmp_path / "returned", factory=None)
    for raw in (vacation(sent), notification(sent), b"\xff\xfe"):
        box.add(raw)
    assert (collect_bounces(), collect_bounces(), Bounce.objects.count()) == (2, 0, 2)
    assert {message.get_subdir() for message in box} == {"cur"}
    assert sorted(message.get_flags() for message in box) == ["FS", "S", "S"]  # a stray is flagged


@pytest.mark.django_db
def test_a_list_costs_as_many_queries_for_many_as_for_one(sent, desk):
    costs = []
    for status in ("5.2.2", "5.1.1"):
        record_bounce(notification(sent, status=status))
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("admin:reminders_bounce_changelist"))
            desk.get("/admin/")
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.django_db
def test_what_came_back_lately_is_shown_once_a_contact(sent):
    for status in ("5.2.2", "5.7.1"):
        record_bounce(notification(sent, status=status))
    now = timezone.now()
    assert [row.status for row in Bounce.objects.standing(now)] == ["5.7.1"]
    assert not Bounce.objects.standing(now + timedelta(days=8)).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement", ["UPDATE reminders_bounce SET status = '2.0.0'", "DELETE FROM reminders_bounce"]
)
def test_what_came_back_stays(sent, statement):
    record_bounce(notification(sent))
    with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("sha256", {"verdict": "gone"}),
        ("a_mail_comes_back_in_one_of_four_ways", {"verdict": "lost", "sha256": "x"}),
    ],
)
def test_the_database_refuses_what_cannot_have_come_back(sent, constraint, values):
    record_bounce(notification(sent))
    row = Bounce.objects.get()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Bounce.objects.create(**{"delivery": row.delivery, "status": "5.1.1", "sha256": row.sha256} | values)


@pytest.fixture
def imap():
    """A real IMAP server of its own process, with a mailbox that holds mails of others; its address."""
    port = free_port()
    code = "from pymap.main import main; main()"
    arguments = ["--host", "127.0.0.1", "--port", str(port), "--no-tls", "dict", "--demo-data"]
    process = subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while True:
        try:
            imaplib.IMAP4("127.0.0.1", port, timeout=5).logout()
            break
        except OSError:
            assert (process.poll(), time.monotonic() < deadline) == (None, True)
            time.sleep(0.1)
    yield f"imap://demouser:demopass@127.0.0.1:{port}/INBOX"
    process.kill()
    process.wait()


@pytest.mark.django_db
def test_a_mailbox_on_an_imap_server_is_read_once(sent, settings, imap):
    settings.BOUNCE_MAILBOX = imap
    port = int(imap.rpartition(":")[2].split("/")[0])
    with imaplib.IMAP4("127.0.0.1", port, timeout=5) as server:
        server.login("demouser", "demopass")
        for raw in (vacation(sent), notification(sent), b"Subject: a stray\r\n\r\nGood day\r\n"):
            server.append("INBOX", "", None, raw)
    assert (collect_bounces(), collect_bounces(), Bounce.objects.count()) == (2, 0, 2)
    with imaplib.IMAP4("127.0.0.1", port, timeout=5) as server:
        server.login("demouser", "demopass")
        server.select("INBOX")
        assert server.uid("SEARCH", "UNSEEN") == ("OK", [b""])
        _status, [flagged] = server.uid("SEARCH", "FLAGGED", "SUBJECT", "stray")
        assert len(flagged.split()) == 1


# Refused in the conversation, and mailboxes that nobody empties


def test_an_address_that_the_server_does_not_know_at_once_makes_the_contact_undeliverable(meeting, sink):
    sink.answers["kz@example.org"] = "550 5.1.1 no such user"
    send_due()
    contact = Contact.objects.get(email="kz@example.org")
    assert contact.is_undeliverable
    of_it = Delivery.objects.filter(contact=contact)
    assert set(of_it.values_list("state", flat=True)) == {"failed", "cancelled"}
    assert Contact.objects.filter(is_undeliverable=True).count() == 1
    assert sink.recipients == ["cn@example.org", "kg@example.org"]


@pytest.mark.parametrize(
    "said", ["550 no", "550 5.7.1 not from you", "552 5.2.2 full", "data 554 5.7.1 spam"]
)
def test_what_is_refused_for_another_reason_marks_nobody(meeting, sink, said):
    sink.answers["kz@example.org"] = said
    send_due()
    assert Delivery.objects.filter(state="failed").count() == 1
    assert not Contact.objects.filter(is_undeliverable=True).exists()


@pytest.mark.parametrize(
    ("reply", "is_gone"),
    [
        ("550 5.1.1 nobody here", True),
        ("550-5.1.1 nobody here", True),
        ("550 5.2.1 mailbox disabled", True),
        ("550 No such user here", True),
        ("550 DMARC check failed", False),
        ("530 5.7.0 authentication required", False),
        ("550 5.7.1 relaying denied", False),
        ("550 5.1.8 your address", False),
        ("450 4.1.1 nobody here", False),
        ("550 it was 5.1.1", False),
        ("", False),
    ],
)
def test_only_what_is_said_of_the_address_counts_in_a_refusal(reply, is_gone):
    assert is_no_mailbox(reply) == is_gone


@pytest.mark.parametrize(
    ("newest_first", "is_asked"),
    [
        ([True, True], True),
        ([True, True, False], True),
        ([True], False),
        ([True, False, True], False),
        ([], False),
    ],
)
def test_two_in_a_row_put_an_address_in_doubt(newest_first, is_asked):
    assert is_in_doubt(newest_first) == is_asked


def test_staff_are_asked_after_two_in_a_row_and_the_service_itself_never_decides(meeting, sink, desk):
    asked = "The last two mails came back: is the address still good?"
    shown = []
    for number in range(2):
        send_due()
        shown.append(asked in desk.get("/admin/").content.decode())
        last = [each for each in sink.accepted if each.rcpt_tos == ["kz@example.org"]][number]
        record_bounce(notification(last, status="5.2.2", said=f"552 5.2.2 full {number}"))
        shown.append(asked in desk.get("/admin/").content.decode())
        day = meeting.first_on + timedelta(days=number + 1)
        move_meeting(meeting.pk, to=day_span(day.isoformat()), actor=None, reason="The host asked.")
    assert (shown, contact().is_undeliverable) == ([False, False, False, True], False)
    send_due()  # a further one, which stays away so far
    assert asked not in desk.get("/admin/").content.decode()


@pytest.mark.django_db
def test_a_mail_that_came_back_is_counted_on_today_and_found_in_the_list_as_what_needs_a_look(sent, desk):
    record_bounce(notification(sent))
    counts = desk.get("/admin/").context["count_unsent"]
    listed = desk.get(counts["url"])
    assert (counts["count"], list(listed.context["cl"].queryset)) == (1, [delivery()])
    assert 'chip-late">address is no good<' in listed.content.decode()
    Contact.objects.filter(pk=contact().pk).update(is_undeliverable=False)
    assert desk.get("/admin/").context["count_unsent"]["count"] == 0
