"""Meetings that take place on no day that is known, as the plan takes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from meetings.models import Meeting
from meetings.schedule.dates import Precision

from ..plan.wanted import Undated

Status, Visibility = Meeting.Status, Meeting.Visibility
STANDING = (Status.PROPOSED, Status.CONFIRMED, Status.HELD)
DATED = (Precision.TIME, Precision.DAY)


def undated_of(meetings: Iterable[Meeting], *, seen_by_all: bool) -> dict[int, Undated]:
    """Those of the meetings, by their keys, each since it lost its day; at most one query.

    seen_by_all: False for ministries, who are told of an internal meeting too; others know no day of one.
    """
    without = {
        meeting.pk: meeting
        for meeting in meetings
        if not _has_day(meeting.status, meeting.precision, meeting.visibility, seen_by_all=seen_by_all)
    }
    if not without:
        return {}
    since: dict[int, datetime] = {}
    tracked: Any = Meeting
    steps = tracked.pgh_event_model.objects.filter(pgh_obj__in=without).order_by("pgh_id")
    for pk, at, *state in steps.values_list("pgh_obj", "pgh_created_at", "status", "precision", "visibility"):
        if _has_day(*state, seen_by_all=seen_by_all):
            since.pop(pk, None)
        else:
            since.setdefault(pk, at)
    return {
        pk: Undated(since[pk], meeting.cancelled_at if meeting.status == Status.CANCELLED else None)
        for pk, meeting in without.items()
        if pk in since
    }


def _has_day(status: str, precision: str, visibility: str, *, seen_by_all: bool) -> bool:
    is_seen = not seen_by_all or visibility != Visibility.INTERNAL
    return status in STANDING and precision in DATED and is_seen
