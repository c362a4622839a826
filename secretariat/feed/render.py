"""A meeting as an audience sees it: the JSON object and the VEVENTs, in every language. Reads no clock."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from meetings.models import Meeting
from meetings.schedule.dates import Precision, value_of
from rotation.models import State

from .audiences import Audience, is_visible
from .cities import city_in, coordinates_of, names_of
from .ics import render_event, texts_of
from .papers import agenda_summary, documents_summary
from .words import EXAMPLE, in_language, languages, moment, text_and_language

# Raise it when the same meeting is rendered to other bytes, then run `rebuild_feed`.
RENDERER = 9
COARSENESS = {p: n for n, p in enumerate(("time", "day", "month", "year", "none"))}


@dataclass(frozen=True, slots=True)
class Rendering:
    """All text of one feed item. Two are equal when a reader could not tell them apart."""

    json: Mapping[str, str] = field(default_factory=dict)
    ics: Mapping[str, str] = field(default_factory=dict)
    ics_utc: Mapping[str, str] = field(default_factory=dict)
    start_key: str = ""
    words: str = ""
    track: int | None = None
    states: list[str] = field(default_factory=list)


# The bodies of a meeting for an audience, by language.
Bodies = Mapping[str, dict[str, Any]]
# Events that were drawn already, by all that they show: those of two audiences are nearly always the same.
Drawn = dict[tuple[Hashable, ...], str]


def bodies_of(meeting: Meeting, audience: str, changed_at: datetime, participants: Sequence[str]) -> Bodies:
    """What `audience` reads about a meeting that it may see; `changed_at` is the revision's moment.

    participants: codes of the states that take part, sorted.
    """
    return {code: meeting_body(meeting, audience, code, changed_at, participants) for code in languages()}


def json_of(bodies: Bodies) -> dict[str, str]:
    return {code: json.dumps(body, ensure_ascii=False) for code, body in bodies.items()}


def rendering_of(meeting: Meeting, bodies: Bodies, changed_at: datetime, drawn: Drawn) -> Rendering:
    """The whole of which `bodies` are a part. drawn: of this very meeting, as it stands; what is new is added."""
    body = next(iter(bodies.values()))
    places = [code for code in (meeting.host_id, meeting.country_id) if code]
    return Rendering(
        json=json_of(bodies),
        ics=_events(meeting, bodies, changed_at, drawn, utc=False),
        # Only hours are others in another zone.
        ics_utc=_events(meeting, bodies, changed_at, drawn, utc=meeting.precision == Precision.TIME),
        start_key=start_key(meeting),
        words=searched_words(meeting),
        track=meeting.track_id,
        states=sorted({*body["participants"], *places}),
    )


def _events(
    meeting: Meeting, bodies: Bodies, changed_at: datetime, drawn: Drawn, *, utc: bool
) -> dict[str, str]:
    found = {}
    for code, body in bodies.items():
        with in_language(code):
            key = (code, changed_at, utc, texts_of(body))
        if key not in drawn:
            drawn[key] = render_event(meeting, body, code, changed_at, utc=utc)
        found[code] = drawn[key]
    return found


def meeting_address(uid: UUID) -> str:
    return f"{settings.BASE_URL}/api/v1/meetings/{uid}/"


def page_address(meeting: Meeting) -> str | None:
    """The page for people; only what is public has one."""
    return f"{settings.BASE_URL}/meetings/{meeting.uid}/" if is_visible(meeting, Audience.PUBLIC) else None


def meeting_body(
    meeting: Meeting, audience: str, language: str, changed_at: datetime, participants: Sequence[str] = ()
) -> dict[str, Any]:
    """The JSON object of a meeting; feeds.md §2 names its members. Within v1 members are only ever added."""
    titles = {code: mark_example(meeting, text) for code, text in meeting.titles_by_language().items()}
    title, title_language = text_and_language(titles, language)
    start, end = local_bounds(meeting)
    track_name, track_language = text_and_language(meeting.track.names, language)
    prepared = meeting.prepares if meeting.prepares and is_visible(meeting.prepares, audience) else None
    return {
        "uid": str(meeting.uid),
        "url": meeting_address(meeting.uid),
        "track": {"slug": meeting.track.slug, "name": track_name, "lang": track_language},
        "ordinal": meeting.ordinal,
        "title": title,
        "lang": title_language,
        "titles": titles,
        "status": meeting.status,
        "format": meeting.format,
        "example": meeting.is_example,
        "start": start,
        "end": end,
        "zone": meeting.zone,
        "all_day": meeting.precision == Precision.DAY,
        "sequence": meeting.sequence,
        "when": when(meeting),
        "place": place(meeting, language),
        "host": state_body(meeting.host, language),
        "participants": list(participants),
        "summit": meeting.summit and {"ordinal": meeting.summit.ordinal, "period": meeting.summit.period},
        "prepares": prepared
        and {"uid": str(prepared.uid), "url": meeting_address(prepared.uid), "track": prepared.track.slug},
        "agenda": agenda_summary(meeting),
        "documents": documents_summary(meeting, audience),
        "visibility": meeting.visibility,
        "revision": meeting.revision,
        "created": moment(meeting.created_at),
        "updated": moment(changed_at),
        "cancelled_at": meeting.cancelled_at and moment(meeting.cancelled_at),
        "links": {
            "page": page_address(meeting),
            "calendar": f"{settings.BASE_URL}/api/v1/meetings/{meeting.uid}.ics",
            "agenda": f"{meeting_address(meeting.uid)}agenda/",
            "documents": f"{meeting_address(meeting.uid)}documents/",
        },
    }


def mark_example(meeting: Meeting, text: str) -> str:
    return f"{EXAMPLE}{text}" if meeting.is_example else text


def local_bounds(meeting: Meeting) -> tuple[str, str] | tuple[None, None]:
    """First day and first day after where only days are known, as in iCalendar: a midnight is another day elsewhere.
    Else first instant and first instant after, in the meeting's zone, derived from the local decision on each
    rendering: a stored offset was wrong for a day when Kazakhstan changed its own."""
    span = meeting.span
    if span.precision is Precision.DAY and span.first_on and span.last_on:
        return span.first_on.isoformat(), (span.last_on + timedelta(days=1)).isoformat()
    if span.starts_at is None or span.ends_at is None:
        return None, None
    zone = ZoneInfo(meeting.zone)
    return span.starts_at.astimezone(zone).isoformat(), span.ends_at.astimezone(zone).isoformat()


def when(meeting: Meeting) -> dict[str, str | None]:
    """The date as far as it is known; `earliest` and `latest` are its bounds, both inclusive."""
    return {
        "precision": meeting.precision,
        "value": value_of(meeting.span),
        "earliest": meeting.first_on.isoformat() if meeting.first_on else None,
        "latest": meeting.last_on.isoformat() if meeting.last_on else None,
    }


def place(meeting: Meeting, language: str) -> dict[str, Any] | None:
    if not (meeting.city or meeting.venue or meeting.country):
        return None
    return {
        "city": city_in(meeting, language) or None,
        "country": state_body(meeting.country, language),
        "venue": meeting.venue or None,
        "geo": coordinates_of(meeting),
    }


def state_body(state: State | None, language: str) -> dict[str, str] | None:
    if state is None:
        return None
    name, name_language = text_and_language(state.names, language)
    return {"code": state.code, "name": name or state.code, "lang": name_language}


def start_key(meeting: Meeting) -> str:
    """Sorts by earliest day, then the finer precision, then the moment; without a date last. Byte order."""
    first = meeting.first_on or date(9999, 12, 31)
    at = meeting.span.starts_at if meeting.precision == Precision.TIME else datetime.combine(first, time(0))
    return f"{first.isoformat()}/{COARSENESS[meeting.precision]}/{at:%Y%m%dT%H%M}"


def searched_words(meeting: Meeting) -> str:
    """What `q` looks through: every title, the track, the place, in every language, case folded."""
    states = [state for state in (meeting.host, meeting.country) if state]
    texts = [
        *meeting.titles_by_language().values(),
        *meeting.track.names.values(),
        meeting.city,
        *names_of(meeting).values(),
        meeting.venue,
    ]
    texts += [name for state in states for name in state.names.values()]
    return "\n".join(dict.fromkeys(text.casefold() for text in texts if text))
