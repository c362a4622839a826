"""iCalendar (RFC 5545, RFC 7986): one VEVENT, and a calendar made of stored ones.

Fragments hold no "now": equal revisions are equal bytes. Feeds carry no METHOD, no ATTENDEE and no
X-WR-TIMEZONE; feeds.md §6 and §12 say which readers break on which.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from icalendar import Event, Parameters, vCalAddress, vCategory, vDDDTypes, vText, vUri
from icalendar.parser import Contentline

from meetings.models import Meeting
from meetings.schedule.dates import Precision
from rotation.translated import content_language

from . import words
from .vtimezone import render_zone

STATUSES = {
    Meeting.Status.PROPOSED: "TENTATIVE",
    Meeting.Status.CONFIRMED: "CONFIRMED",
    Meeting.Status.HELD: "CONFIRMED",
    Meeting.Status.POSTPONED: "TENTATIVE",
    Meeting.Status.CANCELLED: "CANCELLED",
}
PRODID = "-//Secretariat//Calendar 1//EN"
# These block nobody's time, whatever day they keep.
NOBODY_COMES = (Meeting.Status.CANCELLED, Meeting.Status.POSTPONED)
# RFC 7986 §5.9: a name of CSS3.
COLOR = "teal"
UTC_NAMES = frozenset({"UTC", "Etc/UTC"})
CALENDAR_END = "END:VCALENDAR\r\n"
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x84\x86-\x9f]")


@dataclass(frozen=True, slots=True)
class Texts:
    """What a VEVENT says; each empty one has no line. Title and category come with the language they really are in."""

    title: tuple[str, str]
    place: str = ""
    description: str = ""
    category: tuple[str, str] = ("", "")
    url: str = ""
    geo: tuple[float, float] | None = None


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
    # Without a METHOD the stamp is the moment of the revision (RFC 5545 §3.8.7.2).
    stamp = changed_at.astimezone(UTC).replace(microsecond=0)
    event.add("uid", str(meeting.uid))
    event.add("dtstamp", stamp)
    event.add("last-modified", stamp)
    event.add("created", meeting.created_at.astimezone(UTC).replace(microsecond=0))
    event.add("sequence", meeting.sequence)
    add_time(event, meeting, utc=utc)
    with words.in_language(language):
        add_texts(event, texts_of(body))
        event.add("status", status_of(meeting))
        event.add("organizer", organizer())
    return serialized(event)


def serialized(event: Event) -> str:
    return str(event.to_ical(sorted=False), "utf-8")


def add_time(event: Event, meeting: Meeting, *, utc: bool = False) -> None:
    """DTSTART and the exclusive DTEND. A month is a span of days that says so and blocks no time."""
    span = meeting.span
    if span.precision is Precision.TIME and span.starts_at and span.ends_at:
        zone = UTC if utc else zone_of(meeting)
        event.add("dtstart", span.starts_at.astimezone(zone))
        event.add("dtend", span.ends_at.astimezone(zone))
    elif span.first_on and span.last_on:
        event.add("dtstart", span.first_on)
        event.add("dtend", span.last_on + timedelta(days=1))
    if span.precision is not Precision.TIME or meeting.status in NOBODY_COMES:
        event.add("transp", "TRANSPARENT")
    if meeting.precision == Precision.MONTH:
        event.add("x-secretariat-date-precision", "MONTH")


def zone_of(meeting: Meeting) -> tzinfo:
    return UTC if meeting.zone in UTC_NAMES else ZoneInfo(meeting.zone)


def add_texts(event: Event, texts: Texts) -> None:
    """SUMMARY and what follows it, each with the language that it is in where that is known."""
    event.add("summary", _spoken(*texts.title))
    if texts.place:
        event.add("location", clean(texts.place))
    if texts.geo:
        event.add("geo", texts.geo)
    if texts.description:
        event.add("description", _spoken(texts.description, content_language()))
    if texts.category[0]:
        category = vCategory([clean(texts.category[0])])
        category.params["LANGUAGE"] = texts.category[1]
        event.add("categories", category)
    if texts.url:
        event.add("url", vUri(texts.url))


def _spoken(text: str, language: str) -> vText:
    value = vText(clean(text))
    value.params["LANGUAGE"] = language
    return value


def status_of(meeting: Meeting) -> str:
    """One of the three that RFC 5545 §3.8.1.11 has for a VEVENT; the title says what these cannot."""
    status = STATUSES[Meeting.Status(meeting.status)]
    return "TENTATIVE" if meeting.precision == Precision.MONTH and status != "CANCELLED" else status


def organizer() -> vCalAddress:
    """The secretariat, at the address that its mail comes from."""
    address = vCalAddress(f"mailto:{parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}")
    address.params["CN"] = str(words.SECRETARIAT)
    address.params["LANGUAGE"] = content_language()
    return address


def texts_of(body: dict[str, Any]) -> Texts:
    """All that a VEVENT takes of the body, in the language that is spoken now."""
    where = body["place"] or {}
    geo = where.get("geo")
    return Texts(
        title=(summary_of(body), body["lang"]),
        place=place_line(body),
        description=description_of(body),
        category=(body["track"]["name"], body["track"]["lang"]),
        url=link_of(body),
        geo=(geo["latitude"], geo["longitude"]) if geo else None,
    )


def link_of(body: dict[str, Any]) -> str:
    """Where a person reads more: the meeting's page, or the API's address of what has none.

    What an older release stored names no page until it is rendered anew.
    """
    address: str = body["links"].get("page") or body["url"]
    return address


def summary_of(body: dict[str, Any]) -> str:
    """The title, with what several calendars would not show otherwise: they ignore STATUS."""
    title: str = body["title"]
    if body["when"]["precision"] == Precision.MONTH:
        title = words.DATE_TO_BE_SET % {"title": title}
    if body["status"] == Meeting.Status.CANCELLED:
        return words.CANCELLED % {"title": title}
    if body["status"] == Meeting.Status.POSTPONED:
        return words.POSTPONED % {"title": title}
    return title


def place_line(body: dict[str, Any]) -> str:
    where = body["place"] or {}
    country = (where.get("country") or {}).get("name")
    line = ", ".join(part for part in (where.get("venue"), where.get("city"), country) if part)
    return line or (str(words.BY_VIDEO) if body["format"] == Meeting.Format.VIDEO else "")


def description_of(body: dict[str, Any]) -> str:
    lines = []
    if body["when"]["precision"] == Precision.TIME:
        start, end = (datetime.fromisoformat(body[name]) for name in ("start", "end"))
        lines.append(local_time(start, end, body["zone"]))
    return "\n".join([*lines, words.DETAILS % {"url": link_of(body)}])


def local_time(start: datetime, end: datetime, zone: str) -> str:
    """The local time in words too: a reader with an old zone table shows another hour than was agreed.

    start, end: on the clock of `zone`.
    """
    shown = "%Y-%m-%d %H:%M%z"
    return words.LOCAL_TIME % {"start": start.strftime(shown), "end": end.strftime(shown), "zone": zone}


def calendar_head(
    *,
    name: tuple[str, str],
    about: tuple[str, str],
    address: str,
    zones: Iterable[tuple[str, date, date]],
    revised: datetime,
) -> str:
    """What stands before the VEVENTs of a calendar; `CALENDAR_END` stands after them.

    It has no UID of its own (RFC 7986 §5.3): vdirsyncer, and khal behind it, take that for the event's and keep one
    meeting of all. name, about: with the language that each is in. address: where it is fetched; empty where that is
    a secret, which every export would publish. zones: (TZID, first day, last day) of the events that name a zone; each
    VTIMEZONE covers just these.
    """
    fetched = [_line("URL", vUri(address)), _line("SOURCE", vUri(address), VALUE="URI")] if address else []
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODID}",
        "CALSCALE:GREGORIAN",
        _line("NAME", vText(clean(name[0])), LANGUAGE=name[1]),
        _line("X-WR-CALNAME", vText(clean(name[0]))),
        _line("DESCRIPTION", vText(clean(about[0])), LANGUAGE=about[1]),
        *fetched,
        _line("LAST-MODIFIED", vDDDTypes(revised.astimezone(UTC).replace(microsecond=0))),
        f"COLOR:{COLOR}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    head = "\r\n".join(lines) + "\r\n"
    # RFC 5545 §3.4 wants a component: an empty calendar keeps this one.
    parts = [render_zone(*zone) for zone in zones] or [render_zone("Asia/Shanghai", None, None)]
    return head + "".join(parts)


def render_message(method: str, event: Event, zone: tuple[str, date, date] | None) -> str:
    """One VEVENT as an iTIP message (RFC 5546); zone: as `calendar_head` takes them, where the event names one."""
    head = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:{PRODID}\r\nCALSCALE:GREGORIAN\r\nMETHOD:{method}\r\n"
    return head + (render_zone(*zone) if zone else "") + serialized(event) + "END:VCALENDAR\r\n"


def _line(name: str, value: Any, **parameters: str) -> str:
    """One content line, folded (RFC 5545 §3.1) without its CRLF."""
    return str(Contentline.from_parts(name, Parameters(parameters), value).to_ical(), "utf-8")
