"""What speaks against a meeting's days: other meetings, closed days, dates that the world keeps. Pure.

These are warnings with their reasons; nothing here refuses a date. A rule returns codes and values, the
sentence is made in the reader's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from ..days.workdays import WorkCalendar

# From one city to another there is a day between: delegations of six states seldom fly directly.
TRAVEL_DAYS = 1
LONGEST_DAYS = 62  # of a meeting whose single days are looked at; more is a mistake in the dates


@dataclass(frozen=True, slots=True)
class Gathering:
    """A meeting on known days, both inclusive, as the clash rules take it.

    city: folded for comparison, empty where nobody travels or none is known yet.
    ministries: names by id, of those that answer for it on its days, in the order in which they are told.
    beside: keys of the meetings that are held beside it on purpose.
    """

    key: str
    title: str
    first_on: date
    last_on: date
    city: str = ""
    country: str = ""
    is_travelled_to: bool = True
    ministries: Mapping[int, str] = field(default_factory=dict)
    beside: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Blackout:
    """Days on which the world meets elsewhere, both inclusive."""

    name: str
    first_on: date
    last_on: date
    source: str


@dataclass(frozen=True, slots=True)
class Clash:
    """One reason to think again: a code and its values. `other` is the key of the meeting it is with."""

    code: str
    values: Mapping[str, Any]
    other: str = ""

    @property
    def is_grave(self) -> bool:
        """Whether it is asked about before saving; that a year's holidays are not entered is only told."""
        return self.code != "calendar_unknown"


def clashes_of(
    meeting: Gathering,
    others: Iterable[Gathering],
    calendars: Sequence[WorkCalendar],
    blackouts: Iterable[Blackout],
) -> tuple[Clash, ...]:
    """All that speaks against the days of `meeting`: other meetings first, in the order of their days.

    calendars: of the states that take part.
    """
    near = sorted((o for o in others if o.key != meeting.key), key=lambda o: (o.first_on, o.key))
    return (
        *(clash for other in near for clash in _with_another(meeting, other)),
        *_blackouts(meeting, blackouts),
        *_closed_days(meeting, calendars),
    )


def days_between(a: Gathering, b: Gathering) -> int:
    """Free days between two meetings; negative when they share a day."""
    return (max(a.first_on, b.first_on) - min(a.last_on, b.last_on)).days - 1


def _with_another(meeting: Gathering, other: Gathering) -> Iterator[Clash]:
    between = days_between(meeting, other)
    is_same_city = bool(meeting.city) and meeting.city == other.city
    is_travel = meeting.is_travelled_to and other.is_travelled_to
    values = {"other": other.title, "first": other.first_on, "last": other.last_on}
    shared = tuple(name for key, name in meeting.ministries.items() if key in other.ministries)
    if shared and between < 0:
        yield Clash("ministry_overlap", {**values, "ministries": shared}, other.key)
    elif shared and between < TRAVEL_DAYS and is_travel and _is_elsewhere(meeting, other):
        yield Clash("ministry_travel", {**values, "ministries": shared}, other.key)
    is_beside = other.key in meeting.beside or meeting.key in other.beside
    if is_same_city and is_travel and between < 0 and not is_beside:
        yield Clash("same_place", values, other.key)


def _is_elsewhere(a: Gathering, b: Gathering) -> bool:
    """Whether the two are known to be in different places; where a place is not known yet, nobody can say."""
    return bool(
        (a.city and b.city and a.city != b.city) or (a.country and b.country and a.country != b.country)
    )


def _blackouts(meeting: Gathering, blackouts: Iterable[Blackout]) -> Iterator[Clash]:
    for row in sorted(blackouts, key=lambda row: (row.first_on, row.name)):
        if row.first_on <= meeting.last_on and row.last_on >= meeting.first_on:
            values = {"name": row.name, "first": row.first_on, "last": row.last_on, "source": row.source}
            yield Clash("blackout", values)


def _closed_days(meeting: Gathering, calendars: Sequence[WorkCalendar]) -> Iterator[Clash]:
    """Holidays by state, one run of days each; weekends told once for all; years nobody entered."""
    days = [
        meeting.first_on + timedelta(days=n) for n in range((meeting.last_on - meeting.first_on).days + 1)
    ]
    days = days[:LONGEST_DAYS]
    for calendar in calendars:
        yield from _holidays(calendar, days)
    weekends = [(day, tuple(c.state for c in calendars if _is_weekend(c, day))) for day in days]
    for states, run in groupby((found for found in weekends if found[1]), key=lambda found: found[1]):
        held = [day for day, _states in run]
        yield Clash("weekend", {"states": states, "first": held[0], "last": held[-1]})
    unknown = tuple(c.state for c in calendars if {day.year for day in days} - c.known_years)
    if unknown:
        yield Clash("calendar_unknown", {"states": unknown, "first": days[0], "last": days[-1]})


def _holidays(calendar: WorkCalendar, days: Sequence[date]) -> Iterator[Clash]:
    found = [(day, calendar.closure(day)) for day in days]
    closed = [(day, why) for day, why in found if why is not None and why.code == "holiday"]
    for (name, certainty), run in groupby(closed, key=lambda row: (row[1].name, row[1].certainty)):
        held = [day for day, _why in run]
        values = {"state": calendar.state, "name": name, "certainty": certainty}
        yield Clash("holiday", {**values, "first": held[0], "last": held[-1]})


def _is_weekend(calendar: WorkCalendar, day: date) -> bool:
    closure = calendar.closure(day)
    return closure is not None and closure.code == "weekend"
