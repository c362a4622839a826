"""A meeting's deadlines by state: what each owes, by when on its own clock, and how the day was found."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from rotation.forms import state_names

from ..models import Deadline, Due
from ..short_days import notice_text
from ..trails import trail_text
from .when import days_text, moment_text


def matrix_of(meeting_id: int) -> dict[str, Any] | None:
    """Rows are deadlines, columns the states that owe any; None where nothing is derived. Three queries."""
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
    return {"states": states, "rows": rows}


def due_shown(due: Due, now: Any) -> dict[str, Any]:
    """A due in words: its day, hour and zone, its state of settlement."""
    return {
        "due": due,
        "day": days_text(due.due_on, due.due_on),
        "clock": moment_text(due.due_at, due.zone),
        "notice": notice_text(due),
        "is_overdue": due.status == Due.Status.OPEN and due.due_at <= now,
    }
