"""What each state owes: derived from the meeting's date, settled or set by hand by staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from rotation.models import State

from .authorship import authored
from .changes import announce
from .dates import Span, instant
from .deadlines import DueMoment, Party, due_moments
from .models import Deadline, Due, Meeting
from .state_calendars import calendars_of

Action = Literal["created", "moved", "unchanged", "settled", "pinned", "withdrawn"]


class DueRefused(Exception):
    """The due stays as it is; the message says why, to a person."""


@dataclass(frozen=True, slots=True)
class DueChange:
    """What a derivation does to one due; the preview shows it, the derivation writes it."""

    title: str
    state: str
    action: Action
    zone: str
    due_on_before: date | None
    due_at_before: datetime | None
    due_on: date | None
    due_at: datetime | None
    trail: list[dict[str, Any]]
    is_past: bool
    deadline_id: int
    due: Due | None
    moment: DueMoment | None


def states_of(meeting: Meeting) -> list[State]:
    """The states of the meeting's mechanism; one query."""
    return list(
        State.objects.filter(
            memberships__side__mechanism=meeting.track.mechanism_id, memberships__until_period=""
        ).distinct()
    )


def parties_of(meeting: Meeting) -> list[Party]:
    """The states of the meeting's mechanism with their zones and calendars; two queries."""
    states = states_of(meeting)
    calendars = calendars_of(states)
    return [
        Party(state.code, state.zone, calendars[state.code], is_host=state.code == meeting.host_id)
        for state in states
    ]


def plan_dues(meeting: Meeting, span: Span, *, now: datetime, stands: bool = True) -> tuple[DueChange, ...]:
    """What the meeting's dues become when it is at `span`; writes nothing.

    stands: False when the meeting is cancelled, which withdraws what is open.
    """
    deadlines = meeting.deadlines.prefetch_related("dues")
    parties = parties_of(meeting)
    changes: list[DueChange] = []
    for deadline in deadlines:
        wanted = due_moments(deadline.rule, span, parties) if stands else {}
        changes += _plan_deadline(deadline, wanted, now)
    return tuple(changes)


def _plan_deadline(deadline: Deadline, wanted: Mapping[str, DueMoment], now: datetime) -> list[DueChange]:
    stored = {due.state_id: due for due in deadline.dues.all()}
    changes = []
    for code in [*wanted, *(code for code in stored if code not in wanted)]:
        due, moment = stored.get(code), wanted.get(code)
        action = _action(due, moment)
        after_on, after_at = (moment.due_on, moment.due_at) if moment else (None, None)
        if due is not None and action in ("settled", "pinned", "unchanged"):
            after_on, after_at = due.due_on, due.due_at
        changes.append(
            DueChange(
                title=str(deadline),
                state=code,
                action=action,
                zone=moment.zone if moment else due.zone if due else "",
                due_on_before=due.due_on if due else None,
                due_at_before=due.due_at if due else None,
                due_on=after_on,
                due_at=after_at,
                trail=[step.as_json() for step in moment.trail] if moment else [],
                is_past=after_at is not None and after_at < now and action in ("created", "moved"),
                deadline_id=deadline.pk,
                due=due,
                moment=moment,
            )
        )
    return changes


def _action(due: Due | None, moment: DueMoment | None) -> Action:
    if due is None:
        return "created"
    if due.status in (Due.Status.RECEIVED, Due.Status.WAIVED):
        return "settled"
    if moment is None:
        return "unchanged" if due.status == Due.Status.WITHDRAWN else "withdrawn"
    if due.status == Due.Status.WITHDRAWN:
        return "moved"
    if due.is_pinned:
        return "pinned"
    trail = [step.as_json() for step in moment.trail]
    if (due.due_at, due.zone, due.trail) == (moment.due_at, moment.zone, trail):
        return "unchanged"
    return "moved"


def apply_dues(changes: Iterable[DueChange]) -> None:
    """Write a plan: new rows, moved rows with a new sequence, withdrawn rows. Two queries at most."""
    created, updated = [], []
    for change in changes:
        if change.action == "created" and change.moment:
            created.append(
                _written(Due(deadline_id=change.deadline_id, state_id=change.state), change.moment)
            )
        elif change.action == "moved" and change.due and change.moment:
            updated.append(_written(change.due, change.moment))
        elif change.action == "withdrawn" and change.due:
            change.due.status = Due.Status.WITHDRAWN
            updated.append(change.due)
    Due.objects.bulk_create(created)
    Due.objects.bulk_update(
        updated, ["target_on", "due_on", "due_at", "zone", "trail", "sequence", "status", "is_pinned"]
    )


def _written(due: Due, moment: DueMoment) -> Due:
    # A reminder says the moment, so only a new moment needs a new sequence; a trail may change without one. A
    # due that stands again is a new thing to say too: it may be withdrawn, and told so, a second time.
    is_back = due.status == Due.Status.WITHDRAWN
    if due.pk and (is_back or (due.due_at, due.zone) != (moment.due_at, moment.zone)):
        due.sequence += 1
    due.target_on, due.due_on, due.due_at = moment.target_on, moment.due_on, moment.due_at
    due.zone, due.trail = moment.zone, [step.as_json() for step in moment.trail]
    if is_back:
        due.status, due.is_pinned = Due.Status.OPEN, False
    return due


def derive_dues(meeting: Meeting) -> tuple[DueChange, ...]:
    """Make the open dues of a meeting what the rules say today; returns what changed. Idempotent.

    A held meeting's dues are history and stay.
    """
    if meeting.status == Meeting.Status.HELD:
        return ()
    stands = meeting.status not in (Meeting.Status.CANCELLED, Meeting.Status.POSTPONED)
    changes = tuple(
        change
        for change in plan_dues(meeting, meeting.span, now=timezone.now(), stands=stands)
        if change.action in ("created", "moved", "withdrawn")
    )
    apply_dues(changes)
    return changes


@transaction.atomic
def settle_due(due_id: int, *, status: str, at: datetime | None, actor: Any, reason: str = "") -> Due:
    """Record that a due was received or waived, or open it again; what was received stays when a meeting moves.

    at: when it was received; needed for `received`, an error otherwise. Raises DueRefused.
    """
    due = _locked(due_id)
    if due.status == Due.Status.WITHDRAWN:
        raise DueRefused(_("This deadline was withdrawn with its meeting."))
    if (status == Due.Status.RECEIVED) != (at is not None):
        raise DueRefused(_("Say when it was received."))
    if at is not None and at > timezone.now():
        raise DueRefused(_("Received at: this moment lies in the future."))
    if status in (Due.Status.WAIVED, Due.Status.OPEN) and not reason.strip():
        raise DueRefused(_("Give the reason."))
    due.status, due.received_at, due.recorded_by, due.settle_reason = status, at, actor, reason
    with authored(actor, reason):
        due.save()
        announce([due.deadline.meeting_id])
    return due


@transaction.atomic
def pin_due(due_id: int, *, day: date, actor: Any, reason: str) -> Due:
    """Set a due by hand to close of business on `day` in the state's own zone; it then stays when the meeting moves.

    Raises DueRefused when it is not open or the reason is missing.
    """
    due = _locked(due_id)
    if due.status != Due.Status.OPEN:
        raise DueRefused(_("Only an open deadline can be set by hand."))
    if not reason.strip():
        raise DueRefused(_("Give the reason."))
    at = instant(day, due.deadline.close_at, due.zone)
    if at != due.due_at:
        due.sequence += 1
    due.due_on, due.due_at, due.is_pinned, due.pin_reason = day, at, True, reason
    due.trail = [*due.trail, {"code": "pinned", "day": day.isoformat(), "reason": reason}]
    due.recorded_by = actor
    with authored(actor, reason):
        due.save()
        announce([due.deadline.meeting_id])
    return due


def _locked(due_id: int) -> Due:
    """The due, with its meeting locked first: the one order of locks is meeting, due, delivery."""
    meeting_id = Due.objects.values_list("deadline__meeting_id", flat=True).get(pk=due_id)
    Meeting.objects.select_for_update().get(pk=meeting_id)
    return Due.objects.select_for_update(of=("self",)).select_related("deadline").get(pk=due_id)
