"""What subscribers may ask of a calendar, how long it shows what was cancelled, and how six parsers read it."""

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import ics
import pytest
import recurring_ical_events
import time_machine
import vobject
from hypothesis import given
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar
from vdirsyncer.vobject import Item, split_collection

from meetings.changes import announce
from meetings.models import Meeting
from meetings.schedule.dates import Precision, Span, month_span, year_span
from secretariat.feed.cities import City, load_cities, place_in, spoken_city
from secretariat.feed.ics_options import as_days
from secretariat.feed.repeating import remembered
from secretariat.reminders.letters.letter import facts_of
from tests.factories import StateFactory

from .factories import china, days, hours, kazakhstan, meeting

pytestmark = pytest.mark.django_db
CALENDAR = "/api/v1/calendar.ics"
JSCALENDAR = "application/jscalendar+json"


def fetched(client, query="", address=CALENDAR, **headers):
    response = client.get(f"{address}?{query}" if query else address, headers=headers or None)
    assert response.status_code == 200
    return response.content.decode()


def lines(body, name):
    text = body.replace("\r\n ", "").split("BEGIN:VEVENT")[-1]
    return re.findall(rf"^{name}(?:;[^:\r]*)?:[^\r]*", text, re.MULTILINE)


# By six programs of other people. `icalendar` is the one that writes too.


def by_icalendar(text):
    return {
        str(event["UID"]): (str(event["SUMMARY"]), event["DTSTART"].dt, event["DTEND"].dt)
        for event in Calendar.from_ical(text).walk("VEVENT")
    }


def by_vobject(text):
    return {
        event.uid.value: (event.summary.value, event.dtstart.value, event.dtend.value)
        for event in vobject.readOne(text).vevent_list
    }


def by_ics(text):
    """This one knows no day: it shows a midnight, and the exclusive end as it is."""
    return {
        event.uid: (
            event.name,
            *(each.date() if event.all_day else each.datetime for each in (event.begin, event.end)),
        )
        for event in ics.Calendar(text).events
    }


def by_ical(text):
    return {
        event.uid: (event.summary, event.dtstart, event.dtend)
        for event in IcsCalendarStream.calendar_from_ics(text).events
    }


def by_occurrence(text):
    """What a calendar that asks for its days is told to show."""
    found = recurring_ical_events.of(Calendar.from_ical(text)).between(date(2020, 1, 1), date(2035, 1, 1))
    return {
        str(event["UID"]): (str(event["SUMMARY"]), event["DTSTART"].dt, event["DTEND"].dt) for event in found
    }


def by_vdirsyncer(text):
    """It keeps a file for each event, under what it takes for the event's identity."""
    files = {item.ident: item.raw for item in map(Item, split_collection(text))}
    return {uid: by_icalendar(file)[uid] for uid, file in files.items()}


PARSERS = [by_icalendar, by_vobject, by_ics, by_ical, by_occurrence, by_vdirsyncer]


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    "query",
    [
        "",
        "tz=utc",
        "alarm=P1D",
        "lang=zh",
        "lang=ru&partial=span",
        "days=whole&alarm=PT2H",
        "days=whole&tz=utc",
    ],
)
def test_every_parser_reads_the_same_meetings(client, parser, query):
    titles = {"en": "Talks; first, second", "zh": "会谈，首次" * 9, "ru": "Переговоры «о пути» " * 5}
    kept = {
        str(made.uid): made
        for made in (
            meeting(titles=titles, venue="Hall 1; east, wing\nsecond floor"),
            meeting(hours("2024-02-29", "2024-02-29"), titles=titles),
            meeting(hours("2024-03-01", "2024-03-01"), titles=titles),
            meeting(hours("2027-10-31", "2027-10-31", zone="Asia/Shanghai"), titles=titles),
            meeting(days("2028-02-28", "2028-02-29"), titles=titles),
        )
    }
    language = query[5:7] if query.startswith("lang=") else "en"
    read = parser(fetched(client, query))
    assert read.keys() == kept.keys()
    for uid, (title, start, end) in read.items():
        made = kept[uid]
        assert title.strip() == titles[language].strip()
        if isinstance(start, datetime):
            assert (start.astimezone(UTC), end.astimezone(UTC)) == (made.starts_at, made.ends_at)
        else:
            assert (start, end) == (made.first_on, made.last_on + timedelta(days=1))
            assert made.precision == "day" or "days=whole" in query


def test_an_event_says_all_that_calendars_ask_for(client):
    City.objects.create(country=kazakhstan(), name="ALMATY", latitude="43.25", longitude="76.92")
    made = meeting(titles={"en": "Talks"}, sequence=2)
    body = fetched(client)
    found = {line.split(":")[0]: line.split(":", 1)[1] for line in lines(body, "[A-Z-]+")}
    assert (found["UID"], found["SEQUENCE"], found["STATUS"]) == (str(made.uid), "2", "CONFIRMED")
    assert (found["GEO"], found["LOCATION"]) == ("43.25;76.92", "Almaty\\, Kazakhstan")
    assert found["CATEGORIES;LANGUAGE=en"] == "Health ministers"
    assert found["ORGANIZER;CN=Secretariat;LANGUAGE=en"] == "mailto:secretariat@example.org"
    assert found["URL"] == f"http://127.0.0.1:8000/meetings/{made.uid}/"
    assert {
        "DTSTAMP",
        "LAST-MODIFIED",
        "CREATED",
        "SUMMARY;LANGUAGE=en",
        "DESCRIPTION;LANGUAGE=en",
    } <= found.keys()
    head = body.split("BEGIN:VTIMEZONE")[0].split("\r\n")
    assert {"COLOR:teal", "REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H"} <= set(head)
    assert {
        "NAME;LANGUAGE=en:Calendar of meetings",
        f"SOURCE;VALUE=URI:http://127.0.0.1:8000{CALENDAR}",
    } <= set(head)


@pytest.mark.parametrize(
    "query",
    ["t=1764460800", "_=1764460800123", "_=", "1764460800", "v=2", "rnd=0.8372", "cb=x", "nocache", "cache-buster=7",
     "utm_source=mail", "fbclid=IwAR2", "q=5f2b8c0e-13d2-4c0f-9a3e-0c1d2e3f4a5b", "t=1&t=2"],
)  # fmt: skip
def test_what_is_added_to_get_by_a_cache_is_no_fault_at_a_calendar(client, bodies_kept, query):
    made = meeting()
    for address in (CALENDAR, "/api/v1/tracks/health/calendar.ics", f"/api/v1/meetings/{made.uid}.ics"):
        plain = client.get(f"{address}?lang=ru")
        used = bodies_kept.used
        added = client.get(f"{address}?lang=ru&{query}")
        assert (added.status_code, added.content, added["ETag"]) == (200, plain.content, plain["ETag"])
        assert bodies_kept.used - used <= len(plain.content)  # once for all of them, not once for each
        client.get(f"{address}?lang=ru&{query}&_=1")
        assert bodies_kept.used - used <= len(plain.content)


@pytest.mark.parametrize("query", ["alrm=P1D", "tzz=utc", "day=3", "state=KZ", "q=talks", "partials=span"])
def test_a_typo_at_a_calendar_is_refused_as_everywhere(client, query):
    assert client.get(f"{CALENDAR}?{query}").status_code == 400
    assert client.get("/api/v1/meetings/?t=1764460800").status_code == 400


def head_of(body, name):
    """The calendar's own line, without what it holds."""
    return re.findall(
        rf"^{name}(?:;[^:\r]*)?:([^\r]*)", body.replace("\r\n ", "").split("BEGIN:V")[1], re.MULTILINE
    )


def test_a_calendar_says_what_it_is_and_keeps_its_identity_in_every_form(client):
    meeting(titles={"en": "Talks"})
    address = "/api/v1/states/KZ/calendar.ics"
    shown = [fetched(client, query, address) for query in ("", "lang=ru&tz=utc", "alarm=P1D", "as=host")]
    # In iCalendar it has none: there are readers that take it for the identity of each event.
    assert [head_of(body, "UID") for body in shown] == [[]] * 4
    forms = ("", "lang=ru&tz=utc", "alarm=P1D", "as=host")
    uids = [group(client, query, address=address)["uid"] for query in forms] + [group(client)["uid"]]
    # uuid5 of the namespace of URLs and http://127.0.0.1:8000/api/v1/states/KZ/calendar.ics.
    assert uids[:3] == ["b206faf7-7538-5d00-af63-89af52b99f26"] * 3
    assert len(set(uids)) == 3
    says = "Meetings as the secretariat announces them; what changes there changes here."
    assert head_of(shown[0], "DESCRIPTION") == [says.replace(";", "\\;")]
    assert group(client)["description"] == says
    assert "DESCRIPTION;LANGUAGE=ru:" in shown[1]


def test_an_alarm_is_set_where_somebody_is_to_come(client):
    for status in ("proposed", "confirmed", "held", "postponed", "cancelled"):
        meeting(status=status, titles={"en": status})
    body = fetched(client, "alarm=P1D")
    found = {
        str(event["SUMMARY"]): [
            (alarm["ACTION"], alarm["TRIGGER"].dt, str(alarm["DESCRIPTION"]))
            for alarm in event.walk("VALARM")
        ]
        for event in Calendar.from_ical(body).walk("VEVENT")
    }
    alarm = [("DISPLAY", timedelta(days=-1), "Meeting ahead")]
    assert found == {
        "proposed": alarm,
        "confirmed": alarm,
        "held": [],
        "Postponed: postponed": [],
        "Cancelled: cancelled": [],
    }
    assert "VALARM" not in fetched(client)


@pytest.mark.parametrize("text", ["1D", "P", "PT", "P1Y", "-P1D", "P1DT2H", "P1000D", "p1d", "P1D\n", "P١D"])
def test_an_alarm_that_is_no_duration_is_refused(client, text):
    response = client.get(CALENDAR, {"alarm": text})
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (400, "alarm")


@pytest.mark.parametrize("query", ["days=half", "as=host", "alarm=P1D&alarm=P2D"])
def test_a_calendar_refuses_what_it_does_not_know(client, query):
    assert client.get(f"{CALENDAR}?{query}").status_code == 400


def test_several_days_are_whole_days_when_asked_for_and_one_day_keeps_its_hours(client):
    meeting(hours("2027-05-18", "2027-05-18"))
    meeting(hours("2027-06-18", "2027-06-20"))
    found = sorted(by_icalendar(fetched(client, "days=whole&tz=utc")).values(), key=str)
    assert [(start, end) for _title, start, end in found][1:] == [(date(2027, 6, 18), date(2027, 6, 21))]
    assert found[0][1].hour == 4


def test_whole_days_are_those_of_the_place_and_hours_beside_them_are_told_in_utc_where_asked_for(client):
    meeting(Span(Precision.TIME, date(2027, 5, 18), date(2027, 5, 18), "Asia/Almaty", time(2), time(13)))
    meeting(Span(Precision.TIME, date(2027, 6, 18), date(2027, 6, 19), "Asia/Almaty", time(2), time(13)))
    body = fetched(client, "days=whole&tz=utc")
    assert re.findall(r"^DT(?:START|END)[^\r]*", body.split("END:VTIMEZONE")[1], re.MULTILINE) == [
        "DTSTART:20270517T210000Z", "DTEND:20270518T080000Z",
        "DTSTART;VALUE=DATE:20270618", "DTEND;VALUE=DATE:20270620",
    ]  # fmt: skip


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 9),
    st.times(),
    st.sampled_from(["TZID", "Z", ""]),
)
def test_whole_days_are_those_that_the_meeting_touches(first, more, ends, form):
    last = first + timedelta(days=more)
    zone, end = (";TZID=Asia/Almaty" if form == "TZID" else ""), ("Z" if form == "Z" else "")
    text = f"DTSTART{zone}:{first:%Y%m%d}T000000{end}\r\nDTEND{zone}:{last:%Y%m%d}T{ends:%H%M%S}{end}\r\nSUMMARY:x\r\n"
    clock = ends.replace(microsecond=0)
    after = last + timedelta(days=clock != time(0))
    shown = as_days(text, "in hours")
    if after - first <= timedelta(days=1):
        assert shown == "in hours"
    else:
        assert shown == (
            f"DTSTART;VALUE=DATE:{first:%Y%m%d}\r\nDTEND;VALUE=DATE:{after:%Y%m%d}\r\nSUMMARY:x\r\n"
        )


def test_what_was_cancelled_stays_for_a_year_and_then_goes_though_nothing_changed(client):
    made = meeting(hours("2027-05-18", "2027-05-18"), status="cancelled")
    with time_machine.travel(datetime(2028, 5, 20, tzinfo=UTC), tick=False):
        response = client.get(CALENDAR)
        assert lines(response.content.decode(), "STATUS") == ["STATUS:CANCELLED"]
        assert client.get(CALENDAR, headers={"If-None-Match": response["ETag"]}).status_code == 304
    remembered.empty()  # what was said a minute ago may be said again
    with time_machine.travel(datetime(2028, 8, 1, tzinfo=UTC), tick=False):
        later = client.get(CALENDAR, headers={"If-None-Match": response["ETag"]})
        assert (later.status_code, b"VEVENT" in later.content) == (200, False)
        assert client.get(f"/api/v1/meetings/{made.uid}/").status_code == 200


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_a_day_on_which_nobody_comes_blocks_no_time(client, status):
    meeting(status=status)
    assert lines(fetched(client), "TRANSP") == ["TRANSP:TRANSPARENT"]


def test_a_state_has_all_its_meetings_or_those_it_hosts(client):
    hosted, attended = meeting(), meeting(host=china(), country=china())
    side = hosted.track.mechanism.sides.create(position=1, names={"en": "All"}, order="listed")
    for state in (kazakhstan(), china()):
        side.memberships.create(state=state)
    announce([hosted.pk, attended.pk])
    address = "/api/v1/states/KZ/calendar.ics"
    assert by_icalendar(fetched(client, address=address)).keys() == {str(hosted.uid), str(attended.uid)}
    assert by_icalendar(fetched(client, "as=host", address=address)).keys() == {str(hosted.uid)}


# JSCalendar


def group(client, query="", accept=JSCALENDAR, address=CALENDAR):
    response = client.get(f"{address}?{query}", headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"]) == (200, f"{JSCALENDAR};type=group")
    return json.loads(response.content)


def test_a_meeting_as_jscalendar(client):
    City.objects.create(country=kazakhstan(), name="Almaty", latitude="43.25", longitude="76.92")
    made = meeting(titles={"en": "Talks", "zh": "会谈"}, venue="Hall 1", sequence=2)
    found = group(client, "alarm=P1D")
    (event,) = found.pop("entries")
    assert found == {
        "@type": "Group",
        "uid": found["uid"],
        "prodId": "-//Secretariat//Calendar 1//EN",
        "title": "Calendar of meetings",
        "description": "Meetings as the secretariat announces them; what changes there changes here.",
        "locale": "en",
        "updated": "2026-03-01T12:00:00Z",
        "color": "teal",
        "source": f"http://127.0.0.1:8000{CALENDAR}",
    }
    url = f"http://127.0.0.1:8000/api/v1/meetings/{made.uid}/"
    page = f"http://127.0.0.1:8000/meetings/{made.uid}/"
    assert event == {
        "@type": "Event",
        "uid": str(made.uid),
        "created": "2026-03-01T12:00:00Z",
        "updated": "2026-03-01T12:00:00Z",
        "sequence": 2,
        "title": "Talks",
        "description": f"Local time: 2027-05-18 09:00+0500 to 2027-05-19 13:30+0500 (Asia/Almaty)\nDetails: {page}",
        "locale": "en",
        "start": "2027-05-18T09:00:00",
        "timeZone": "Asia/Almaty",
        "duration": "PT28H30M",
        "status": "confirmed",
        "freeBusyStatus": "busy",
        "keywords": {"Health ministers": True},
        "locations": {
            "1": {
                "@type": "Location",
                "name": "Hall 1, Almaty, Kazakhstan",
                "timeZone": "Asia/Almaty",
                "coordinates": "geo:43.25,76.92",
            }
        },
        "links": {
            "1": {"@type": "Link", "href": url, "rel": "describedby", "type": "application/json"},
            "2": {"@type": "Link", "href": page, "rel": "about"},
        },
        "localizations": {"zh": {"title": "会谈"}},
        "alerts": {
            "1": {
                "@type": "Alert",
                "trigger": {"@type": "OffsetTrigger", "offset": "-P1D"},
                "action": "display",
            }
        },
    }


def test_a_title_in_another_language_says_there_what_became_of_the_meeting(client):
    titles = {"en": "Talks", "zh": "会谈", "ru": "Переговоры"}
    meeting(titles=titles, status="cancelled")
    meeting(month_span(2027, 5, "Asia/Almaty"), titles=titles)
    vague, cancelled = group(client, "partial=span&lang=ru")["entries"]
    assert (cancelled["title"], cancelled["localizations"]) == (
        "Отменено: Переговоры",
        {"en": {"title": "Cancelled: Talks"}, "zh": {"title": "已取消：会谈"}},
    )
    assert (vague["title"], vague["localizations"]) == (
        "Дата уточняется: Переговоры",
        {"en": {"title": "Date to be set: Talks"}, "zh": {"title": "日期待定：会谈"}},
    )


def test_jscalendar_tells_the_hours_in_utc_where_that_is_asked_for(client):
    meeting(hours("2027-05-18", "2027-05-18"))
    meeting(hours("2027-06-18", "2027-06-20"))
    meeting(days("2028-02-28", "2028-02-29"))
    found = [
        tuple(event.get(name) for name in ("start", "timeZone", "duration"))
        for event in group(client, "tz=utc")["entries"]
    ]
    assert found == [
        ("2027-05-18T04:00:00", "Etc/UTC", "PT4H30M"),
        ("2027-06-18T04:00:00", "Etc/UTC", "PT52H30M"),
        ("2028-02-28T00:00:00", None, "P2D"),
    ]
    assert [event["start"] for event in group(client, "tz=utc&days=whole")["entries"]] == [
        "2027-05-18T04:00:00", "2027-06-18T00:00:00", "2028-02-28T00:00:00",
    ]  # fmt: skip


def test_jscalendar_marks_a_date_that_is_known_to_the_month(client):
    meeting(days("2027-04-01", "2027-04-02"))
    meeting(month_span(2027, 5, "Asia/Almaty"))
    found = [event.get("127.0.0.1:datePrecision") for event in group(client, "partial=span")["entries"]]
    assert found == [None, "month"]


@pytest.mark.parametrize(
    ("span", "query", "times"),
    [
        (days("2028-02-28", "2028-02-29"), "", ("2028-02-28T00:00:00", "P2D", True, None)),
        (month_span(2027, 5, "Asia/Almaty"), "partial=span", ("2027-05-01T00:00:00", "P31D", True, None)),
        (hours("2027-06-18", "2027-06-20"), "days=whole", ("2027-06-18T00:00:00", "P3D", True, None)),
        (
            hours("2027-06-18", "2027-06-18"),
            "days=whole",
            ("2027-06-18T09:00:00", "PT4H30M", None, "Asia/Almaty"),
        ),
    ],
)
def test_days_are_days_in_jscalendar_too(client, span, query, times):
    meeting(span)
    (event,) = group(client, query)["entries"]
    assert tuple(event.get(name) for name in ("start", "duration", "showWithoutTime", "timeZone")) == times


def until(first, starts, last, ends):
    return Span(Precision.TIME, date(2027, 7, first), date(2027, 7, last), "Asia/Almaty", starts, ends)


@pytest.mark.parametrize("query", ["days=whole", "days=whole&tz=utc"])
@pytest.mark.parametrize(
    ("span", "whole"),
    [
        (until(1, time(23), 2, time(0)), None),
        (until(1, time(2), 1, time(13)), None),
        (until(1, time(9), 1, None), None),  # to the end of the day
        (until(1, time(23), 2, time(0, 1)), (date(2027, 7, 1), date(2027, 7, 3))),
        (until(1, time(9), 3, time(0)), (date(2027, 7, 1), date(2027, 7, 3))),
        (until(1, time(0), 2, time(23, 59)), (date(2027, 7, 1), date(2027, 7, 3))),
    ],
)
def test_both_forms_show_the_same_whole_days_and_one_until_midnight_is_one_day(client, span, whole, query):
    meeting(span)
    ((_title, *shown),) = by_icalendar(fetched(client, query)).values()
    (event,) = group(client, query)["entries"]
    start = datetime.fromisoformat(event["start"])
    if whole:
        duration = f"P{(whole[1] - whole[0]).days}D"
        assert (tuple(shown), start.date(), event["duration"]) == (whole, whole[0], duration)
        assert event["showWithoutTime"] is True
    else:
        assert [each.astimezone(UTC) for each in shown] == [span.starts_at, span.ends_at]
        assert start.replace(tzinfo=ZoneInfo(event["timeZone"])) == span.starts_at
        assert "showWithoutTime" not in event


def test_vague_dates_are_left_out_of_jscalendar_too(client):
    meeting(month_span(2027, 5, "Asia/Almaty"))
    meeting(year_span(2027, "Asia/Almaty"))
    meeting(Span(Precision.NONE, None, None, "Asia/Almaty"))
    assert group(client)["entries"] == []
    (event,) = group(client, "partial=span")["entries"]
    assert (event["status"], event["freeBusyStatus"]) == ("tentative", "free")


@pytest.mark.parametrize(
    ("status", "shown", "busy"),
    [
        ("proposed", "tentative", "busy"), ("confirmed", "confirmed", "busy"), ("held", "confirmed", "busy"),
        ("postponed", "tentative", "free"), ("cancelled", "cancelled", "free"),
    ],
)  # fmt: skip
def test_a_status_is_one_that_jscalendar_knows(client, status, shown, busy):
    meeting(status=status)
    (event,) = group(client)["entries"]
    assert (event["status"], event["freeBusyStatus"]) == (shown, busy)


@pytest.mark.parametrize(
    ("accept", "shown"),
    [
        ("", "text/calendar"), ("*/*", "text/calendar"), ("text/html, image/gif;q=0.2", "text/calendar"),
        ("text/calendar, application/jscalendar+json;q=0.9", "text/calendar"),
        ("application/json", "text/calendar"),
        (JSCALENDAR, JSCALENDAR), ("text/calendar;q=0.5, application/jscalendar+json", JSCALENDAR),
    ],
)  # fmt: skip
def test_who_asks_for_jscalendar_by_its_name_gets_it_and_everybody_else_icalendar(client, accept, shown):
    response = client.get(CALENDAR, headers={"Accept": accept})
    assert (response.status_code, response["Content-Type"].split(";")[0]) == (200, shown)
    assert "Accept" in response["Vary"]


def test_the_two_forms_have_two_tags(client):
    meeting()
    tag = client.get(CALENDAR)["ETag"]
    response = client.get(CALENDAR, headers={"Accept": JSCALENDAR, "If-None-Match": tag})
    assert (response.status_code, response["ETag"] == tag) == (200, False)


# Cities


def test_a_city_that_is_entered_or_mended_is_shown_at_once(client):
    made = meeting()
    assert lines(fetched(client), "GEO") == []
    city = City.objects.create(country=kazakhstan(), name="Almaty", latitude="43", longitude="76")
    assert lines(fetched(client), "GEO") == ["GEO:43.0;76.0"]
    city.latitude = "43.25"
    city.save()
    place = client.get(f"/api/v1/meetings/{made.uid}/").json()["place"]
    assert place["geo"] == {"latitude": 43.25, "longitude": 76.0}
    city.delete()
    assert lines(fetched(client), "GEO") == []


def test_a_city_is_named_in_the_readers_language(client):
    made = meeting()
    city = City.objects.create(country=kazakhstan(), name="almaty", latitude="43", longitude="77")
    told = {}
    for names in ({}, {"en": "Almaty", "ru": "Алматы", "zh": "阿拉木图"}, {"zh": "阿拉木图"}):
        city.names = names
        city.save()
        told[len(names)] = [
            client.get(f"/api/v1/meetings/{made.uid}/", {"lang": code}).json()["place"]["city"]
            for code in ("en", "ru", "zh")
        ]
    assert told == {
        0: ["Almaty", "Almaty", "Almaty"],
        3: ["Almaty", "Алматы", "阿拉木图"],
        1: ["Almaty", "Almaty", "阿拉木图"],
    }
    (where,) = lines(fetched(client, "lang=zh"), "LOCATION")
    assert "阿拉木图" in where
    assert "阿拉木图" in client.get(f"/meetings/{made.uid}/", HTTP_ACCEPT_LANGUAGE="zh").content.decode()
    found = client.get("/api/v1/meetings/", {"q": "阿拉木图"}).json()
    assert len(found["items"]) == 1


def test_mails_and_today_call_a_city_as_their_reader_does():
    city = {"country": kazakhstan(), "name": "Almaty", "latitude": "43", "longitude": "77"}
    City.objects.create(**city, names={"ru": "Алматы"})
    made = meeting()
    assert [place_in(made, code) for code in ("ru", "zh")] == [
        "Алматы",
        "Almaty",
    ]
    assert spoken_city("KZ", "Talgar", "ru") == "Talgar"
    assert dict(facts_of(made, "ru"))["Where"] == "Алматы"


def test_shipped_cities_are_entered_once_and_the_desk_has_the_last_word():
    for code in ("CN", "KZ"):
        StateFactory(code=code)
    City.objects.create(country_id="KZ", name="almaty", latitude="1", longitude="2")
    first, again = load_cities(), load_cities()
    assert [(each.entered, each.named) for each in (first, again)] == [(12, 1), (0, 0)]
    assert City.objects.get(name__iexact="Almaty").names == {"en": "Almaty", "zh": "阿拉木图", "ru": "Алматы"}
    # What no source says in a language is left out, and said.
    assert first.nameless == {
        "en": ["Aktau", "Turkistan"],
        "zh": ["Aktau", "Nur-Sultan", "Turkistan"],
        "ru": ["Qingdao", "Shanghai", "Yangling", "Aktau", "Turkistan"],
    }
    assert float(City.objects.get(name__iexact="Almaty").latitude) == 1.0
    assert not City.objects.exclude(country__in=["CN", "KZ"]).exists()
    assert Meeting.objects.count() == 0
