"""What is done to an agenda: items proposed, ordered, decided and taken off; stages frozen. One transaction each.

The meeting is locked first: it guards its agenda, so that the one order of locks stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from rotation.concurrency import assert_unchanged
from rotation.models import State
from rotation.refused import Refused

from ..authorship import authored
from ..changes import announce
from ..models import Agenda, AgendaItem, AgendaStage, ItemProposer, Meeting
from .late_items import considered_from, lateness
from .said import said
from .snapshots import draft_of, fingerprint, items_of
from .stages import PUBLIC, Finding, ItemChange, Stage, compare, shifted, stage_refusal

RULES = ("session_minutes", "provisional_days", "supplementary_days", "list_days", "cooling_days")
Status, Kind = AgendaItem.Status, AgendaItem.Kind


FIELDS = {"decided_before_request": "decided_on", "no_basis": "basis"}


class AgendaRefused(Refused):
    """Nothing has changed."""

    def __init__(self, code: str, **values: object) -> None:
        Exception.__init__(self, code)
        self.code, self.values, self.field = code, values, FIELDS.get(code)

    def __str__(self) -> str:
        return said(Finding(self.code, self.values))


@dataclass(frozen=True, slots=True)
class ItemDraft:
    """What an item says; by which rule it goes, and whether it is listed, follows from the day of its request."""

    titles: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict)
    proposers: tuple[str, ...] = ()
    mandate: str = ""
    action: str = ""
    minutes: int | None = None
    rapporteur: str = ""
    papers: tuple[str, ...] = ()
    is_sub: bool = False
    is_bis: bool = False


@transaction.atomic
def open_agenda(meeting_id: int, *, actor: Any, reason: str = "") -> Agenda:
    """The agenda of a meeting; a new one takes the rules of notice of its track's last agenda."""
    meeting = _meeting(meeting_id)
    existing = Agenda.objects.filter(meeting=meeting).first()
    if existing is not None:
        return existing
    before = Agenda.objects.filter(meeting__track=meeting.track_id).order_by("-pk").first()
    taken = {name: getattr(before, name) for name in RULES[1:]} if before else {}
    with authored(actor, reason):
        return Agenda.objects.create(meeting=meeting, **taken)


@transaction.atomic
def set_rules(agenda_id: int, values: Mapping[str, int | None], *, actor: Any, reason: str = "") -> Agenda:
    """Set the length of the session and the rules of notice; items keep the kind that they came in by."""
    agenda = _locked(agenda_id)
    for name in RULES:
        setattr(agenda, name, values[name])
    with authored(actor, reason):
        _touch(agenda)
    return agenda


@transaction.atomic
def propose_item(
    agenda_id: int, draft: ItemDraft, *, requested_on: date, actor: Any, urgency: str = "", reason: str = ""
) -> AgendaItem:
    """Put an item on the agenda, or, when it comes too late for that, before the parties. Raises AgendaRefused."""
    agenda = _locked(agenda_id)
    by = lateness(requested_on, _opens_on(agenda), agenda.rule, is_issued=_is_issued(agenda))
    if by.kind == "urgent" and not urgency.strip():
        if by.last_on is None:
            raise AgendaRefused("urgency_missing_undated")
        raise AgendaRefused("urgency_missing", day=by.last_on)
    last = agenda.items.aggregate(last=Max("position"))["last"] or 0
    item = AgendaItem(
        agenda=agenda,
        position=last + 1,
        kind=by.kind,
        status=Status.PENDING if by.kind == "urgent" else Status.LISTED,
        requested_on=requested_on,
        urgency=urgency,
    )
    with authored(actor, reason):
        _write(item, draft)
        _touch(agenda)
    return item


@transaction.atomic
def change_item(
    item_id: int,
    draft: ItemDraft,
    *,
    actor: Any,
    urgency: str = "",
    reason: str = "",
    seen: str | None = None,
) -> AgendaItem:
    """Change what an item says; its identity, kind and place stay. Raises AgendaRefused.

    seen: the item's fingerprint when it was shown; None where it was not.
    """
    item = _locked_item(item_id)
    if seen not in (None, fingerprint(item)):
        raise AgendaRefused("another_item")
    if item.kind == Kind.URGENT and not urgency.strip():
        raise AgendaRefused("urgency_missing_undated")
    item.urgency = urgency
    with authored(actor, reason):
        _write(item, draft)
        _touch(item.agenda)
    return item


@transaction.atomic
def reorder(agenda_id: int, order: Sequence[int], *, seen: int, actor: Any, reason: str = "") -> Agenda:
    """Put the listed items into an order, given by their keys; those that are off the list come after them.

    seen: the agenda's revision when its order was shown. Raises AgendaRefused when it has changed since.
    """
    agenda = _locked(agenda_id)
    rows = {row.pk: row for row in agenda.items.all()}
    listed = [row.pk for row in rows.values() if row.status == Status.LISTED]
    if seen != agenda.revision or sorted(order) != sorted(listed):
        raise AgendaRefused("another_order")
    if list(order) == listed:
        return agenda
    others = [row.pk for row in rows.values() if row.status != Status.LISTED]
    for position, key in enumerate([*order, *others], start=1):
        rows[key].position = position
    with authored(actor, reason):
        AgendaItem.objects.bulk_update(rows.values(), ["position"])
        _touch(agenda)
    return agenda


@transaction.atomic
def shift_item(item_id: int, by: Literal[-1, 1], *, actor: Any) -> Agenda:
    """Move a listed item, with its parts, up (-1) or down (+1) by one. Raises AgendaRefused."""
    item = _locked_item(item_id)
    listed = list(item.agenda.items.filter(status=Status.LISTED))
    keys = [row.pk for row in listed]
    if item.pk not in keys:
        raise AgendaRefused("not_listed")
    places = shifted([row.is_sub for row in listed], keys.index(item.pk), by)
    order = [keys[place] for place in places]
    return reorder(item.agenda_id, order, seen=item.agenda.revision, actor=actor)


@transaction.atomic
def withdraw_item(item_id: int, *, actor: Any, reason: str) -> AgendaItem:
    """Take an item off the agenda; it keeps its identity and can be put back. Raises AgendaRefused."""
    item = _locked_item(item_id)
    if not reason.strip():
        raise AgendaRefused("no_reason")
    if item.status not in (Status.LISTED, Status.PENDING):
        raise AgendaRefused("not_listed")
    assert_unchanged(item)
    return _settle(item, Status.WITHDRAWN, actor, reason)


@transaction.atomic
def restore_item(item_id: int, *, actor: Any, reason: str = "") -> AgendaItem:
    """Put an item back that was taken off; an urgent one that was not decided waits again. Raises AgendaRefused."""
    item = _locked_item(item_id)
    if item.status != Status.WITHDRAWN:
        raise AgendaRefused("not_out")
    assert_unchanged(item)
    waits = item.kind == Kind.URGENT and item.decided_on is None
    return _settle(item, Status.PENDING if waits else Status.LISTED, actor, reason)


@transaction.atomic
def decide_urgent(
    item_id: int,
    *,
    is_admitted: bool,
    decided_on: date,
    basis: str,
    actor: Any,
    at_once: bool = False,
    reason: str = "",
) -> AgendaItem:
    """Record what the parties decided on an urgent item; once admitted it waits as the agenda's rule says.

    at_once: they decided that it need not wait. Raises AgendaRefused.
    """
    item = _locked_item(item_id)
    if item.status != Status.PENDING:
        raise AgendaRefused("not_pending")
    if not basis.strip():
        raise AgendaRefused("no_basis")
    if decided_on < item.requested_on:
        raise AgendaRefused("decided_before_request", day=item.requested_on)
    assert_unchanged(item)
    item.decided_on, item.decision_basis = decided_on, basis
    if is_admitted:
        item.considered_from = considered_from(decided_on, item.agenda.rule, at_once=at_once)
    return _settle(item, Status.LISTED if is_admitted else Status.DECLINED, actor, reason or basis)


@dataclass(frozen=True, slots=True)
class StagePlan:
    """What freezing a stage keeps, and what differs from the stage before it; `refusal` is why it cannot be."""

    stage: Stage
    reissue: int
    last: AgendaStage | None
    snapshot: dict[str, Any]
    changes: tuple[ItemChange, ...]
    refusal: Finding | None


def plan_stage(agenda: Agenda, stage: Stage) -> StagePlan:
    """What freezing `stage` now would keep; writes nothing. `agenda` comes with its meeting and the track."""
    stages = list(agenda.stages.order_by("number"))
    last = stages[-1] if stages else None
    snapshot = draft_of(agenda)
    items = items_of(snapshot)
    ends_at = agenda.meeting.ends_at
    refusal = stage_refusal(
        stage,
        last=last.stage if last else None,
        items=items,
        is_over=agenda.meeting.status == Meeting.Status.HELD
        or (ends_at is not None and ends_at <= timezone.now()),
        is_unchanged=last is not None and last.snapshot == snapshot,
    )
    reissue = sum(row.stage is stage for row in stages)
    return StagePlan(
        stage, reissue, last, snapshot, compare(items_of(last.snapshot) if last else (), items), refusal
    )


@transaction.atomic
def freeze_stage(agenda_id: int, stage: Stage, *, actor: Any, note: str = "") -> AgendaStage:
    """Keep the agenda as it stands, for good; a public stage tells the floors above.

    Raises AgendaRefused; then nothing has changed.
    """
    agenda = _locked(agenda_id)
    assert_unchanged(agenda.revision, agenda.meeting.revision)
    plan = plan_stage(agenda, stage)
    if plan.refusal is not None:
        raise AgendaRefused(plan.refusal.code, **plan.refusal.values)
    row = AgendaStage.objects.create(
        agenda=agenda,
        number=plan.last.number + 1 if plan.last else 1,
        code=stage.value,
        reissue=plan.reissue,
        snapshot=plan.snapshot,
        note=note,
        recorded_by=actor,
    )
    with authored(actor, note):
        _touch(agenda)
        if stage in PUBLIC:
            announce([agenda.meeting_id])
    return row


def _meeting(meeting_id: int) -> Meeting:
    meeting = (
        Meeting.objects.select_for_update(of=("self",)).select_related("track__mechanism").get(pk=meeting_id)
    )
    if meeting.status == Meeting.Status.CANCELLED:
        raise AgendaRefused("cancelled")
    return meeting


def _locked(agenda_id: int) -> Agenda:
    meeting = _meeting(Agenda.objects.values_list("meeting_id", flat=True).get(pk=agenda_id))
    agenda = Agenda.objects.select_for_update().get(pk=agenda_id)
    agenda.meeting = meeting
    return agenda


def _locked_item(item_id: int) -> AgendaItem:
    agenda = _locked(AgendaItem.objects.values_list("agenda_id", flat=True).get(pk=item_id))
    item = AgendaItem.objects.select_for_update().get(pk=item_id)
    item.agenda = agenda
    return item


def _touch(agenda: Agenda) -> None:
    agenda.revision += 1
    agenda.save()


def _write(item: AgendaItem, draft: ItemDraft) -> None:
    item.titles, item.annotations = dict(draft.titles), dict(draft.annotations)
    item.mandate, item.action, item.minutes = draft.mandate, draft.action, draft.minutes
    item.rapporteur, item.papers = draft.rapporteur, list(draft.papers)
    item.is_sub, item.is_bis = draft.is_sub, draft.is_bis
    item.save()
    item.proposals.exclude(state_id__in=draft.proposers).delete()
    known = set(item.proposals.values_list("state_id", flat=True))
    for state in State.objects.filter(pk__in=set(draft.proposers) - known):
        ItemProposer.objects.create(item=item, state=state)


def _settle(item: AgendaItem, status: str, actor: Any, reason: str) -> AgendaItem:
    item.status = status
    with authored(actor, reason):
        item.save()
        _touch(item.agenda)
    return item


def _opens_on(agenda: Agenda) -> date | None:
    return agenda.meeting.first_on if agenda.meeting.span.has_day else None


def _is_issued(agenda: Agenda) -> bool:
    return agenda.stages.filter(code__in=[stage.value for stage in PUBLIC]).exists()
