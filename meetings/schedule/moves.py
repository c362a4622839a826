"""Moving, postponing and cancelling a meeting: one act, with a reason, that takes everything derived along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.refused import Refused

from ..authorship import authored
from ..changes import announce
from ..deadlines.dues import DueChange, apply_dues, plan_dues
from ..deadlines.rules import DueMoment
from ..deadlines.short_days import proposed_days, take_short_days
from ..models import Due, Meeting
from .dates import Span, is_last_day_left_over
from .lifecycle import Act, Status, may


class MoveRefused(Refused):
    message = _("The meeting cannot be moved.")


class ReasonMissing(MoveRefused):
    message = _("Give the reason; it stands in the history.")


class MeetingAlreadyHeld(MoveRefused):
    message = _("This meeting was held; its date is history.")


class MeetingCancelled(MoveRefused):
    message = _("This meeting was cancelled; make a new one.")


class NotToBePostponed(MoveRefused):
    message = _(
        "Only a meeting that was proposed or confirmed is postponed; give this one a date, or cancel it."
    )


class DateMissing(MoveRefused):
    message = _("A confirmed meeting has a date: set it back to proposed first, or postpone it.")


class LastDayLeftOver(MoveRefused):
    field = "last_on"
    message = _(
        "The last day is only the end of the former year or month. Give the meeting's own last day; if it does last "
        "until then, set the first day by itself before."
    )


@dataclass(frozen=True, slots=True)
class MovePlan:
    """What moving does. `after` is None when the meeting is cancelled, or postponed without a new date."""

    before: Span
    after: Span | None
    changes: tuple[DueChange, ...]
    # The new days that are proposed for what would be past or too near, by deadline and state.
    proposed: Mapping[tuple[int, str], DueMoment] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        return self.before == self.after

    @property
    def changed(self) -> int:
        """How many deadlines are due at another moment, newly, or no longer."""
        return sum(change.is_change for change in self.changes)


def plan_move(meeting: Meeting, to: Span) -> MovePlan:
    """What moving `meeting` to `to` would change; writes nothing. Raises MoveRefused."""
    _refuse_when_over(meeting)
    if is_last_day_left_over(meeting.span, to):
        raise LastDayLeftOver
    if to.first_on is None and meeting.status == Meeting.Status.CONFIRMED and meeting.first_on is not None:
        raise DateMissing
    now = timezone.now()
    changes = plan_dues(meeting, to, now=now)
    is_short = any(change.is_short for change in changes)
    return MovePlan(meeting.span, to, changes, proposed_days(meeting, to, now) if is_short else {})


@transaction.atomic
def move_meeting(
    meeting_id: int, *, to: Span, actor: Any, reason: str, takes_proposals: bool = False
) -> MovePlan:
    """Move a meeting and everything derived from it; returns what changed.

    A postponed meeting that gets a date is proposed again. Moving it to where it is changes nothing.
    takes_proposals: what would be past or too near is due on the day that the plan proposes.
    Raises MoveRefused; then nothing has changed.
    """
    if not reason.strip():
        raise ReasonMissing
    meeting = _locked(meeting_id)
    plan = plan_move(meeting, to)
    assert_unchanged(meeting, plan)
    if plan.is_empty and meeting.status != Meeting.Status.POSTPONED:
        return plan
    meeting.take_span(to)
    if meeting.status == Meeting.Status.POSTPONED:
        meeting.status = Meeting.Status.PROPOSED
    _write(meeting, plan, actor, reason)
    if takes_proposals:
        days = {
            due.pk: plan.proposed[due.deadline_id, due.state_id].due_on
            for due in Due.objects.at_short_notice().filter(deadline__meeting=meeting)
            if (due.deadline_id, due.state_id) in plan.proposed
        }
        take_short_days(meeting.pk, days=days, actor=actor, reason=reason)
    return plan


def plan_postpone(meeting: Meeting) -> MovePlan:
    """What postponing `meeting` without a new date would change; writes nothing. Raises MoveRefused."""
    _refuse_when_over(meeting)
    if not may(Status(meeting.status), Act.POSTPONE):
        raise NotToBePostponed
    return _withdrawn(meeting)


@transaction.atomic
def postpone_meeting(meeting_id: int, *, actor: Any, reason: str) -> MovePlan:
    """Postpone a meeting to a date that is not known yet; to one that is known it is moved. Raises MoveRefused.

    It keeps its old date for the reader, and its open dues are withdrawn until it is given a new one.
    """
    if not reason.strip():
        raise ReasonMissing
    meeting = _locked(meeting_id)
    plan = plan_postpone(meeting)
    assert_unchanged(meeting, plan)
    meeting.status = Meeting.Status.POSTPONED
    _write(meeting, plan, actor, reason)
    return plan


def plan_cancel(meeting: Meeting) -> MovePlan:
    """What cancelling `meeting` would change; writes nothing. Raises MoveRefused."""
    _refuse_when_over(meeting)
    return _withdrawn(meeting)


@transaction.atomic
def cancel_meeting(meeting_id: int, *, actor: Any, reason: str) -> MovePlan:
    """Cancel a meeting: it keeps its date, its open dues are withdrawn. Raises MoveRefused."""
    if not reason.strip():
        raise ReasonMissing
    meeting = _locked(meeting_id)
    plan = plan_cancel(meeting)
    assert_unchanged(meeting, plan)
    meeting.status, meeting.cancelled_at = Meeting.Status.CANCELLED, timezone.now()
    _write(meeting, plan, actor, reason)
    return plan


def _refuse_when_over(meeting: Meeting) -> None:
    if not may(Status(meeting.status), Act.MOVE):
        raise MeetingAlreadyHeld if meeting.status == Meeting.Status.HELD else MeetingCancelled


def _withdrawn(meeting: Meeting) -> MovePlan:
    return MovePlan(meeting.span, None, plan_dues(meeting, meeting.span, now=timezone.now(), stands=False))


def _locked(meeting_id: int) -> Meeting:
    return Meeting.objects.select_for_update(of=("self",)).select_related("track").get(pk=meeting_id)


def _write(meeting: Meeting, plan: MovePlan, actor: Any, reason: str) -> None:
    meeting.sequence += 1
    meeting.revision += 1
    with authored(actor, reason):
        meeting.save()
        apply_dues(plan.changes)
        announce([meeting.pk])
