"""A mail that certainly did not arrive is written anew when it goes, and no odd character or mail stops the others."""

import mailbox
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.db import connection
from django.utils import timezone

from meetings.agenda.stages import Stage
from meetings.models import Contact
from meetings.saving import save_meeting, save_party
from meetings.schedule.moves import cancel_meeting, move_meeting, postpone_meeting
from secretariat.reminders.bounces.mailboxes import collect_bounces
from secretariat.reminders.bounces.recording import record_bounce
from secretariat.reminders.keeping import send_again
from secretariat.reminders.models import Bounce, Delivery
from secretariat.reminders.sending import send_due
from secretariat.reminders.settling import settle, try_again
from tests.factories import day_span

from .test_bounces import bounce_address as bounce_address
from .test_bounces import notification
from .test_bounces import sent as sent
from .test_every_dated_thing import agenda as agenda
from .test_every_dated_thing import freeze, sent_to
from .test_every_dated_thing import track as track

pytestmark = pytest.mark.django_db
WHY = {"actor": None, "reason": "Agreed."}
KG = "kg@example.org"
THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]
PUT_OFF = "data 450 4.7.1 greylisted, come back later"


def sent_while(sink, answer):
    """One round of sending, in which the server answers so to Kyrgyzstan; afterwards it takes all."""
    sink.answers[KG] = answer
    send_due()
    sink.answers.clear()


def next_try(sink):
    """What Kyrgyzstan gets at the next try."""
    sink.accepted.clear()
    Delivery.objects.filter(state="deferred").update(next_try_at=timezone.now())
    send_due()
    return sent_to(sink, KG)


def moved(meeting, *, days):
    """The day on which the meeting is held from now on, so many days ahead."""
    day = timezone.now().date() + timedelta(days=days)
    move_meeting(meeting.pk, to=day_span(day.isoformat()), **WHY)
    return f"{day.day} {day:%B %Y}"


def reads_russian():
    contact = Contact.objects.get(email=KG)
    contact.language = "ru"
    save_party(contact)


def test_an_agenda_that_was_put_off_names_the_day_to_which_its_meeting_moved_meanwhile(agenda, sink):
    former = moved(agenda.meeting, days=63)
    freeze(agenda, Stage.PROVISIONAL)
    sent_while(sink, PUT_OFF)
    day = moved(agenda.meeting, days=100)
    (mail,) = next_try(sink)
    assert (mail.startswith("Agenda issued: "), day in mail, former in mail) == (True, True, False)


def test_a_reminder_that_was_put_off_goes_in_the_language_that_its_reader_has_by_then(meeting, sink):
    sent_while(sink, PUT_OFF)
    reads_russian()
    (mail,) = next_try(sink)
    assert mail.startswith("Срок ")
    assert Delivery.objects.get(contact__email=KG, state="sent").language == "ru"


def test_a_postponement_that_was_put_off_says_that_the_meeting_was_cancelled_meanwhile(meeting, sink):
    send_due()
    postpone_meeting(meeting.pk, **WHY)
    sent_while(sink, PUT_OFF)
    cancel_meeting(meeting.pk, **WHY)
    (mail,) = next_try(sink)
    assert mail.startswith("Meeting cancelled: ")
    assert "postponed" not in mail


def test_a_refused_mail_that_staff_try_again_says_the_moment_that_holds_by_then(agenda, sink):
    former = moved(agenda.meeting, days=35)
    sent_while(sink, "data 554 5.7.1 looks like spam")
    day = moved(agenda.meeting, days=36)
    try_again([Delivery.objects.get(state="failed").pk], **WHY)
    (mail,) = next_try(sink)
    assert (mail.startswith("Items for the agenda until "), day in mail, former in mail) == (
        True,
        True,
        False,
    )


def test_an_uncertain_mail_that_staff_send_again_is_the_same_bytes(meeting, sink):
    sent_while(sink, "data drop")
    row = Delivery.objects.get(state="uncertain")
    first = next(each.content for each in sink.accepted if each.rcpt_tos == [KG])
    reads_russian()
    sink.accepted.clear()
    settle([row.pk], arrived=False, **WHY)
    send_due()
    assert [each.content for each in sink.accepted if each.rcpt_tos == [KG]] == [first]


@pytest.mark.parametrize("answer", [PUT_OFF, "450 4.3.2 come back later"])
def test_an_uncertain_mail_that_is_put_off_when_it_goes_again_stays_the_same_bytes(meeting, sink, answer):
    sent_while(sink, "data drop")
    row = Delivery.objects.get(state="uncertain")
    settle([row.pk], arrived=False, **WHY)
    sent_while(sink, answer)
    reads_russian()
    (_mail,) = next_try(sink)
    assert Delivery.objects.get(pk=row.pk).sha256 == row.sha256


@pytest.mark.parametrize("answer", [PUT_OFF, "data 554 5.7.1 looks like spam"])
def test_a_copy_that_was_not_taken_still_says_what_was_sent(meeting, sink, answer):
    send_due()
    (text,) = sent_to(sink, KG)
    first = Delivery.objects.get(contact__email=KG, state="sent")
    send_again([first.pk], **WHY)
    sent_while(sink, answer)
    tried = first.copies.get()
    reads_russian()
    try_again([tried.pk], **WHY)
    assert next_try(sink) == [text]
    assert first.copies.get().sha256 == tried.sha256


# Characters that nobody sees


def named(meeting, title):
    meeting.titles = {"en": title}
    save_meeting(meeting)


@pytest.mark.parametrize("unseen", ["\u00ad", "\u200b", "\u2060", "\ufeff", "\u202e", "\u2066", "\u200f"])
def test_what_nobody_sees_stops_no_mail_and_is_in_no_header(meeting, sink, unseen):
    named(meeting, f"Co{unseen}operation talks")
    Contact.objects.filter(email=KG).update(name=f"Osmonova{unseen}, Aida")
    send_due()
    assert sink.recipients == THREE
    mails = [message_from_bytes(each.content, policy=policy.default) for each in sink.accepted]
    assert all("Cooperation talks" in str(mail["Subject"]) for mail in mails)
    assert f'"Osmonova, Aida" <{KG}>' in [str(mail["To"]) for mail in mails]


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # held together by joiners
# What was stored before the fields cleaned: past them, as a former release wrote it.
BEFORE = {
    "turned around": ("Aida\u202eavonomsO", "AidaavonomsO"),
    "a joiner in a family": (
        "MFA \U0001f468\u200d\U0001f469\u200d\U0001f467",
        "MFA \U0001f468\u200d\U0001f469\u200d\U0001f467",
    ),
    "two lines": ("MFA\r\nBcc: stranger@example.org", "MFA  Bcc: stranger@example.org"),
    "in pieces": ("Тимофеи\u0306", "Тимофей"),
}


@pytest.mark.parametrize(("stored", "written"), BEFORE.values(), ids=BEFORE)
def test_a_name_from_before_is_written_all_the_same(meeting, sink, stored, written):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE meetings_contact SET name = %s WHERE email = %s", [stored, KG])
        cursor.execute("UPDATE meetings_meeting SET titles = jsonb_build_object('en', %s::text)", [stored])
    send_due()
    assert sink.recipients == THREE
    mail = next(
        message_from_bytes(each.content, policy=policy.default)
        for each in sink.accepted
        if each.rcpt_tos == [KG]
    )
    assert (mail["To"].addresses[0].display_name, mail["To"].addresses[0].addr_spec) == (written, KG)
    assert (written in str(mail["Subject"]), mail["Bcc"]) == (True, None)


@pytest.mark.parametrize(
    ("address", "on_the_wire"),
    [
        ("desk@почта.рф", "desk@xn--80a1acny.xn--p1ai"),
        ("desk@мсх.қаз", "desk@xn--l1akm.xn--80ao21a"),
        ("desk@外交部.中国", "desk@xn--tlq87w5j9b.xn--fiqs8s"),
    ],
)
def test_a_domain_in_another_script_is_written_to_in_its_ascii_form(meeting, sink, address, on_the_wire):
    contact = Contact.objects.get(email=KG)
    contact.email = address
    contact.full_clean()
    contact.save()
    send_due()
    (envelope,) = [each for each in sink.accepted if each.rcpt_tos == [on_the_wire]]
    mail = message_from_bytes(envelope.content, policy=policy.default)
    assert mail["To"].addresses[0].addr_spec == on_the_wire
    assert Delivery.objects.get(contact=contact, state="sent").recipient == address


# Mails in the bounce mailbox that nobody can read

DEEP = {
    "parts in parts": b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (number, number)
        for number in range(2000)
    ),
    "mails in mails": b"Content-Type: message/rfc822\r\n\r\n" * 2000,
}


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
def test_a_mail_nested_beyond_measure_is_read_past_and_the_next_one_is_recorded(
    sent, settings, tmp_path, deep
):
    settings.BOUNCE_MAILBOX = f"maildir://{tmp_path}/returned"
    box = mailbox.Maildir(tmp_path / "returned", factory=None)
    for raw in (deep, notification(sent), deep):
        box.add(raw)
    assert (collect_bounces(), collect_bounces(), Bounce.objects.count()) == (1, 0, 1)
    read = [path for path in (tmp_path / "returned").rglob("*") if path.is_file()]
    assert sorted((path.parent.name, path.name.partition(":")[2]) for path in read) == [
        ("cur", "2,FS"),
        ("cur", "2,FS"),
        ("cur", "2,S"),
    ]


def test_a_folder_among_the_new_mails_is_passed_over(sent, settings, tmp_path):
    settings.BOUNCE_MAILBOX = f"maildir://{tmp_path}/returned"
    mailbox.Maildir(tmp_path / "returned", factory=None).add(notification(sent))
    (tmp_path / "returned/new/.sub").mkdir()
    assert (collect_bounces(), Bounce.objects.count()) == (1, 1)


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
def test_whichever_way_it_was_fetched_it_is_no_notification(deep):
    assert record_bounce(deep) == "stray"


@pytest.mark.parametrize("deep", DEEP.values(), ids=DEEP)
def test_one_whose_returned_headers_are_nested_so_is_for_a_person_to_read(sent, deep):
    assert record_bounce(notification(sent, returned=deep)) == "recorded"
    assert Bounce.objects.get().verdict in ("unclear", "gone")
