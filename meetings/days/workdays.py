"""Which days are worked in which state, and on which working day a target lands. Pure.

A calendar is a weekend rule and a table of exceptions, in which of several entries for one day the one with
the strongest basis counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any, Literal

Direction = Literal["earlier", "later", "none"]

# No real run of closed days is longer (China's and Kyrgyzstan's longest are under a fortnight).
FURTHEST_DAYS = 30

# What an entry may rest on, the strongest first: what a government decided for the very day, then what else
# staff know, then the library, then what is only expected until a government speaks.
STAFFS_BASES = ("decree", "notice", "law", "word")
BASES = (*STAFFS_BASES, "library", "provisional")

# Where the estimate of a feast that may fall on a day lies from it, the likeliest first: of 175 such feasts one
# fell two days after its estimate, 30 a day after, and 5 a day before. So its halo goes from -1 to +2 days.
NEAR_AN_ESTIMATE = (timedelta(days=-1), timedelta(days=1), timedelta(days=-2))


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not what its weekday says. `closes_at`: a worked day that ends early, local time."""

    closed: bool
    name: str
    certainty: str = "confirmed"
    basis: str = "library"
    closes_at: time | None = None


def strongest(entries: Iterable[SpecialDay]) -> SpecialDay:
    """The entry that counts among several for one day."""
    return min(entries, key=lambda entry: BASES.index(entry.basis))


@dataclass(frozen=True, slots=True)
class Closure:
    """Why a day is not worked: `code` is "weekend" or "holiday"."""

    code: str
    name: str = ""
    certainty: str = "confirmed"
    basis: str = ""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """One state's calendar: ISO weekdays of its weekend, and its special days.

    `known_years` are the years for which special days were entered; a day outside them is judged by its
    weekday alone, and says so. `expected_years` are those whose notice is not in yet.
    """

    state: str
    weekend: frozenset[int]
    special: Mapping[date, SpecialDay] = field(default_factory=dict)
    known_years: frozenset[int] = frozenset()
    expected_years: frozenset[int] = frozenset()

    def closure(self, day: date) -> Closure | None:
        """Why `day` is closed in this state; None when it is worked."""
        entry = self.special.get(day)
        if entry is not None:
            return Closure("holiday", entry.name, entry.certainty, entry.basis) if entry.closed else None
        return Closure("weekend") if day.isoweekday() in self.weekend else None

    def is_made_up(self, day: date) -> bool:
        """A weekend day that is worked, as China orders around its long holidays."""
        entry = self.special.get(day)
        return entry is not None and not entry.closed and day.isoweekday() in self.weekend

    def closes_at(self, day: date) -> time | None:
        """The hour at which a shortened day ends; None on every other."""
        entry = self.special.get(day)
        return entry.closes_at if entry is not None and not entry.closed else None

    def estimate_beside(self, day: date) -> SpecialDay | None:
        """The feast with an estimated date that may yet fall on `day`, a worked day beside it."""
        if self.closure(day) is not None:
            return None
        for away in NEAR_AN_ESTIMATE:
            entry = self.special.get(day + away)
            if entry is not None and entry.closed and entry.certainty == "estimated":
                return entry
        return None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a trail: a code and its values, never prose; the sentence is made in the reader's language."""

    code: str
    day: date
    values: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "day": self.day.isoformat(), **self.values}


@dataclass(frozen=True, slots=True)
class NoWorkingDay(Exception):
    """No working day within `FURTHEST_DAYS` of the target: the calendar of the state must be wrong."""

    state: str
    target: date

    def __str__(self) -> str:
        return f"{self.state}: no working day within {FURTHEST_DAYS} days of {self.target}"


@dataclass(frozen=True, slots=True)
class LandedDay:
    day: date
    trail: tuple[Step, ...]


def land(
    target: date,
    calendar: WorkCalendar,
    direction: Direction = "earlier",
    others: Sequence[WorkCalendar] = (),
) -> LandedDay:
    """The day worked in `calendar`, and in all `others`, on which `target` lands; with the closed days passed.

    Earlier by default: a minimum notice moves earlier, never later (secretariat conventions §1, "at least N
    days"). With "none" the target stays, closed or not, and the trail says that it is closed.
    Raises NoWorkingDay.
    """
    step = {"earlier": -1, "later": 1, "none": 0}[direction]
    trail: list[Step] = []
    for away in range(FURTHEST_DAYS + 1):
        day = target + timedelta(days=step * away)
        closed = closed_step(day, (calendar, *others))
        if closed is None:
            trail.append(_worked(day, calendar))
            return LandedDay(day, tuple(trail))
        trail.append(closed)
        if step == 0:
            return LandedDay(day, (*trail, Step("stays", day, {"state": calendar.state})))
    raise NoWorkingDay(calendar.state, target)


def closed_step(day: date, calendars: Iterable[WorkCalendar]) -> Step | None:
    """Why `day` is closed in the first of these calendars that does not work it; None where all do."""
    for calendar in calendars:
        closure = calendar.closure(day)
        if closure is not None:
            values = {"state": calendar.state, "name": closure.name, "certainty": closure.certainty}
            if closure.basis:
                values["basis"] = closure.basis
            return Step(closure.code, day, values)
    return None


def _worked(day: date, calendar: WorkCalendar) -> Step:
    values: dict[str, Any] = {"state": calendar.state}
    if calendar.is_made_up(day):
        return Step("made_up", day, {**values, "name": calendar.special[day].name})
    if day.year not in calendar.known_years:
        return Step("worked_unknown_year", day, values)
    feast = calendar.estimate_beside(day)
    if feast is not None:
        return Step("worked_near_estimate", day, {**values, "name": feast.name})
    if day.year in calendar.expected_years:
        return Step("worked_before_notice", day, values)
    return Step("worked", day, values)
