"""Meetings that were cancelled, as the plan takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from meetings.models import Meeting
from meetings.schedule.dates import Precision

from ..plan.wanted import Cancelled

Status = Meeting.Status
STOOD = (Status.PROPOSED, Status.CONFIRMED, Status.HELD)
DATED = (Precision.TIME, Precision.DAY)


def cancelled_of(meetings: Iterable[Meeting]) -> dict[int, Cancelled]:
    """Those of the meetings that were cancelled, by their keys; at most one query."""
    ended = {
        meeting.pk: meeting.cancelled_at
        for meeting in meetings
        if meeting.status == Status.CANCELLED and meeting.cancelled_at is not None
    }
    if not ended:
        return {}
    undated: dict[int, datetime] = {}
    tracked: Any = Meeting
    steps = tracked.pgh_event_model.objects.filter(pgh_obj__in=ended).order_by("pgh_id")
    for pk, at, status, precision in steps.values_list("pgh_obj", "pgh_created_at", "status", "precision"):
        if status in STOOD and precision in DATED:
            undated.pop(pk, None)
        else:
            undated.setdefault(pk, at)
    return {pk: Cancelled(undated.get(pk, at), at) for pk, at in ended.items()}


def shown_cancelled(meetings: Iterable[Meeting]) -> dict[int, Cancelled]:
    """The same of those that people outside know of."""
    return cancelled_of(meeting for meeting in meetings if meeting.visibility != Meeting.Visibility.INTERNAL)
