"""iCalendar (RFC 5545, RFC 7986): one VEVENT, and a calendar made of stored ones.

Fragments hold no "now": equal revisions are equal bytes. Feeds carry no METHOD, no ATTENDEE and no
X-WR-TIMEZONE; feeds.md §6 and §12 say which readers break on which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Event, Parameters, vDDDTypes, vText, vUri
from icalendar.parser import Contentline

from meetings.dates import Precision
from meetings.models import Meeting

from . import words
from .vtimezone import render_zone

STATUSES = {
    Meeting.Status.PROPOSED: "TENTATIVE",
    Meeting.Status.CONFIRMED: "CONFIRMED",
    Meeting.Status.HELD: "CONFIRMED",
    Meeting.Status.POSTPONED: "TENTATIVE",
    Meeting.Status.CANCELLED: "CANCELLED",
}
UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")


def clean(text: str) -> str:
    """TEXT without what ends a line in some reader: all line ends become one newline, other controls go."""
    text = re.sub("\r\n|[\r\u0085\u2028\u2029\x0b\x0c]", "\n", text)
    return CONTROLS.sub("", text)


def render_event(
    meeting: Meeting, body: dict[str, Any], language: str, changed_at: datetime, *, utc: bool = False
) -> str:
    """The VEVENT of a meeting, CRLF and folded; empty while not even its month is known."""
    if meeting.precision not in (Precision.TIME, Precision.DAY, Precision.MONTH):
        return ""
    event = Event()
    event.add("uid", str(meeting.uid))
    event.add("dtstamp", changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("last-modified", changed_at.astimezone(UTC).replace(microsecond=0))
    event.add("created", meeting.created_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", meeting.sequence)
    _add_time(event, meeting, utc=utc)
    with words.in_language(language):
        _add_texts(event, meeting, body)
    return str(event.to_ical(sorted=False), "utf-8")


def _add_time(event: Event, meeting: Meeting, *, utc: bool) -> None:
    """DTSTART and the exclusive DTEND. A month is a span of days that says so and blocks no time."""
    span = meeting.span
    if span.precision is Precision.TIME and span.starts_at and span.ends_at:
        zone = UTC if utc else _zone_of(meeting)
        event.add("dtstart", span.starts_at.astimezone(zone))
        event.add("dtend", span.ends_at.astimezone(zone))
    elif span.first_on and span.last_on:
        event.add("dtstart", span.first_on)
        event.add("dtend", span.last_on + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
    if meeting.precision == Precision.MONTH:
        event.add("x-secretariat-date-precision", "MONTH")


def _zone_of(meeting: Meeting) -> tzinfo:
    return UTC if meeting.zone in UTC_NAMES else ZoneInfo(meeting.zone)


def _add_texts(event: Event, meeting: Meeting, body: dict[str, Any]) -> None:
    status = STATUSES[Meeting.Status(meeting.status)]
    if meeting.precision == Precision.MONTH and status != "CANCELLED":
        status = "TENTATIVE"
    summary = vText(clean(summary_of(meeting, body["title"])))
    summary.params["LANGUAGE"] = body["lang"]
    event.add("summary", summary)
    event.add("status", status)
    if place := place_line(body):
        event.add("location", clean(place))
    event.add("description", clean(description_of(meeting, body)))
    event.add("categories", [clean(body["track"]["name"])])
    event.add("url", vUri(body["url"]))


def summary_of(meeting: Meeting, title: str) -> str:
    """The title, with what several calendars would not show otherwise: they ignore STATUS."""
    if meeting.precision == Precision.MONTH:
        title = words.DATE_TO_BE_SET % {"title": title}
    if meeting.status == Meeting.Status.CANCELLED:
        return words.CANCELLED % {"title": title}
    if meeting.status == Meeting.Status.POSTPONED:
        return words.POSTPONED % {"title": title}
    return title


def place_line(body: dict[str, Any]) -> str:
    where = body["place"] or {}
    country = (where.get("country") or {}).get("name")
    line = ", ".join(part for part in (where.get("venue"), where.get("city"), country) if part)
    return line or (str(words.BY_VIDEO) if body["format"] == Meeting.Format.VIDEO else "")


def description_of(meeting: Meeting, body: dict[str, Any]) -> str:
    """The local time in words too: a reader with an old zone table shows another hour than was agreed."""
    lines = []
    if meeting.precision == Precision.TIME:
        start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
        shown = "%Y-%m-%d %H:%M%z"
        lines.append(
            words.LOCAL_TIME
            % {"start": start.strftime(shown), "end": end.strftime(shown), "zone": meeting.zone}
        )
    return "\n".join([*lines, words.DETAILS % {"url": body["url"]}])


def render_calendar(
    *, name: str, url: str, events: Iterable[str], zones: Iterable[tuple[str, date, date]], revised: datetime
) -> str:
    """A whole calendar from stored VEVENTs.

    zones: (TZID, first day, last day) of the events that name a zone; each VTIMEZONE covers just these.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Secretariat//Calendar 1//EN",
        "CALSCALE:GREGORIAN",
        _line("NAME", vText(clean(name))),
        _line("X-WR-CALNAME", vText(clean(name))),
        _line("URL", vUri(url)),
        _line("LAST-MODIFIED", vDDDTypes(revised.astimezone(UTC).replace(microsecond=0))),
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    head = "\r\n".join(lines) + "\r\n"
    # RFC 5545 §3.4 wants a component: an empty calendar keeps this one.
    parts = [render_zone(*zone) for zone in zones] or [render_zone("Asia/Shanghai", None, None)]
    return head + "".join(parts) + "".join(events) + "END:VCALENDAR\r\n"


def _line(name: str, value: Any) -> str:
    """One content line, folded (RFC 5545 §3.1) without its CRLF."""
    return str(Contentline.from_parts(name, Parameters(), value).to_ical(), "utf-8")
