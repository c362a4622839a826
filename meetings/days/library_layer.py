"""Making the library's layer of the table equal the library: as a diff to look at, taken whole or in part."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import transaction

from rotation.models import State

from ..authorship import authored
from ..models import CalendarDay, YearNotice
from .closed_days import Touched, days_changed, plan_days
from .library import library_days, source_of
from .state_calendars import DayEdit, entry_of, weekend_of
from .workdays import BASES, STAFFS_BASES, SpecialDay

FROM_LIBRARY = tuple(basis for basis in BASES if basis not in STAFFS_BASES)


@dataclass(frozen=True, slots=True)
class DayChange:
    """One day of the library's layer that would change; `staffs` is the secretariat's entry that wins over it."""

    state: str
    day: date
    basis: str
    before: SpecialDay | None
    after: SpecialDay | None
    staffs: SpecialDay | None = None

    @property
    def action(self) -> Literal["added", "removed", "changed"]:
        if self.before is None:
            return "added"
        return "removed" if self.after is None else "changed"

    @property
    def key(self) -> str:
        """Names the change with what it changes: a key ticked on a page is void when the change is another."""
        said = hashlib.sha256(repr((self.before, self.after)).encode()).hexdigest()[:8]
        return f"{self.state}:{self.day}:{self.basis}:{said}"

    @property
    def edit(self) -> DayEdit:
        return DayEdit(self.state, self.day, self.basis, self.after)


@dataclass(frozen=True, slots=True)
class ImportSummary:
    created: int
    changed: int
    removed: int
    unchanged: int


def plan_library(state_codes: Iterable[str], years: Sequence[int]) -> tuple[tuple[DayChange, ...], int]:
    """What the pinned library would change in the table, and how many of its days stay; writes nothing."""
    states = list(State.objects.filter(code__in=list(state_codes)))
    stored: dict[str, dict[tuple[date, str], SpecialDay]] = defaultdict(dict)
    for row in CalendarDay.objects.filter(state__in=states, day__year__in=list(years)):
        stored[row.state_id][row.day, row.basis] = entry_of(row)
    noticed: dict[str, set[int]] = defaultdict(set)
    for notice in YearNotice.objects.filter(state__in=states):
        noticed[notice.state_id].add(notice.year)
    changes: list[DayChange] = []
    unchanged = 0
    for state in states:
        wanted = library_days(state.code, years, weekend_of(state), noticed[state.code])
        have = {key: entry for key, entry in stored[state.code].items() if key[1] in FROM_LIBRARY}
        for key in sorted(wanted.keys() | have.keys()):
            if wanted.get(key) == have.get(key):
                unchanged += 1
                continue
            staffs = _staffs(stored[state.code], key[0])
            changes.append(DayChange(state.code, *key, have.get(key), wanted.get(key), staffs))
    return tuple(changes), unchanged


def _staffs(entries: dict[tuple[date, str], SpecialDay], day: date) -> SpecialDay | None:
    return next((entries[day, basis] for basis in STAFFS_BASES if (day, basis) in entries), None)


def plan_deadlines(changes: Sequence[DayChange]) -> tuple[Touched, ...]:
    """The deadlines that taking these changes would move; writes nothing."""
    return plan_days([change.edit for change in changes])


@transaction.atomic
def take_changes(changes: Sequence[DayChange], *, actor: Any = None, reason: str = "") -> tuple[Touched, ...]:
    """Write these changes to the library's layer, and derive anew what they touch; staff's entries stay."""
    with authored(actor, reason):
        for change in changes:
            # Row by row, for the history; a yearly import is a few dozen days.
            if change.before is not None:
                _rows(change).delete() if change.after is None else _rows(change).update(
                    **_columns(change.after)
                )
        CalendarDay.objects.bulk_create(
            CalendarDay(
                state_id=change.state,
                day=change.day,
                entered_by=CalendarDay.EnteredBy.LIBRARY,
                **_columns(change.after),
            )
            for change in changes
            if change.before is None and change.after is not None
        )
        return days_changed((change.state, change.day) for change in changes)


def _rows(change: DayChange) -> Any:
    return CalendarDay.objects.filter(state_id=change.state, day=change.day, basis=change.basis)


def _columns(entry: SpecialDay) -> dict[str, Any]:
    return {
        "status": CalendarDay.Status.CLOSED if entry.closed else CalendarDay.Status.WORKING,
        "name": entry.name,
        "certainty": entry.certainty,
        "basis": entry.basis,
        "source": source_of(entry),
    }


@transaction.atomic
def import_library(state_codes: Iterable[str], years: Sequence[int]) -> ImportSummary:
    """Make the library's layer equal the library for these states and years, without a look; staff's stays."""
    changes, unchanged = plan_library(state_codes, years)
    take_changes(changes)
    counted = [change.action for change in changes]
    return ImportSummary(
        counted.count("added"), counted.count("changed"), counted.count("removed"), unchanged
    )


@transaction.atomic
def fill_library(state_codes: Iterable[str], years: Sequence[int]) -> tuple[ImportSummary, int]:
    """Fill the years of a state that hold nothing of the library yet; how many days of others differ is told.

    What staff may have looked at is changed by them alone, from the diff.
    """
    changes, unchanged = plan_library(state_codes, years)
    rows = CalendarDay.objects.filter(basis__in=FROM_LIBRARY, day__year__in=list(years))
    filled = {(code, day.year) for code, day in rows.values_list("state", "day")}
    fresh = [change for change in changes if (change.state, change.day.year) not in filled]
    take_changes(fresh)
    return ImportSummary(len(fresh), 0, 0, unchanged), len(changes) - len(fresh)


@transaction.atomic
def record_notice(notice: YearNotice, *, actor: Any = None, reason: str = "") -> tuple[Touched, ...]:
    """Record that a year's notice is in: what was merely expected of that year goes, and deadlines follow."""
    with authored(actor, reason):
        notice.save()
        expected = CalendarDay.objects.filter(
            state_id=notice.state_id, basis=CalendarDay.Basis.PROVISIONAL, day__year=notice.year
        )
        days = [(notice.state_id, day) for day in expected.values_list("day", flat=True)]
        expected.delete()
        CalendarDay.objects.filter(
            state_id=notice.state_id,
            basis=CalendarDay.Basis.LIBRARY,
            certainty=CalendarDay.Certainty.PROVISIONAL,
            day__year=notice.year,
        ).update(certainty=CalendarDay.Certainty.CONFIRMED)
        return days_changed(days)


def expectations(state_code: str, year: int) -> list[DayEdit]:
    """What recording the year's notice takes from the table: the days that were merely expected."""
    rows = CalendarDay.objects.filter(
        state_id=state_code, basis=CalendarDay.Basis.PROVISIONAL, day__year=year
    )
    return [DayEdit(row.state_id, row.day, row.basis, None) for row in rows]
