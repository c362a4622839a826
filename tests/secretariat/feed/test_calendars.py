"""iCalendar, down to its bytes."""

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from zoneinfo import ZoneInfo

import icalendar
import pytest
from dateutil.tz import tzical
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.changes import announce, announced_together
from meetings.models import Meeting
from meetings.schedule.dates import Precision, Span, instant, month_span, year_span
from secretariat.feed.vtimezone import render_zone

from .factories import days, health, hours, meeting

pytestmark = pytest.mark.django_db
CALENDAR = "/api/v1/calendar.ics"


def fetched(client, query="", address=CALENDAR):
    response = client.get(f"{address}?{query}" if query else address)
    assert (response.status_code, response["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    return response.content


def events(body):
    return [dict(event) for event in icalendar.Calendar.from_ical(body).walk("VEVENT")]


def unfolded(body):
    """A second reader, written against RFC 5545 §3.1 and not with the library that writes."""
    assert body.endswith(b"\r\n")
    return body.replace(b"\r\n ", b"").decode().split("\r\n")[:-1]


def lines_named(body, name):
    return [line for line in unfolded(body) if re.split("[;:]", line, maxsplit=1)[0] == name]


def test_a_calendar_is_these_bytes(client):
    made = meeting(titles={"en": "Health forum"}, venue="Hall 1; east, wing", sequence=2)
    assert fetched(client).decode() == (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Secretariat//Calendar 1//EN\r\nCALSCALE:GREGORIAN\r\n"
        "NAME;LANGUAGE=en:Calendar of meetings\r\nX-WR-CALNAME:Calendar of meetings\r\n"
        "DESCRIPTION;LANGUAGE=en:Meetings as the secretariat announces them\\; what \r\n"
        " changes there changes here.\r\n"
        "URL:http://127.0.0.1:8000/api/v1/calendar.ics\r\n"
        "SOURCE;VALUE=URI:http://127.0.0.1:8000/api/v1/calendar.ics\r\nLAST-MODIFIED:20260301T120000Z\r\n"
        "COLOR:teal\r\nREFRESH-INTERVAL;VALUE=DURATION:PT1H\r\nX-PUBLISHED-TTL:PT1H\r\n"
        "BEGIN:VTIMEZONE\r\nTZID:Asia/Almaty\r\nBEGIN:STANDARD\r\nDTSTART:20270516T050000\r\n"
        "TZOFFSETFROM:+0500\r\nTZOFFSETTO:+0500\r\nTZNAME:+05\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
        f"BEGIN:VEVENT\r\nUID:{made.uid}\r\nDTSTAMP:20260301T120000Z\r\nLAST-MODIFIED:20260301T120000Z\r\n"
        "CREATED:20260301T120000Z\r\nSEQUENCE:2\r\nDTSTART;TZID=Asia/Almaty:20270518T090000\r\n"
        "DTEND;TZID=Asia/Almaty:20270519T133000\r\nSUMMARY;LANGUAGE=en:Health forum\r\n"
        "LOCATION:Hall 1\\; east\\, wing\\, Almaty\\, Kazakhstan\r\n"
        "DESCRIPTION;LANGUAGE=en:Local time: 2027-05-18 09:00+0500 to 2027-05-19 13\r\n"
        f" :30+0500 (Asia/Almaty)\\nDetails: http://127.0.0.1:8000/meetings/{str(made.uid)[:10]}\r\n"
        f" {str(made.uid)[10:]}/\r\n"
        "CATEGORIES;LANGUAGE=en:Health ministers\r\n"
        f"URL:http://127.0.0.1:8000/meetings/{made.uid}/\r\nSTATUS:CONFIRMED\r\n"
        "ORGANIZER;CN=Secretariat;LANGUAGE=en:mailto:secretariat@example.org\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@pytest.mark.parametrize("lang", ["en", "zh", "ru"])
def test_lines_end_in_crlf_and_fold_at_75_octets_outside_of_characters(client, lang):
    for pad in range(5):
        title = (
            "x" * pad
            + {"en": "Ministers 🏛 ", "zh": "中国－中亚元首会晤", "ru": "Встреча министров "}[lang] * 12
        )
        meeting(titles={lang: title})
    body = fetched(client, f"lang={lang}")
    lines = body.split(b"\r\n")
    assert lines.pop() == b""
    assert [line for line in lines if len(line) > 75 or b"\n" in line or b"\r" in line] == []
    for line in lines:
        line.decode()  # a fold inside a character would raise
    assert len([line for line in lines if line.startswith(b" ")]) > 10
    assert [event["SUMMARY"][:1] for event in events(body)].count("x") == 4


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\u0085", "\x0b", "\x0c"])
def test_a_title_never_starts_a_property(client, end):
    meeting(titles={"en": f"Talks{end}ATTENDEE:mailto:x@example.org\x07"}, venue=f"Hall{end}METHOD:REQUEST")
    body = fetched(client)
    assert [lines_named(body, name) for name in ("ATTENDEE", "METHOD")] == [[], []]
    assert lines_named(body, "SUMMARY") == ["SUMMARY;LANGUAGE=en:Talks\\nATTENDEE:mailto:x@example.org"]
    assert not set(body.decode()) & set("\x00\x07\u2028\u2029\u0085\x0b\x0c")
    assert events(body)[0]["SUMMARY"] == "Talks\nATTENDEE:mailto:x@example.org"


@pytest.mark.parametrize(
    ("status", "shown", "title"),
    [
        ("proposed", "TENTATIVE", "Talks"), ("confirmed", "CONFIRMED", "Talks"), ("held", "CONFIRMED", "Talks"),
        ("cancelled", "CANCELLED", "Cancelled: Talks"), ("postponed", "TENTATIVE", "Postponed: Talks"),
    ],
)  # fmt: skip
def test_a_status_is_one_that_calendars_know_and_the_title_says_the_rest(client, status, shown, title):
    meeting(status=status, titles={"en": "Talks"}, is_example=False)
    event = events(fetched(client))[0]
    assert (event["STATUS"], event["SUMMARY"]) == (shown, title)


def test_whole_days_end_on_the_day_after(client):
    meeting(days("2028-02-28", "2028-02-29"))
    body = fetched(client)
    assert lines_named(body, "DTSTART")[-1] == "DTSTART;VALUE=DATE:20280228"
    assert lines_named(body, "DTEND") == ["DTEND;VALUE=DATE:20280301"]


def test_a_vague_date_is_left_out_and_a_month_is_a_span_when_asked_for(client):
    meeting(year_span(2027, "Asia/Almaty"))
    meeting(Span(Precision.NONE, None, None, "Asia/Almaty"))
    made = meeting(month_span(2027, 5, "Asia/Almaty"), titles={"en": "Talks"})
    assert events(fetched(client)) == []
    body = fetched(client, "partial=span")
    assert [event["UID"] for event in events(body)] == [str(made.uid)]
    assert lines_named(body, "DTSTART")[-1] == "DTSTART;VALUE=DATE:20270501"
    assert [lines_named(body, name)[0] for name in ("DTEND", "SUMMARY", "STATUS", "TRANSP")] == [
        "DTEND;VALUE=DATE:20270601",
        "SUMMARY;LANGUAGE=en:Date to be set: Talks",
        "STATUS:TENTATIVE",
        "TRANSP:TRANSPARENT",
    ]


def test_an_empty_calendar_keeps_a_component(client):
    body = icalendar.Calendar.from_ical(fetched(client))
    assert [part.name for part in body.subcomponents] == ["VTIMEZONE"]


def test_an_example_is_marked_in_the_title(client):
    meeting(titles={"en": "Trial"}, is_example=True, status="cancelled")
    assert events(fetched(client))[0]["SUMMARY"] == "Cancelled: [EXAMPLE] Trial"


def test_utc_is_given_to_who_asks_for_it(client):
    meeting()
    body = fetched(client, "tz=utc")
    assert lines_named(body, "DTSTART")[-1] == "DTSTART:20270518T040000Z"
    assert lines_named(body, "DTEND") == ["DTEND:20270519T083000Z"]


def test_calendars_carry_nothing_that_breaks_readers(client):
    meeting()
    body = fetched(client)
    assert [lines_named(body, n) for n in ("METHOD", "X-WR-TIMEZONE", "COMMENT", "ATTENDEE")] == [[]] * 4


ZONES = ["Asia/Almaty", "Asia/Bishkek", "Asia/Dushanbe", "Asia/Ashgabat", "Asia/Tashkent", "Asia/Shanghai"]


@pytest.mark.parametrize("zone", [*ZONES, "Europe/Berlin", "America/St_Johns"])
def test_a_vtimezone_gives_the_instants_that_the_zone_table_gives(zone):
    first, last = date(2023, 11, 1), date(2025, 4, 30)
    block = render_zone(zone, first, last)
    read = tzical(StringIO("BEGIN:VCALENDAR\r\n" + block + "END:VCALENDAR\r\n")).get(zone)
    table = ZoneInfo(zone)
    at = datetime(2023, 11, 1, 0, 30)
    while at < datetime(2025, 4, 30):
        if at.replace(tzinfo=table).utcoffset() == at.replace(tzinfo=table, fold=1).utcoffset():
            assert at.replace(tzinfo=read).utcoffset() == at.replace(tzinfo=table).utcoffset(), at
        at += timedelta(hours=1)


def test_almaty_changed_its_offset_on_1_march_2024(client):
    for day in ("2024-02-29", "2024-03-01"):
        meeting(hours(day, day))
    assert lines_named(fetched(client, "tz=utc"), "DTSTART")[-2:] == [
        "DTSTART:20240229T030000Z",
        "DTSTART:20240301T040000Z",
    ]
    block = fetched(client).decode().split("BEGIN:VEVENT")[0]
    assert block.endswith(
        "BEGIN:STANDARD\r\nDTSTART:20240301T000000\r\nTZOFFSETFROM:+0600\r\nTZOFFSETTO:+0500\r\nTZNAME:+05\r\n"
        "END:STANDARD\r\nEND:VTIMEZONE\r\n"
    )
    assert block.count("BEGIN:STANDARD") == 2


@pytest.mark.parametrize("zone", [*ZONES, "UTC"])
def test_events_are_read_back_at_the_instants_they_were_decided_for(client, zone):
    made = meeting(hours(zone=zone))
    for query in ("", "tz=utc"):
        event = events(fetched(client, query))[0]
        assert event["DTSTART"].dt.astimezone(UTC) == made.starts_at
        assert (
            event["DTEND"].dt.astimezone(UTC) == made.ends_at == instant(date(2027, 5, 19), made.ends, zone)
        )


def test_a_calendar_by_track_state_and_meeting_holds_just_these(client):
    made, other = meeting(), meeting(host=None, country=None)
    found = {
        address: [event["UID"] for event in events(fetched(client, address=f"/api/v1/{address}"))]
        for address in ("tracks/health/calendar.ics", "states/KZ/calendar.ics", f"meetings/{made.uid}.ics")
    }
    assert list(found.values()) == [[str(made.uid), str(other.uid)], [str(made.uid)], [str(made.uid)]]
    assert client.get("/api/v1/tracks/none/calendar.ics").status_code == 404
    assert client.get("/api/v1/states/XX/calendar.ics").status_code == 404


def test_a_calendar_costs_the_same_queries_for_one_meeting_and_for_fifty(client):
    costs = []
    for more in (1, 49):
        with announced_together():
            for _n in range(more):
                meeting()
        with CaptureQueriesContext(connection) as queries:
            assert len(events(fetched(client))) == (1 if more == 1 else 50)
        costs.append(len(queries))
    assert costs == [3, 3]


def test_the_uid_stays_and_the_stamp_moves_when_a_meeting_moves(client):
    made = meeting()
    before = events(fetched(client))[0]
    made.take_span(hours("2027-06-01", "2027-06-02"))
    made.sequence += 1
    made.save()
    announce([made.pk])
    after = events(fetched(client))[0]
    assert after["UID"] == before["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)
    assert after["DTSTAMP"].dt == after["LAST-MODIFIED"].dt > before["DTSTAMP"].dt


def test_a_meeting_that_cannot_be_rendered_leaves_the_others_in_the_calendar(client):
    good, bad = meeting(), meeting()
    with connection.cursor() as cursor:  # which keeps such a row out today
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE meetings_meeting DROP CONSTRAINT a_meeting_is_in_a_time_zone")
    Meeting.objects.filter(pk=bad.pk).update(zone="Mars/Base", titles={"en": "New"})
    announce([bad.pk])
    assert str(good.uid) in [event["UID"] for event in events(fetched(client))]
    assert health().slug == "health"


@pytest.mark.parametrize(
    ("lang", "name", "summary"),
    [
        ("en", "Calendar of meetings", "Cancelled: Talks"),
        ("zh", "会议日历", "已取消：会谈"),
        ("ru", "Календарь встреч", "Отменено: Переговоры"),
    ],
)
def test_the_feeds_own_words_are_in_the_language_asked_for(client, lang, name, summary):
    meeting(status="cancelled", titles={"en": "Talks", "zh": "会谈", "ru": "Переговоры"})
    body = fetched(client, f"lang={lang}")
    assert lines_named(body, "NAME") == [f"NAME;LANGUAGE={lang}:{name}"]
    assert events(body)[0]["SUMMARY"] == summary
