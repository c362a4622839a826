"""Invitations to who follows a meeting: by a real SMTP conversation, read back by other people's parsers."""

from datetime import UTC, date, datetime, time, timedelta
from email import message_from_bytes, policy

import ics
import pytest
import vobject
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from meetings.models import Meeting
from meetings.saving import save_meeting, save_party
from meetings.schedule.dates import Precision, Span, month_span
from meetings.schedule.moves import cancel_meeting, move_meeting, postpone_meeting
from secretariat.reminders.following import remove_follows, save_follows
from secretariat.reminders.ledger import reconcile_meetings
from secretariat.reminders.models import Delivery, Follow
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.restoration import remember_step
from secretariat.reminders.sending import send_due
from secretariat.reminders.settling import GRACE, RESENT_BY_POLICY, settle
from tests.factories import (
    ContactFactory,
    FollowFactory,
    MechanismFactory,
    MinistryFactory,
    StateFactory,
    TrackFactory,
    day_span,
)

pytestmark = pytest.mark.django_db
WHY = {"actor": None, "reason": "Agreed."}


def at_almaty(day="2027-05-18", last="2027-05-19"):
    return Span(
        Precision.TIME,
        date.fromisoformat(day),
        date.fromisoformat(last),
        "Asia/Almaty",
        time(9),
        time(13, 30),
    )


@pytest.fixture
def track(db):
    return TrackFactory()


@pytest.fixture
def aida(db):
    ministry = MinistryFactory(state=StateFactory(code="KG"))
    return ContactFactory(ministry=ministry, email="aida@example.org", name='Aida "Protocol", KG')


def meeting_of(track, span=None, **values):
    """A public, confirmed meeting as the desk saves it."""
    made = Meeting(
        **{
            "track": track,
            "ordinal": 4,
            "status": "confirmed",
            "visibility": "public",
            "city": "Almaty",
            "country": StateFactory(code="KZ"),
            "host": StateFactory(code="KZ"),
            "zone": "Asia/Almaty",
            **values,
        }
    )
    made.take_span(span or at_almaty())
    save_meeting(made)
    return made


def follow(contact, **what):
    made = Follow(contact=contact, **what)
    made.full_clean()
    save_follows([made], actor=None)
    return made


def rows_of(contact):
    rows = Delivery.objects.filter(contact=contact).exclude(state="cancelled").order_by("pk")
    return [(row.kind, row.sequence, row.offset_code, row.state) for row in rows]


def sent(sink):
    """The mails of one round of sending, oldest first."""
    before = len(sink.accepted)
    send_due()
    return [
        message_from_bytes(each.original_content, policy=policy.default) for each in sink.accepted[before:]
    ]


def calendar_of(mail):
    """The iCalendar text that mail programs read, after a look at how it is packed."""
    parts = {part.get_content_type(): part for part in mail.walk()}
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    text = parts["text/calendar"].get_payload(decode=True)
    assert parts["application/ics"].get_payload(decode=True) == text
    assert parts["application/ics"].get_filename() == "meeting.ics"
    method = Calendar.from_ical(text)["METHOD"]
    assert parts["text/calendar"]["Content-Type"].params == {
        "charset": "utf-8",
        "method": method,
        "component": "VEVENT",
    }
    assert text.count(b"\r\n") == text.count(b"\n")
    assert max(len(line) for line in text.split(b"\r\n")) <= 75
    return text.decode()


def event_of(mail):
    return Calendar.from_ical(calendar_of(mail)).walk("VEVENT")[0]


def test_who_follows_a_track_is_invited_told_of_the_move_and_of_the_cancellation(track, aida, sink):
    made = meeting_of(track)
    follow(aida, track=track)
    (invitation,) = sent(sink)
    move_meeting(made.pk, to=at_almaty("2027-06-01", "2027-06-02"), **WHY)
    (update,) = sent(sink)
    cancel_meeting(made.pk, **WHY)
    (end,) = sent(sink)
    assert sent(sink) == []
    found = [
        (
            Calendar.from_ical(calendar_of(mail))["METHOD"],
            event_of(mail)["SEQUENCE"],
            event_of(mail)["STATUS"],
        )
        for mail in (invitation, update, end)
    ]
    assert found == [("REQUEST", 0, "CONFIRMED"), ("REQUEST", 1, "CONFIRMED"), ("CANCEL", 2, "CANCELLED")]
    assert {event_of(mail)["UID"] for mail in (invitation, update, end)} == {str(made.uid)}
    assert [mail["In-Reply-To"] for mail in (invitation, update, end)] == [
        None,
        invitation["Message-ID"],
        update["Message-ID"],
    ]
    assert [str(mail["Subject"]) for mail in (invitation, update, end)] == [
        "Invitation: 4th Foreign ministers' meeting, 18 May 2027",
        "Moved to 1 June 2027: 4th Foreign ministers' meeting",
        "Cancelled: 4th Foreign ministers' meeting, 1 June 2027",
    ]


def test_an_invitation_is_these_bytes(track, aida, sink):
    made = meeting_of(track, titles={"en": "Talks", "zh": "会谈"}, venue="Hall 1; east")
    follow(aida, meeting=made)
    (mail,) = sent(sink)
    stamp = Delivery.objects.get().dated_at.astimezone(UTC)
    assert calendar_of(mail) == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Secretariat//Calendar 1//EN\r\nCALSCALE:GREGORIAN\r\n"
        "METHOD:REQUEST\r\n"
        "BEGIN:VTIMEZONE\r\nTZID:Asia/Almaty\r\nBEGIN:STANDARD\r\nDTSTART:20270516T050000\r\n"
        "TZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\nTZNAME:+05\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        f"BEGIN:VEVENT\r\nUID:{made.uid}\r\nDTSTAMP:{stamp:%Y%m%dT%H%M%SZ}\r\nSEQUENCE:0\r\n"
        "ORGANIZER;CN=Secretariat;LANGUAGE=en:mailto:secretariat@example.org\r\n"
        "ATTENDEE;CN=\"Aida 'Protocol', KG\";CUTYPE=INDIVIDUAL;ROLE=OPT-PARTICIPANT;P\r\n"
        " ARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:aida@example.org\r\n"
        "DTSTART;TZID=Asia/Almaty:20270518T090000\r\nDTEND;TZID=Asia/Almaty:20270519T133000\r\n"
        "SUMMARY;LANGUAGE=en:Talks\r\nLOCATION:Hall 1\\; east\\, Almaty\\, Kazakhstan\r\n"
        "DESCRIPTION;LANGUAGE=en:Local time: 2027-05-18 09:00+0500 to 2027-05-19 13\r\n"
        " :30+0500 (Asia/Almaty)\r\nCATEGORIES;LANGUAGE=en:Foreign ministers' meeting\r\nSTATUS:CONFIRMED\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@pytest.mark.parametrize("language", ["en", "zh", "ru"])
def test_other_peoples_parsers_read_the_same_meeting(track, sink, language):
    made = meeting_of(track, titles={"en": "Talks, first", "zh": "会谈，首次", "ru": "Переговоры; первые"})
    contact = ContactFactory(language=language, email="desk@example.org")
    follow(contact, meeting=made)
    (mail,) = sent(sink)
    text = calendar_of(mail)
    title = made.titles[language]
    read = vobject.readOne(text).vevent
    assert (read.summary.value, read.dtstart.value, read.dtend.value) == (title, made.starts_at, made.ends_at)
    assert (read.attendee.value, read.organizer.value) == (
        "mailto:desk@example.org",
        "mailto:secretariat@example.org",
    )
    (event,) = ics.Calendar(text).events
    assert (event.name, event.begin.datetime, event.end.datetime) == (title, made.starts_at, made.ends_at)
    calendar = IcsCalendarStream.calendar_from_ics(text)
    (event,) = calendar.events
    assert (calendar.method, event.summary, event.dtstart, event.dtend, event.sequence, event.uid) == (
        "REQUEST",
        title,
        made.starts_at,
        made.ends_at,
        0,
        str(made.uid),
    )
    (attendee,) = event.attendees
    assert (str(attendee.uri), attendee.rsvp) == ("mailto:desk@example.org", False)


def test_whole_days_are_days_with_every_parser(track, aida, sink):
    made = meeting_of(track, day_span("2027-05-18", "Asia/Almaty"))
    follow(aida, meeting=made)
    text = calendar_of(sent(sink)[0])
    assert "VTIMEZONE" not in text
    days = (date(2027, 5, 18), date(2027, 5, 19))
    read = vobject.readOne(text).vevent
    (event,) = IcsCalendarStream.calendar_from_ics(text).events
    assert (read.dtstart.value, read.dtend.value) == (event.dtstart, event.dtend) == days


@pytest.mark.parametrize(
    ("values", "span"),
    [
        ({"visibility": "internal"}, None),
        ({"status": "idea"}, None),
        ({}, month_span(2027, 5, "Asia/Almaty")),
        ({"status": "proposed"}, Span(Precision.NONE, None, None, "Asia/Almaty")),
        ({}, at_almaty("2026-05-18", "2026-05-19")),
    ],
    ids=["internal", "idea", "month", "no date", "past"],
)
def test_nobody_is_invited_to_what_is_not_to_be_come_to(track, aida, sink, values, span):
    follow(aida, track=track)
    meeting_of(track, span, **values)
    assert (sent(sink), rows_of(aida)) == ([], [])
    shown = meeting_of(track, ordinal=5)
    (mail,) = sent(sink)
    assert event_of(mail)["UID"] == str(shown.uid)


def test_once_the_day_is_known_the_invitation_goes_out(track, aida, sink):
    follow(aida, track=track)
    made = meeting_of(track, month_span(2027, 5, "Asia/Almaty"))
    assert sent(sink) == []
    move_meeting(made.pk, to=at_almaty(), **WHY)
    (mail,) = sent(sink)
    assert (event_of(mail)["SEQUENCE"], event_of(mail)["DTSTART"].dt) == (
        1,
        made.span.__class__(
            Precision.TIME, date(2027, 5, 18), date(2027, 5, 18), "Asia/Almaty", time(9)
        ).starts_at,
    )


def test_postponed_without_a_day_it_leaves_the_calendar_and_comes_back_with_its_new_one(track, aida, sink):
    made = meeting_of(track)
    follow(aida, track=track)
    sent(sink)
    postpone_meeting(made.pk, **WHY)
    (end,) = sent(sink)
    move_meeting(made.pk, to=at_almaty("2027-09-01", "2027-09-01"), **WHY)
    (again,) = sent(sink)
    assert [str(mail["Subject"]).split(":")[0] for mail in (end, again)] == ["Postponed", "Invitation"]
    assert [Calendar.from_ical(calendar_of(mail))["METHOD"] for mail in (end, again)] == ["CANCEL", "REQUEST"]
    assert [(event_of(mail)["SEQUENCE"], event_of(mail)["STATUS"]) for mail in (end, again)] == [
        (1, "CANCELLED"),
        (2, "TENTATIVE"),
    ]
    assert event_of(end)["DTSTART"].dt == datetime(2027, 5, 18, 4, tzinfo=UTC)


def test_back_to_a_month_the_old_day_is_taken_out(track, aida, sink):
    made = meeting_of(track)
    follow(aida, track=track)
    sent(sink)
    move_meeting(made.pk, to=month_span(2027, 9, "Asia/Almaty"), **WHY)
    (end,) = sent(sink)
    assert (event_of(end)["STATUS"], event_of(end)["DTSTART"].dt) == (
        "CANCELLED",
        datetime(2027, 5, 18, 4, tzinfo=UTC),
    )


def test_only_who_was_sent_the_invitation_is_sent_its_cancellation(track, aida, sink):
    made = meeting_of(track)
    follow(aida, track=track)
    sent(sink)
    late = ContactFactory(email="late@example.org")
    follow(late, track=track)  # planned, and not sent before the meeting is cancelled
    cancel_meeting(made.pk, **WHY)
    assert [mail["To"].addresses[0].addr_spec for mail in sent(sink)] == ["aida@example.org"]
    assert rows_of(late) == []


def test_a_meeting_that_becomes_internal_is_taken_out_without_a_word_of_it(track, aida, sink):
    made = meeting_of(track, titles={"en": "Talks"})
    follow(aida, track=track)
    sent(sink)
    made.refresh_from_db()
    made.visibility, made.titles, made.venue = "internal", {"en": "Hidden talks"}, "The dacha"
    save_meeting(made)
    (end,) = sent(sink)
    text = end.get_body(("plain",)).get_content() + str(end["Subject"]) + calendar_of(end)
    assert ("Hidden" in text, "dacha" in text) == (False, False)
    assert "STATUS" not in event_of(end)
    assert str(end["Subject"]) == "No longer on 18 May 2027: Foreign ministers' meeting"


def test_who_no_longer_follows_is_taken_off_and_may_come_back(track, aida, sink):
    made = meeting_of(track)
    row = follow(aida, track=track)
    sent(sink)
    for code in ("2", "3"):
        remove_follows([row], actor=None)
        (end,) = sent(sink)
        assert Calendar.from_ical(calendar_of(end))["METHOD"] == "CANCEL"
        assert "STATUS" not in event_of(end)  # RFC 5546 §3.2.5: the meeting itself stands
        row = follow(aida, track=track)
        (mail,) = sent(sink)
        assert event_of(mail)["SEQUENCE"] == 0
        assert rows_of(aida)[-1] == ("invited", 0, code, "sent")
    assert reconcile() == []
    assert Follow.objects.count() == 1
    assert made.deliveries.filter(kind="invited").count() == 3


def test_a_state_is_followed_as_host_or_in_all_that_it_takes_part_in(track, sink):
    MechanismFactory()
    kazakhstan, china = StateFactory(code="KZ"), StateFactory(code="CN")
    hosted = meeting_of(track, ordinal=1)
    elsewhere = meeting_of(track, ordinal=2, host=china, country=china)
    host, part = (ContactFactory(email=f"{name}@example.org") for name in ("host", "part"))
    follow(host, state=kazakhstan, part="host")
    follow(part, state=kazakhstan, part="participant")
    found = {(mail["To"].addresses[0].username, event_of(mail)["UID"]) for mail in sent(sink)}
    assert found == {
        ("host", str(hosted.uid)),
        ("part", str(hosted.uid)),
        ("part", str(elsewhere.uid)),
    }


def test_followed_by_two_ways_it_is_told_once(track, aida, sink):
    made = meeting_of(track)
    rows = [follow(aida, track=track), follow(aida, meeting=made), follow(aida, state=made.host, part="host")]
    assert len(sent(sink)) == 1
    remove_follows(rows[:2], actor=None)
    assert sent(sink) == []
    remove_follows(rows[2:], actor=None)
    assert len(sent(sink)) == 1


def test_following_from_a_day_the_invitation_waits_for_its_morning(track, aida, sink):
    meeting_of(track)
    day = timezone.now().date() + timedelta(days=20)
    row = follow(aida, track=track, valid_from=day)
    assert sent(sink) == []
    waits = Delivery.objects.get()
    assert (waits.planned_on, waits.planned_hour, waits.zone) == (day, time(9), "Asia/Bishkek")
    row.valid_from = day + timedelta(days=1)
    save_follows([row], actor=None)
    waits.refresh_from_db()
    assert waits.planned_on == row.valid_from
    assert reconcile() == []


def test_a_meeting_after_the_last_day_of_following_is_not_followed(track, aida, sink):
    row = follow(aida, track=track, valid_until=date(2027, 5, 18))
    made = meeting_of(track)
    assert len(sent(sink)) == 1
    row.valid_until = date(2027, 5, 17)
    save_follows([row], actor=None)
    (end,) = sent(sink)
    assert str(end["Subject"]).startswith("No longer followed: ")
    move_meeting(made.pk, to=at_almaty("2027-05-10", "2027-05-10"), **WHY)
    (mail,) = sent(sink)
    assert event_of(mail)["SEQUENCE"] == 1


def test_what_the_move_made_untrue_is_not_sent_and_the_last_word_is(track, aida, sink):
    made = meeting_of(track)
    follow(aida, track=track)
    move_meeting(made.pk, to=at_almaty("2027-06-01", "2027-06-01"), **WHY)
    move_meeting(made.pk, to=at_almaty("2027-07-01", "2027-07-01"), **WHY)
    (mail,) = sent(sink)
    assert (str(mail["Subject"]).split(":")[0], event_of(mail)["SEQUENCE"]) == ("Invitation", 2)


def test_whose_ministry_answers_for_no_track_is_invited_once_it_is_in_office(track, aida, sink):
    meeting_of(track)
    aida.valid_from = timezone.localdate() + timedelta(days=30)
    save_party(aida)
    follow(aida, track=track)
    assert sent(sink) == []
    aida.valid_from = None
    save_party(aida)
    assert [mail["Subject"] for mail in sent(sink)] != []
    assert reconcile() == []


def test_a_repeat_is_the_same_bytes(track, aida, sink):
    made = meeting_of(track)
    follow(aida, track=track)
    sink.answers["aida@example.org"] = "data drop"
    sent(sink)
    Meeting.objects.filter(pk=made.pk).update(titles={"en": "A typo mended"})
    first = Delivery.objects.get()
    settle([first.pk], arrived=False, actor=None, reason="Not there.")
    sink.answers.clear()
    (mail,) = sent(sink)
    row = Delivery.objects.get()
    assert (row.sha256, row.attempts) == (first.sha256, 2)
    assert calendar_of(mail) == row.calendar == first.calendar


def test_an_uncertain_invitation_is_sent_again_by_policy_and_other_mail_is_not(track, aida, sink, meeting):
    meeting_of(track)
    follow(aida, track=track)
    for address in ("aida@example.org", "kz@example.org"):
        sink.answers[address] = "data drop"
    send_due()
    sink.answers.clear()
    assert Delivery.objects.filter(state="uncertain").count() == 2
    assert send_due() == 0  # an answer may still come
    uncertain = Delivery.objects.filter(state="uncertain")
    age(uncertain)
    assert send_due() == 1
    assert [row.contact.email for row in uncertain.all()] == ["kz@example.org"]
    row = Delivery.objects.get(contact=aida)
    assert (row.state, row.attempts) == ("sent", 2)
    assert [event.detail for event in row.events.order_by("pk")][2:3] == [f"settled: {RESENT_BY_POLICY}"]
    copies = [each.original_content for each in sink.accepted if each.rcpt_tos == ["aida@example.org"]]
    assert copies[0] == copies[1]


def test_after_the_third_attempt_a_person_settles_it(track, aida, sink):
    meeting_of(track)
    follow(aida, track=track)
    sink.answers["aida@example.org"] = "data drop"
    for _attempt in range(5):
        send_due()
        age(Delivery.objects.all())
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == ("uncertain", 3)


def age(rows):
    """As if what became of these rows was long ago; the events' guard is lifted for it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE reminders_deliveryevent DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE reminders_deliveryevent SET at = at - %s WHERE delivery_id = ANY(%s)",
            [GRACE * 2, [row.pk for row in rows]],
        )
        cursor.execute("ALTER TABLE reminders_deliveryevent ENABLE TRIGGER USER")
    remember_step()  # or the record would look like that of another database


def test_who_left_office_or_gave_a_bad_address_is_not_written_to(track, sink):
    meeting_of(track)
    gone = ContactFactory(valid_until=date(2026, 1, 1))
    bad = ContactFactory(is_undeliverable=True)
    here = ContactFactory(email="here@example.org")
    for contact in (gone, bad, here):
        follow(contact, track=track)
    assert [mail["To"].addresses[0].addr_spec for mail in sent(sink)] == ["here@example.org"]


def test_reconciling_what_is_true_changes_nothing(track, aida, sink):
    meeting_of(track)
    follow(aida, track=track)
    assert reconcile() == []
    sent(sink)
    assert reconcile() == []


@pytest.mark.parametrize("times", [1, 8])
def test_followers_and_meetings_do_not_raise_the_number_of_queries(track, times, django_assert_num_queries):
    made = [meeting_of(track, ordinal=number) for number in range(1, times + 1)]
    for _n in range(times):
        FollowFactory(track=track)
        FollowFactory(track=None, state=StateFactory(code="KZ"), part="participant")
    with django_assert_num_queries(20):
        reconcile_meetings([meeting.pk for meeting in made])
    assert Delivery.objects.count() == times * times * 2


@pytest.mark.parametrize(
    "values",
    [
        {"track": None},
        {"state": "KZ", "part": "host"},
        {"track": None, "state": "KZ", "part": ""},
        {"part": "host"},
        {"valid_from": date(2027, 1, 2), "valid_until": date(2027, 1, 1)},
    ],
    ids=["nothing", "two things", "a state without its part", "a part without a state", "ends before"],
)
def test_a_row_follows_one_thing_and_ends_after_it_begins(aida, track, values):
    if "state" in values:
        values = {**values, "state": StateFactory(code=values["state"])}
    row = Follow(**{"contact": aida, "track": track, **values})
    with pytest.raises(ValidationError):
        row.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_contact_follows_a_thing_once(aida, track):
    FollowFactory(contact=aida, track=track)
    with pytest.raises(IntegrityError), transaction.atomic():
        FollowFactory(contact=aida, track=track)


def test_two_meetings_are_told_of_at_one_sequence_and_one_of_them_once(track, aida):
    follow(aida, track=track)
    meeting_of(track, ordinal=1)
    meeting_of(track, ordinal=2)
    first, second = Delivery.objects.order_by("pk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=second.pk).update(meeting=first.meeting)
