"""A meeting's deadlines by state: what each owes, by when on its own clock, and how the day was found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone

from rotation.forms import state_names
from rotation.lists import listed

from ...days.state_calendars import years_without_calendar
from ...deadlines.short_days import by_hand_text, notice_text
from ...deadlines.trails import trail_text
from ...models import Deadline, Due
from ..schedule.when import days_text, instant_text, moment_text


def matrix_of(meeting_id: int) -> dict[str, Any] | None:
    """Rows are deadlines, columns the states that owe any; None where nothing is derived. Four queries."""
    dues = Due.objects.select_related("deadline", "state").filter(deadline__meeting_id=meeting_id)
    by_cell = {(due.deadline_id, due.state_id): due for due in dues}
    if not by_cell:
        return None
    names, owing = state_names(), {due.state_id: due.state for due in by_cell.values()}
    states = [owing[code] for code in names if code in owing]
    now = timezone.now()

    def cell(due: Due) -> dict[str, Any]:
        return {**due_shown(due, now), "trail": trail_text(due.trail, names)}

    rows = []
    for deadline in Deadline.objects.filter(meeting_id=meeting_id):
        cells = [(state, by_cell.get((deadline.pk, state.pk))) for state in states]
        rows.append({"deadline": deadline, "cells": [(state, due and cell(due)) for state, due in cells]})
    return {"states": states, "rows": rows, "unknown": _unknown_years(by_cell.values(), names)}


def _unknown_years(dues: Iterable[Due], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The years in which an open deadline lies whose holidays nobody has entered for the state that owes it."""
    asked = {(due.state_id, due.due_on.year) for due in dues if due.status == Due.Status.OPEN}
    return [
        {"year": year, "states": listed(name for code, name in names.items() if code in states)}
        for year, states in years_without_calendar(asked).items()
    ]


def settled_text(due: Due) -> str:
    """When, by whom and why a due was received or waived; empty of one that never was."""
    if due.received_at is None and not due.settle_reason:
        return ""
    at = instant_text(due.received_at, due.zone) if due.received_at else ""
    return " · ".join(filter(None, [at, str(due.recorded_by or ""), due.settle_reason]))


def due_shown(due: Due, now: Any) -> dict[str, Any]:
    """A due in words: its day, hour and zone, its state of settlement."""
    return {
        "due": due,
        "day": days_text(due.due_on, due.due_on),
        "clock": moment_text(due.due_at, due.zone),
        "by_hand": by_hand_text(due),
        "notice": notice_text(due),
        "is_overdue": due.status == Due.Status.OPEN and due.due_at <= now,
    }
