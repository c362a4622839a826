"""What follows when a day of a state's calendar changes, or the secretariat's seat: open deadlines move, or would."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..changes import announce, calendars_changed
from ..deadlines.dues import DueChange, apply_dues, planned_today
from ..models import Due, Meeting
from .state_calendars import DayEdit, books_of
from .workdays import FURTHEST_DAYS

# A deadline lands within the furthest run of closed days; one of a chain, before a follower that does.
NEAR = timedelta(days=FURTHEST_DAYS + 1)


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change of days does to one meeting's open dues."""

    meeting: Meeting
    changes: tuple[DueChange, ...]


def plan_days(edits: Sequence[DayEdit], by: Iterable[tuple[str, date]] = ()) -> tuple[Touched, ...]:
    """What the table with these edits would do to open deadlines; writes nothing. Constant queries.

    by: further (state, day) pairs near which to look, such as the day that an entry leaves.
    Only dues whose moment changes are told. Raises NoWorkingDay.
    """
    days = {(edit.state, edit.day) for edit in edits} | set(by)
    meetings = list(_meetings_near(days).prefetch_related("deadlines__dues"))
    if not meetings:
        return ()
    books, now = books_of(meetings, edits), timezone.now()
    found = (Touched(meeting, _moves(planned_today(meeting, now, books))) for meeting in meetings)
    return tuple(touched for touched in found if touched.changes)


def _moves(changes: Iterable[DueChange]) -> tuple[DueChange, ...]:
    return tuple(change for change in changes if change.is_change)


def fingerprint(plan: Iterable[Touched]) -> str:
    """The same for the same plan: what is confirmed is what was shown."""
    told = [
        (touched.meeting.pk, change.deadline_id, change.state, str(change.due_at_before), str(change.due_at))
        for touched in plan
        for change in touched.changes
    ]
    return hashlib.sha256(repr(sorted(told)).encode()).hexdigest()[:16]


@transaction.atomic
def days_changed(days: Iterable[tuple[str, date]]) -> tuple[Touched, ...]:
    """Derive anew, in this transaction, the open dues that a change of these states' days can have moved.

    What was received, waived or set by hand stays. The meetings whose dues changed are announced, and what moved is
    returned; a due that keeps its moment on another way there is written without a word.
    """
    days = set(days)
    calendars_changed.send(sender=None, states=frozenset(state for state, _day in days))
    return _derived_anew(_meetings_near(days))


@transaction.atomic
def seat_changed(mechanism_id: int) -> tuple[Touched, ...]:
    """Derive anew the open dues that keep to the working days of the secretariat, whose seat is another now."""
    asking = Due.objects.open().filter(deadline__calendars__in=["secretariat", "all"])
    found = Meeting.objects.filter(pk__in=asking.values("deadline__meeting_id"))
    return _derived_anew(found.filter(track__mechanism=mechanism_id))


def _derived_anew(found: QuerySet[Meeting]) -> tuple[Touched, ...]:
    near = found.values_list("pk", flat=True)
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("track").filter(pk__in=list(near))
    meetings = list(rows.order_by("pk").prefetch_related("deadlines__dues"))
    if not meetings:
        return ()
    books, now = books_of(meetings), timezone.now()
    planned = [Touched(meeting, planned_today(meeting, now, books)) for meeting in meetings]
    done = tuple(touched for touched in planned if touched.changes)
    apply_dues(change for touched in done for change in touched.changes)
    announce(touched.meeting.pk for touched in done)
    moved = (Touched(touched.meeting, _moves(touched.changes)) for touched in done)
    return tuple(touched for touched in moved if touched.changes)


def _meetings_near(days: set[tuple[str, date]]) -> QuerySet[Meeting]:
    """Meetings with an open due that one of these days can move, in the states' or another's calendar."""
    if not days:
        return Meeting.objects.none()
    first, last = min(day for _state, day in days) - NEAR, max(day for _state, day in days) + NEAR
    near = Due.objects.open().filter(
        Q(target_on__range=(first, last)) | Q(due_on__range=(first, last)),
        Q(state_id__in={state for state, _day in days}) | ~Q(deadline__calendars="state"),
    )
    return Meeting.objects.with_parties().filter(pk__in=near.values("deadline__meeting_id")).order_by("pk")
