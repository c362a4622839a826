"""The deadlines that a change of days touches, in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from rotation.forms import state_names

from ...days.closed_days import Touched, fingerprint
from ...days.library_layer import DayChange
from ...deadlines.dues import DueChange
from ...deadlines.trails import trail_text
from ...models import Meeting
from ..schedule.when import days_text, moment_shown


def touched_shown(plan: Sequence[Touched]) -> dict[str, Any] | None:
    """The open deadlines that move, by meeting; None where none does."""
    names = state_names() if plan else {}
    rows = [_row(touched.meeting, change, names) for touched in plan for change in touched.changes]
    return {"rows": rows, "fingerprint": fingerprint(plan), "count": len(rows)} if rows else None


def _row(meeting: Meeting, change: DueChange, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "meeting": meeting,
        "change": change,
        "before": moment_shown(change.due_on_before, change.due_at_before, change.zone),
        "after": moment_shown(change.due_on, change.due_at, change.zone),
        "trail": trail_text(change.trail, names),
    }


def by_day(changes: Iterable[DayChange], plan: Iterable[Touched]) -> dict[str, list[dict[str, Any]]]:
    """The deadlines that each change of a day moves: those on whose way, before or after, the day lies."""
    names = state_names()
    on_the_way: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for touched in plan:
        for due in touched.changes:
            row = _row(touched.meeting, due, names)
            before = due.due.trail if due.due else []
            passed = {(step.get("state", due.state), step["day"]) for step in (*before, *due.trail)}
            for state_and_day in passed:
                on_the_way[state_and_day].append(row)
    return {change.key: on_the_way[change.state, change.day.isoformat()] for change in changes}


def day_words(day: date) -> str:
    return days_text(day, day)
