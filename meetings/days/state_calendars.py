"""The states' calendars as the pure rules take them, read from the table of special days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from rotation.models import Mechanism, Membership, State

from ..deadlines.rules import Party
from ..models import CalendarDay, Meeting
from .workdays import SpecialDay, WorkCalendar, strongest

WEEKEND = (6, 7)  # where a state's own entry is empty


@dataclass(frozen=True, slots=True)
class DayEdit:
    """An entry of the table as it would be; None in place of an entry is one that would be gone."""

    state: str
    day: date
    basis: str
    entry: SpecialDay | None


def weekend_of(state: State) -> frozenset[int]:
    """The ISO weekdays that are not worked in `state`."""
    return frozenset(state.weekend or WEEKEND)


def entry_of(row: CalendarDay) -> SpecialDay:
    return SpecialDay(
        row.status == CalendarDay.Status.CLOSED, row.name, row.certainty, row.basis, row.closes_at
    )


def calendars_of(states: Iterable[State], edits: Iterable[DayEdit] = ()) -> dict[str, WorkCalendar]:
    """The calendar of each state by code, for each day the entry with the strongest basis; one query.

    edits: what the table would hold besides, to see what a change of it would do.
    """
    states = list(states)
    entries: dict[str, dict[date, dict[str, SpecialDay]]] = defaultdict(lambda: defaultdict(dict))
    columns = ("state_id", "day", "status", "name", "certainty", "basis", "closes_at")
    rows = CalendarDay.objects.filter(state__in=[state.code for state in states]).values_list(*columns)
    for code, day, status, name, certainty, basis, closes_at in rows:
        closed = status == CalendarDay.Status.CLOSED
        entries[code][day][basis] = SpecialDay(closed, name, certainty, basis, closes_at)
    for edit in edits:
        if edit.entry is None:
            entries[edit.state][edit.day].pop(edit.basis, None)
        else:
            entries[edit.state][edit.day][edit.basis] = edit.entry
    return {state.code: _calendar(state, entries[state.code]) for state in states}


def _calendar(state: State, entries: Mapping[date, Mapping[str, SpecialDay]]) -> WorkCalendar:
    years: dict[str, set[int]] = defaultdict(set)
    for day, by_basis in entries.items():
        for basis, entry in by_basis.items():
            years[basis].add(day.year)
            if basis == "library" and entry.certainty == "provisional":
                years["provisional"].add(day.year)
    return WorkCalendar(
        state.code,
        weekend_of(state),
        {day: strongest(by_basis.values()) for day, by_basis in entries.items() if by_basis},
        frozenset(years["library"]),
        frozenset(years["provisional"]),
    )


def years_without_calendar(asked: Iterable[tuple[str, int]]) -> dict[int, list[str]]:
    """The states by year for which no holidays are entered, of those asked for; one query at most."""
    asked = set(asked)
    years = {year for _state, year in asked}
    known = set(
        CalendarDay.objects.filter(basis="library", day__year__in=years)
        .order_by()
        .values_list("state_id", "day__year")
        .distinct()
        if years
        else ()
    )
    missing: dict[int, list[str]] = defaultdict(list)
    for state, year in sorted(asked - known, key=lambda pair: (pair[1], pair[0])):
        missing[year].append(state)
    return dict(missing)


@dataclass(frozen=True, slots=True)
class Books:
    """Who takes part in some mechanisms, with their calendars: read once, for any number of meetings."""

    states: Mapping[int, tuple[State, ...]]
    seats: Mapping[int, str | None]
    calendars: Mapping[str, WorkCalendar]

    def parties_of(self, meeting: Meeting) -> list[Party]:
        """The states of the meeting's mechanism, with the calendars that a line may ask for."""
        mechanism = meeting.track.mechanism_id
        seat = self.calendars.get(self.seats.get(mechanism) or "")
        host = self.calendars.get(meeting.host_id or "")
        return [
            Party(
                state.code,
                state.zone,
                self.calendars[state.code],
                is_host=state.code == meeting.host_id,
                secretariat=seat,
                host=host,
            )
            for state in self.states[mechanism]
        ]


def books_of(meetings: Iterable[Meeting], edits: Iterable[DayEdit] = ()) -> Books:
    """The books of these meetings' mechanisms, hosts included; four queries at most."""
    meetings = list(meetings)
    ids = sorted({meeting.track.mechanism_id for meeting in meetings})
    members: dict[int, dict[str, State]] = {pk: {} for pk in ids}
    for row in (
        Membership.objects.filter(side__mechanism__in=ids, until_period="")
        .select_related("state", "side")
        .order_by("state")
    ):
        members[row.side.mechanism_id][row.state_id] = row.state
    seats = dict(Mechanism.objects.filter(pk__in=ids).values_list("pk", "seat_id"))
    known = {code: state for found in members.values() for code, state in found.items()}
    others = {code for code in (*seats.values(), *(m.host_id for m in meetings)) if code} - known.keys()
    books = [*known.values(), *(State.objects.filter(pk__in=others) if others else ())]
    return Books(
        {pk: tuple(found.values()) for pk, found in members.items()}, seats, calendars_of(books, edits)
    )
