"""What of a meeting is another than it was told: named, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from meetings.models import Meeting
from meetings.schedule.dates import Precision
from rotation.models import State
from rotation.translated import text_in
from secretariat.feed.cities import spoken_city

from ..models import Delivery
from .moments import day_text, moment, zone_name

FIELDS = (
    *("precision", "first_on", "starts", "starts_at", "ends_at", "zone", "city", "venue", "country_id"),
    *("format", "host_id", "titles", "sequence"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """A meeting as it stood when its former moment was told."""

    precision: str
    first_on: date | None
    starts: time | None
    starts_at: datetime | None
    ends_at: datetime | None
    zone: str
    city: str
    venue: str
    country_id: str | None
    format: str
    host_id: str | None
    titles: dict[str, str]
    sequence: int


def told_before(row: Delivery) -> Told | None:
    """The last state of the meeting with the moment that the reader was told before; None where none is kept."""
    if row.was_due_at is None:
        return None
    states = _states_of(row.meeting)
    return next(
        (each for each in states if each.sequence < row.sequence and each.starts_at == row.was_due_at), None
    )


def _states_of(meeting: Meeting) -> list[Told]:
    """The newest first; read once for all the mails about this meeting that are written together."""
    known: list[Told] | None = getattr(meeting, "_states_told", None)
    if known is None:
        tracked: Any = Meeting
        events = tracked.pgh_event_model.objects.filter(pgh_obj=meeting.pk).order_by("-pgh_id")
        known = [Told(*values) for values in events.values_list(*FIELDS)]
        meeting._states_told = known  # type: ignore[attr-defined]
    return known


def begins(told: Told | Meeting, language: str) -> str:
    """The moment on its own clock, or the day where there is no hour yet."""
    if told.starts is not None and told.starts_at is not None:
        return moment(told.starts_at, told.zone, language)
    return day_text(told.first_on, language) if told.first_on else ""


def changes(told: Told, meeting: Meeting, language: str) -> list[tuple[str, str, str]]:
    """What differs: its name, as it was, as it is."""
    found = [
        (_("Day"), _day(told, language), _day(meeting, language)),
        (_("Hour"), _hours(told), _hours(meeting)),
        (_("Time zone"), zone_name(told.zone, language), zone_name(meeting.zone, language)),
        (_("Place"), *_places(told, meeting, language)),
        (_("Country"), _state(told.country_id), _state(meeting.country_id)),
        (_("Host"), _state(told.host_id), _state(meeting.host_id)),
        (_("Form"), _form(told.format), _form(meeting.format)),
    ]
    if told.titles != meeting.titles and told.titles and meeting.titles:
        found.append((pgettext("of a meeting", "Title"), text_in(told.titles), text_in(meeting.titles)))
    nothing = pgettext("of a place or host", "not known")
    return [(name, was or nothing, now or nothing) for name, was, now in found if was != now]


def _places(told: Told, meeting: Meeting, language: str) -> tuple[str, str]:
    """City and venue as they were and as they are; the same of the same city, whatever its name."""
    was, now = (
        ", ".join(part for part in (spoken_city(each.country_id, each.city, language), each.venue) if part)
        for each in (told, meeting)
    )
    return was, now


def _day(told: Told | Meeting, language: str) -> str:
    is_known = told.precision in (Precision.DAY, Precision.TIME) and told.first_on is not None
    return day_text(told.first_on, language) if is_known and told.first_on else ""


def _hours(told: Told | Meeting) -> str:
    return f"{told.starts:%H:%M}" if told.starts else ""


def _state(code: str | None) -> str:
    return str(State.objects.get(pk=code)) if code else ""


def _form(form: str) -> str:
    return str(Meeting.Format(form).label)
