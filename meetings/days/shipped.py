"""Days that governments decided and the holiday library does not know: shipped with their source, then the desk's."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pghistory
from django.db import transaction

from ..models import CalendarDay
from .closed_days import days_changed
from .workdays import STAFFS_BASES

SHIPPED = Path(__file__).resolve().parents[1] / "data" / "special_days.json"
REASON = "shipped special days"


@transaction.atomic
def load_shipped_days(state_codes: Iterable[str], path: Path = SHIPPED) -> int:
    """Enter the days of the file once; deadlines follow. Returns how many are new.

    A day on which the desk entered something, and one that it changed or took away since, stays the desk's.
    """
    codes = set(state_codes)
    days = [row for row in json.loads(path.read_text(encoding="utf-8"))["days"] if row["state"] in codes]
    taken = {(state, day) for state, day, _basis in _keys(CalendarDay.objects.filter(basis__in=STAFFS_BASES))}
    tracked: Any = CalendarDay  # `pghistory.track` adds the model of its events
    loaded = set(_keys(tracked.pgh_event_model.objects.filter(entered_by=CalendarDay.EnteredBy.SHIPPED)))
    new = [
        CalendarDay(
            state_id=row["state"],
            day=day,
            status=row["status"],
            basis=row["basis"],
            certainty=row["certainty"],
            name=row["name"],
            source=row["source"],
            entered_by=CalendarDay.EnteredBy.SHIPPED,
        )
        for row in days
        if (row["state"], day := date.fromisoformat(row["date"])) not in taken
        and (row["state"], day, row["basis"]) not in loaded
    ]
    with pghistory.context(reason=REASON):
        CalendarDay.objects.bulk_create(new)
        days_changed((row.state_id, row.day) for row in new)
    return len(new)


def _keys(rows: Any) -> list[tuple[str, date, str]]:
    return list(rows.values_list("state", "day", "basis"))
