"""The states' calendars as the pure rules take them, read from the table of special days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from rotation.models import State

from .models import CalendarDay
from .workdays import SpecialDay, WorkCalendar

WEEKEND = (6, 7)  # where a state's own entry is empty


def weekend_of(state: State) -> frozenset[int]:
    """The ISO weekdays that are not worked in `state`."""
    return frozenset(state.weekend or WEEKEND)


def calendars_of(states: Iterable[State]) -> dict[str, WorkCalendar]:
    """The calendar of each state by code, staff's entries over the library's; one query."""
    states = list(states)
    special: dict[str, dict[date, SpecialDay]] = defaultdict(dict)
    years: dict[str, set[int]] = defaultdict(set)
    # "library" sorts before "staff": the later entry wins.
    rows = CalendarDay.objects.filter(state__in=[state.code for state in states]).order_by("basis")
    for row in rows:
        special[row.state_id][row.day] = SpecialDay(
            row.status == CalendarDay.Status.CLOSED, row.name, row.certainty, row.basis
        )
        if row.basis == CalendarDay.Basis.LIBRARY:
            years[row.state_id].add(row.day.year)
    return {
        state.code: WorkCalendar(
            state.code,
            weekend_of(state),
            special[state.code],
            frozenset(years[state.code]),
        )
        for state in states
    }
