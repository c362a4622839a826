"""A year of several states' calendars, day by day: who works, who does not and how surely. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from .workdays import WorkCalendar

Kind = Literal[
    "worked", "weekend", "closed", "estimated", "provisional", "made_up", "shortened", "near_estimate"
]
WORKED = ("worked", "made_up", "shortened", "near_estimate")


@dataclass(frozen=True, slots=True)
class StateDay:
    """How a day stands in a state. `name`: of the special day, or of the feast that may fall on it."""

    state: str
    kind: Kind
    name: str = ""
    closes_at: time | None = None

    @property
    def is_worked(self) -> bool:
        return self.kind in WORKED


@dataclass(frozen=True, slots=True)
class YearDay:
    day: date
    states: tuple[StateDay, ...]

    @property
    def working(self) -> int:
        return sum(state.is_worked for state in self.states)


def year_days(year: int, calendars: Sequence[WorkCalendar]) -> Iterator[YearDay]:
    """Every day of the year, in order."""
    day = date(year, 1, 1)
    while day.year == year:
        yield YearDay(day, tuple(state_day(day, calendar) for calendar in calendars))
        day += timedelta(days=1)


def state_day(day: date, calendar: WorkCalendar) -> StateDay:
    closure = calendar.closure(day)
    entry = calendar.special.get(day)
    if closure is not None and closure.code == "weekend":
        return StateDay(calendar.state, "weekend")
    if closure is not None:
        kind: Kind = "closed"
        if closure.certainty == "estimated":
            kind = "estimated"
        elif closure.certainty == "provisional":
            kind = "provisional"
        return StateDay(calendar.state, kind, closure.name)
    if entry is not None and entry.closes_at is not None:
        return StateDay(calendar.state, "shortened", entry.name, entry.closes_at)
    if calendar.is_made_up(day) and entry is not None:
        return StateDay(calendar.state, "made_up", entry.name)
    feast = calendar.estimate_beside(day)
    if feast is not None:
        return StateDay(calendar.state, "near_estimate", feast.name)
    return StateDay(calendar.state, "worked")
