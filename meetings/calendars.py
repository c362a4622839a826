"""Filling the table of special days from the `holidays` library, and what follows when a day changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.metadata import version

import holidays
from django.db import transaction

from rotation.models import State

from .models import CalendarDay, Due
from .saving import rederive
from .state_calendars import weekend_of
from .workdays import SpecialDay

HOLIDAYS = f"holidays {version('holidays')}"  # named beside each day that comes from it
# What the pinned release of the library knows: a later year of such a state is its statutory days alone,
# without the bridges and make-up days that its government announces the autumn before.
LAST_NOTICE_YEAR = {"CN": 2026}


@dataclass(frozen=True, slots=True)
class ImportSummary:
    created: int
    changed: int
    removed: int
    unchanged: int


def library_days(code: str, years: range, weekend: frozenset[int]) -> dict[date, SpecialDay]:
    """What the `holidays` library says of a state: closed days, and weekend days that are worked.

    Names are asked for in English, since the library marks estimated days only in the name, in its language.
    A state that the library does not know has none.
    """
    if not years or code not in holidays.list_supported_countries():
        return {}
    table = holidays.country_holidays(code, years=years, language="en_US")
    found = {day: SpecialDay(True, name, _certainty(code, day, name)) for day, name in table.items()}
    for year in years:
        day = date(year, 1, 1)
        while day.year == year:
            if day.isoweekday() in weekend and day not in found and table.is_working_day(day):
                found[day] = SpecialDay(False, "Make-up working day")
            day += timedelta(days=1)
    return found


def _certainty(code: str, day: date, name: str) -> str:
    if "estimated" in name:
        return CalendarDay.Certainty.ESTIMATED
    if day.year > LAST_NOTICE_YEAR.get(code, day.year):
        return CalendarDay.Certainty.PROVISIONAL
    return CalendarDay.Certainty.CONFIRMED


@transaction.atomic
def import_library(state_codes: Iterable[str], years: range) -> ImportSummary:
    """Make the library's layer of the table equal the library, for these states and years; staff's stays.

    Open dues that a changed day touches are derived anew in the same transaction.
    """
    created = changed = removed = unchanged = 0
    touched: dict[str, list[date]] = defaultdict(list)
    for state in State.objects.filter(code__in=list(state_codes)):
        wanted = library_days(state.code, years, weekend_of(state))
        rows = CalendarDay.objects.filter(
            state=state, basis=CalendarDay.Basis.LIBRARY, day__year__in=list(years)
        )
        stored = {row.day: row for row in rows}
        for day in stored.keys() - wanted.keys():
            stored[day].delete()
            removed += 1
            touched[state.code].append(day)
        fresh = []
        for day, entry in sorted(wanted.items()):
            row = stored.get(day) or CalendarDay(state=state, day=day, basis=CalendarDay.Basis.LIBRARY)
            values = {
                "status": CalendarDay.Status.CLOSED if entry.closed else CalendarDay.Status.WORKING,
                "name": entry.name,
                "certainty": entry.certainty,
            }
            if row.pk and all(getattr(row, key) == value for key, value in values.items()):
                unchanged += 1
                continue
            for key, value in values.items():
                setattr(row, key, value)
            row.source = HOLIDAYS
            touched[state.code].append(day)
            if row.pk:
                row.save()
                changed += 1
            else:
                fresh.append(row)
        CalendarDay.objects.bulk_create(fresh)
        created += len(fresh)
    for code, days in touched.items():
        closed_days_changed(code, days)
    return ImportSummary(created, changed, removed, unchanged)


def closed_days_changed(state_code: str, days: Iterable[date]) -> None:
    """Derive anew the open dues of a state that a change of these days can have moved."""
    days = list(days)
    if not days:
        return
    near = Due.objects.open().filter(
        state_id=state_code,
        target_on__gte=min(days) - timedelta(days=31),
        target_on__lte=max(days) + timedelta(days=31),
    )
    rederive(near.values_list("deadline__meeting_id", flat=True))
