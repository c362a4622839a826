"""A title is only ever a title: whatever it holds, each option yields a calendar with the same events."""

import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from meetings.changes import announce
from meetings.models import Meeting
from meetings.schedule.dates import month_span
from secretariat.feed.ics import clean

from .factories import hours, meeting

pytestmark = pytest.mark.django_db
OPTIONS = [
    "",
    "tz=utc",
    "days=whole",
    "partial=span",
    "alarm=P1D",
    "alarm=P1D&days=whole&partial=span",
    "alarm=P1D&days=whole&partial=span&tz=utc",
]
# What stands in a calendar, and what makes the text before it end just at a fold.
PIECES = [
    "BEGIN:VEVENT", "END:VEVENT", "END:VCALENDAR", "BEGIN:VALARM", "SUMMARY:", "DTEND:20270519T000000",
    "DTSTART;TZID=Asia/Almaty:20270518T090000", "DTSTART:20270518T090000Z", "TZID=Mars/Base:", "\r\n", "\n", "\r",
    "\u2028", "\x85", "\\n", "\\", ";", ",", ":", '"', " ", "\t", "会谈", "Переговоры", "👩🏽‍🚀",
    *("x" * length for length in (40, 45, 52, 53, 54, 74)),
]  # fmt: skip
LETTERS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=30
)
TITLES = st.lists(st.sampled_from(PIECES) | LETTERS, min_size=1, max_size=6).map("".join)


@pytest.fixture
def several():
    return [
        meeting(),
        meeting(hours("2027-06-18", "2027-06-20")),
        meeting(month_span(2027, 7, "Asia/Almaty")),
    ]


def as_shown(title):
    """Line ends of every kind are one, other controls are gone; the library writes a backslash and N as a line end."""
    return re.sub(r"\s+", " ", clean(title).replace("\\N", "\n")).strip()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(title=TITLES)
@example(title="Talks END:VEVENT")
@example(title="Talks \\Now and \\never")
@example(title="Talks that end: END:VEVENT\r\n")
@example(title="x" * 53 + "END:VEVENT")
@example(title="x" * 53 + "DTSTART;TZID=Mars/Base:20270518T090000")
def test_whatever_the_title_each_option_shows_as_many_events_with_it(client, several, title):
    Meeting.objects.update(titles={"en": title})
    title = Meeting.objects.first().titles["en"]  # cleaned as it was entered
    announce([made.pk for made in several])
    for query in OPTIONS:
        shows_with(client, query, as_shown(title))


def shows_with(client, query, shown):
    text = client.get(f"/api/v1/calendar.ics?{query}").content.decode()
    expected = [shown, shown] + ([as_shown(f"Date to be set: {shown}")] if "partial" in query else [])
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [as_shown(str(event["SUMMARY"])) for event in events] == expected, query
    assert [as_shown(event.summary) for event in IcsCalendarStream.calendar_from_ics(text).events] == expected
    assert set(re.findall(r"^TZID:(.*)\r$", text, re.MULTILINE)) <= {"Asia/Almaty", "Asia/Shanghai"}
    assert [len(event.walk("VALARM")) for event in events[:2]] == [int("alarm" in query)] * 2


def test_a_reminder_is_set_for_no_day_that_is_not_known(client, several):
    text = client.get("/api/v1/calendar.ics?partial=span&alarm=P1D").content.decode()
    events = Calendar.from_ical(text).walk("VEVENT")
    assert [len(event.walk("VALARM")) for event in events] == [1, 1, 0]
    group = client.get(
        "/api/v1/calendar.ics?partial=span&alarm=P1D", headers={"Accept": "application/jscalendar+json"}
    ).json()
    assert ["alerts" in entry for entry in group["entries"]] == [True, True, False]
