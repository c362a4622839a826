"""What each state owes: derived from the meeting's date, settled or set by hand by staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.models import State
from rotation.refused import Refused

from ..authorship import authored
from ..changes import announce
from ..days.state_calendars import Books, books_of
from ..models import Deadline, Due, Meeting
from ..schedule.dates import Span, instant
from .rules import DueMoment, Party, moments_of
from .short_notice import falls_short, is_in_time

# "retraced": due at the same moment, on another way there. It is written, and nobody is told of a change.
Action = Literal["created", "moved", "retraced", "unchanged", "settled", "pinned", "agreed", "withdrawn"]
KEPT = ("settled", "pinned", "agreed", "unchanged")
CHANGED = ("created", "moved", "withdrawn")
WRITTEN = (*CHANGED, "retraced")
# The columns that a derivation writes.
DERIVED = ["target_on", "due_on", "due_at", "zone", "trail", "sequence", "status", "is_pinned", "notice"]


class DueRefused(Refused):
    """The due stays as it is."""

    sentences = {
        "withdrawn": _("This deadline was withdrawn with its meeting."),
        "no_moment": _("Say when it was received."),
        "future": _("Received at: this moment lies in the future."),
        "no_reason": _("Give the reason."),
        "not_open": _("Only an open deadline can be set by hand."),
        "over": _("That moment is over, so that the state would be late at once. Choose a later day."),
    }
    fields = {"future": "at", "no_reason": "reason", "over": "day"}


class StandsAlready(DueRefused):
    """Somebody settled the due, or reopened it, meanwhile; `due` is as it stands."""

    message = _("The deadline has changed since this was shown. Nothing was recorded.")

    def __init__(self, due: Due) -> None:
        super().__init__()
        self.due = due


class NotLater(DueRefused):
    """An extension to a day that is not later than the one that stands; `due` is as it stands."""

    message = _("An extension gives more time than there was.")
    field = "day"

    def __init__(self, due: Due) -> None:
        super().__init__()
        self.due = due


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
    is_short: bool
    deadline_id: int
    due: Due | None
    moment: DueMoment | None

    @property
    def is_change(self) -> bool:
        """Whether a state has something to do at another moment, or no longer, or newly."""
        return self.action in CHANGED


def states_of(meeting: Meeting) -> list[State]:
    """The states of the meeting's mechanism; one query."""
    return list(
        State.objects.filter(
            memberships__side__mechanism=meeting.track.mechanism_id, memberships__until_period=""
        ).distinct()
    )


def parties_of(meeting: Meeting) -> list[Party]:
    """The states of the meeting's mechanism with their zones and calendars."""
    return books_of([meeting]).parties_of(meeting)


def plan_dues(
    meeting: Meeting,
    span: Span,
    *,
    now: datetime,
    stands: bool = True,
    books: Books | None = None,
    deadlines: Sequence[Deadline] | None = None,
) -> tuple[DueChange, ...]:
    """What the meeting's dues become when it is at `span`; writes nothing.

    stands: False when the meeting is cancelled, which withdraws what is open.
    books: the calendars to go by, where many meetings are planned or a change of the calendars is tried.
    deadlines: those to plan for, where it is not for all that the meeting has; they need not be stored.
    """
    if deadlines is None:
        deadlines = list(meeting.deadlines.all() if books else meeting.deadlines.prefetch_related("dues"))
    lines = {deadline.pk: deadline.rule for deadline in deadlines}
    parties = (books or books_of([meeting])).parties_of(meeting)
    wanted = moments_of(lines, span, parties) if stands else {}
    changes: list[DueChange] = []
    for deadline in deadlines:
        changes += _plan_deadline(deadline, wanted.get(deadline.pk, {}), span, now)
    return tuple(changes)


def _plan_deadline(
    deadline: Deadline, wanted: Mapping[str, DueMoment], span: Span, now: datetime
) -> list[DueChange]:
    stored = {due.state_id: due for due in deadline.dues.all()}
    line = deadline.rule
    changes = []
    for code in [*wanted, *(code for code in stored if code not in wanted)]:
        due, moment = stored.get(code), wanted.get(code)
        is_short = moment is not None and falls_short(line, moment, now)
        action = _action(due, moment, is_short and due is not None and is_in_time(line, due.due_at, span))
        after_on, after_at = (moment.due_on, moment.due_at) if moment else (None, None)
        if due is not None and action in KEPT:
            after_on, after_at = due.due_on, due.due_at
        is_written = action in ("created", "moved")
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
                is_past=after_at is not None and after_at < now and is_written,
                is_short=is_written and is_short and not _was_due_before(due, now),
                deadline_id=deadline.pk,
                due=due,
                moment=moment,
            )
        )
    return changes


def _was_due_before(due: Due | None, now: datetime) -> bool:
    """An overdue deadline stays overdue when its day changes: its state was told in time."""
    return (
        due is not None
        and due.status == Due.Status.OPEN
        and due.notice == Due.Notice.FULL
        and due.due_at <= now
    )


def _action(due: Due | None, moment: DueMoment | None, agreed_day_serves: bool) -> Action:
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
    if due.notice == Due.Notice.AGREED and agreed_day_serves:
        return "agreed"
    trail = [step.as_json() for step in moment.trail]
    if (due.due_at, due.zone) != (moment.due_at, moment.zone):
        return "moved"
    return "unchanged" if due.trail == trail else "retraced"


def apply_dues(changes: Iterable[DueChange]) -> None:
    """Write a plan: new rows, moved rows with a new sequence, withdrawn rows. Two queries at most."""
    created, updated = [], []
    for change in changes:
        if change.action == "created" and change.moment:
            due = Due(deadline_id=change.deadline_id, state_id=change.state)
            created.append(_written(due, change.moment, change.is_short))
        elif change.action in ("moved", "retraced") and change.due and change.moment:
            updated.append(_written(change.due, change.moment, change.is_short))
        elif change.action == "withdrawn" and change.due:
            change.due.status = Due.Status.WITHDRAWN
            updated.append(change.due)
    Due.objects.bulk_create(created)
    # Written as an upsert: for a summit's 180 dues `bulk_update`, a CASE a column, took ten times as long.
    Due.objects.bulk_create(updated, update_conflicts=True, unique_fields=["id"], update_fields=DERIVED)


def _written(due: Due, moment: DueMoment, is_short: bool) -> Due:
    # A reminder says the moment, so only a new moment needs a new sequence; a trail may change without one. A
    # due that stands again is a new thing to say too: it may be withdrawn, and told so, a second time.
    is_back = due.status == Due.Status.WITHDRAWN
    if due.pk and (is_back or (due.due_at, due.zone) != (moment.due_at, moment.zone)):
        due.sequence += 1
    if not due.pk or is_back or due.due_at != moment.due_at:
        due.notice = Due.Notice.SHORT if is_short else Due.Notice.FULL
    due.target_on, due.due_on, due.due_at = moment.target_on, moment.due_on, moment.due_at
    due.zone, due.trail = moment.zone, [step.as_json() for step in moment.trail]
    if is_back:
        due.status, due.is_pinned = Due.Status.OPEN, False
    return due


def planned_today(meeting: Meeting, now: datetime, books: Books | None = None) -> tuple[DueChange, ...]:
    """What deriving a meeting's dues today would change; a held meeting's are history and stay."""
    if meeting.status == Meeting.Status.HELD:
        return ()
    stands = meeting.status not in (Meeting.Status.CANCELLED, Meeting.Status.POSTPONED)
    changes = plan_dues(meeting, meeting.span, now=now, stands=stands, books=books)
    return tuple(change for change in changes if change.action in WRITTEN)


def derive_dues(meeting: Meeting, books: Books | None = None) -> tuple[DueChange, ...]:
    """Make the open dues of a meeting what the rules say today; returns what changed. Idempotent."""
    changes = planned_today(meeting, timezone.now(), books)
    apply_dues(changes)
    return changes


@transaction.atomic
def settle_due(due_id: int, *, status: str, at: datetime | None, actor: Any, reason: str = "") -> Due:
    """Record that a due was received or waived, or open it again; what was received stays when a meeting moves.

    at: when it was received; needed for `received`, an error otherwise. What is settled is opened before it is
    settled anew, so that nothing recorded is written over unseen. Raises DueRefused, StandsAlready.
    """
    due = _locked(due_id)
    if due.status == Due.Status.WITHDRAWN:
        raise DueRefused("withdrawn")
    if (status == Due.Status.OPEN) == (due.status == Due.Status.OPEN):
        raise StandsAlready(due)
    if (status == Due.Status.RECEIVED) != (at is not None):
        raise DueRefused("no_moment")
    if at is not None and at > timezone.now():
        raise DueRefused("future")
    if status in (Due.Status.WAIVED, Due.Status.OPEN) and not reason.strip():
        raise DueRefused("no_reason")
    if due.status != Due.Status.OPEN:
        due.sequence += 1  # who was thanked, or told that it is no longer asked for, is told that it is
    due.status, due.received_at, due.recorded_by, due.settle_reason = status, at, actor, reason
    with authored(actor, reason):
        due.save()
        announce([due.deadline.meeting_id])
    return due


@transaction.atomic
def pin_due(due_id: int, *, day: date, actor: Any, reason: str, may_be_past: bool = False) -> Due:
    """Set a due by hand to close of business on `day` in the state's own zone; it then stays when the meeting moves.

    A later day than the one that stands is an extension, and the trail says so.
    may_be_past: a moment that is over makes the state late at once, so it has to be meant.
    Raises DueRefused when it is not open, the reason is missing, or the moment is over and that was not meant.
    """
    return _set_by_hand(_locked(due_id), day, actor, reason, may_be_past)


@transaction.atomic
def extend_due(due_id: int, *, day: date, actor: Any, reason: str, may_be_past: bool = False) -> Due:
    """Give a state more time: as `pin_due`, to a later day than the one that stands. Raises DueRefused."""
    due = _locked(due_id)
    if day <= due.due_on:
        raise NotLater(due)
    return _set_by_hand(due, day, actor, reason, may_be_past)


def _set_by_hand(due: Due, day: date, actor: Any, reason: str, may_be_past: bool) -> Due:
    if due.status != Due.Status.OPEN:
        raise DueRefused("not_open")
    if not reason.strip():
        raise DueRefused("no_reason")
    at = instant(day, due.deadline.close_at, due.zone)
    if at <= timezone.now() and not may_be_past:
        raise DueRefused("over")
    if at != due.due_at:
        due.sequence += 1
    code = "extended" if day > due.due_on else "pinned"
    due.due_on, due.due_at, due.is_pinned, due.pin_reason = day, at, True, reason
    due.notice = Due.Notice.FULL
    due.trail = [*due.trail, {"code": code, "day": day.isoformat(), "reason": reason}]
    due.recorded_by = actor
    with authored(actor, reason):
        due.save()
        announce([due.deadline.meeting_id])
    return due


def lock_dues(due_ids: Iterable[int]) -> list[Due]:
    """Several dues, locked in the one order for acts that are done to all or none, and compared with what was shown."""
    ids = sorted(due_ids)
    meetings = Due.objects.filter(pk__in=ids).values("deadline__meeting_id")
    list(Meeting.objects.select_for_update().filter(pk__in=meetings).order_by("pk").values_list("pk"))
    dues = list(Due.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    assert_unchanged(*dues)
    return dues


def _locked(due_id: int) -> Due:
    """The due, with its meeting locked first: the one order of locks is meeting, due, delivery."""
    meeting_id = Due.objects.values_list("deadline__meeting_id", flat=True).get(pk=due_id)
    Meeting.objects.select_for_update().get(pk=meeting_id)
    return Due.objects.select_for_update(of=("self",)).select_related("deadline").get(pk=due_id)
