"""From a meeting's date and a deadline's rule to what each state owes by when. Pure.

At close of business in that state's own zone, on the last day on or before the target that is worked
there; with the trail of how the day was found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from .dates import Span, instant
from .workdays import Direction, Step, WorkCalendar, land

Addressees = Literal["all", "host", "guests"]


@dataclass(frozen=True, slots=True)
class Line:
    """A deadline's rule. `offset_days`: calendar days, counted from the meeting's first day when negative or
    zero (the first day itself does not count: -1 is the day before), from its last day when positive."""

    offset_days: int
    close_at: time = time(18)
    roll: Direction = "earlier"
    addressee: Addressees = "all"


@dataclass(frozen=True, slots=True)
class Party:
    """A state that may owe something: its zone and its calendar."""

    state: str
    zone: str
    calendar: WorkCalendar
    is_host: bool = False


@dataclass(frozen=True, slots=True)
class DueMoment:
    """What `state` owes by when: `due_at` is UTC and the first instant that is too late."""

    state: str
    zone: str
    target_on: date
    due_on: date
    due_at: datetime
    trail: tuple[Step, ...]


def owes(line: Line, party: Party) -> bool:
    return line.addressee == "all" or (line.addressee == "host") == party.is_host


def target_day(line: Line, span: Span) -> tuple[date, Step] | None:
    """The civil day that the rule names, before any calendar; None while the meeting has no day."""
    if not span.has_day or span.first_on is None or span.last_on is None:
        return None
    anchor = span.last_on if line.offset_days > 0 else span.first_on
    target = anchor + timedelta(days=line.offset_days)
    return target, Step("offset", target, {"days": line.offset_days, "anchor": anchor.isoformat()})


def due_moments(line: Line, span: Span, parties: Iterable[Party]) -> Mapping[str, DueMoment]:
    """What each party owes, by state code, in the parties' order; empty while the meeting has no day.

    Raises NoWorkingDay.
    """
    found = target_day(line, span)
    if found is None:
        return {}
    target, first_step = found
    moments = {}
    for party in parties:
        if not owes(line, party):
            continue
        landed = land(target, party.calendar, line.roll)
        moments[party.state] = DueMoment(
            state=party.state,
            zone=party.zone,
            target_on=target,
            due_on=landed.day,
            due_at=instant(landed.day, line.close_at, party.zone),
            trail=(first_step, *landed.trail),
        )
    return moments
