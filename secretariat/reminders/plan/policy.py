"""The policy: of what, on which occasion, how many days from it, at which hour and to whom. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Literal

from meetings.days.workdays import WorkCalendar

from .hours import Hours, working_day
from .quiet import Quiet

Occasion = Literal["first", "before", "overdue", "escalated", "changed", "withdrawn", "received", "answered"]

# What can be told of what. Of a silence procedure "first" are its acts as they happen; of an agenda it is that a
# stage was issued, the other two that its meeting moved or is off. Of a meeting it is the invitation to who follows
# it, its changes and its end.
OCCASIONS: Mapping[str, tuple[Occasion, ...]] = {
    "due": ("first", "before", "overdue", "escalated", "changed", "withdrawn", "received", "answered"),
    "closing": ("first", "before", "changed", "withdrawn"),
    "term": ("first", "before", "changed", "withdrawn"),
    "agenda": ("first", "changed", "withdrawn"),
    "silence": ("first", "before"),
    "meeting": ("first", "changed", "withdrawn"),
}
COUNTED: tuple[Occasion, ...] = ("before", "overdue", "escalated")
AFTER: tuple[Occasion, ...] = ("overdue", "escalated")
# Where the days or hours before stand with the thing itself: a committee's, and those before silence closes.
DAYS_OF_THEIR_OWN = ("term", "silence")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the policy.

    days: before or after, for what is counted in days. roles: empty for everybody. quiet: for what goes at once.
    on_working_days: also for what goes at once, unless that is urgent.
    track_id, key: what it is for, None and empty for all; is_on: False where nothing is told on this occasion.
    """

    occasion: Occasion
    days: int = 0
    at: time = time(9)
    roles: frozenset[str] = frozenset()
    on_working_days: bool = False
    quiet: Quiet | None = None
    about: str = "due"
    track_id: int | None = None
    key: str = ""
    is_on: bool = True

    @property
    def code(self) -> str:
        """As an ISO 8601 duration of calendar days: P7D is seven days before, or after."""
        return f"P{self.days}D"

    def is_for(self, roles: frozenset[str]) -> bool:
        return not self.roles or bool(self.roles & roles)

    def hours(self, calendar: WorkCalendar | None) -> Hours:
        """Those of what goes at once by it, or late. calendar: of the recipient's state."""
        return Hours(self.quiet, calendar if self.on_working_days else None, self.at)

    def day(self, on: date, calendar: WorkCalendar | None) -> date:
        """The day that it falls on; a reminder moves off a closed day to one before, an overdue notice to one after."""
        is_after = self.occasion in AFTER
        day = on + timedelta(days=self.days if is_after else -self.days)
        if not self.on_working_days or calendar is None:
            return day
        return working_day(day, calendar, "later" if is_after else "earlier")


def chosen(rules: Iterable[Rule], about: str, track_id: int, key: str = "") -> tuple[Rule, ...]:
    """The rules that count: for each occasion those of the nearest scope that has any.

    Nearest is a track's line of this key, then the track, then the key on every track, then everything.
    """
    nearest: dict[str, tuple[int, list[Rule]]] = {}
    for rule in rules:
        if rule.about != about or rule.track_id not in (None, track_id) or rule.key not in ("", key):
            continue
        rank = 2 * (rule.track_id is not None) + (rule.key != "")
        best, found = nearest.get(rule.occasion, (-1, []))
        if rank > best:
            nearest[rule.occasion] = (rank, [rule])
        elif rank == best:
            found.append(rule)
    return tuple(rule for _rank, found in nearest.values() for rule in found if rule.is_on)


def told_to(rules: Iterable[Rule], occasion: Occasion, roles: frozenset[str]) -> Rule | None:
    """The rule by which somebody with these roles is told on this occasion; None when by none."""
    return next((rule for rule in rules if rule.occasion == occasion and rule.is_for(roles)), None)
