"""Delegations: opened, filled, communicated. One transaction each; the meeting is locked first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.models import State
from rotation.refused import Refused

from ..authorship import authored
from ..deadlines.dues import settle_due, states_of
from ..models import Delegate, Delegation, Due, Meeting, Organisation, Particulars
from ..models.deadlines import Purpose

SENTENCES = {
    "cancelled": _("This meeting was cancelled; its delegations stay as they are."),
    "unknown_state": _("This state is not of the mechanism."),
    "other_mechanism": _("This organisation is of no state of the mechanism."),
    "nobody_named": _("Give the name or the office."),
    "head_already": _("This delegation has a head already; change that one's role first."),
    "erased": _("Name and office were erased; they are not entered again."),
    "no_head": _("This delegation has no head yet."),
    "received_already": _("This delegation was communicated already."),
    "not_received": _("This delegation was not communicated yet."),
    "future": _("This moment lies in the future."),
    "no_reason": _("Give the reason; it stands in the history."),
    "listed_already": _("This delegate is on the list."),
    "not_listed": _("This delegate is not on the list."),
    "nobody": _("No delegation has anybody on it yet."),
    "does_not_follow": _("This list does not follow the last one."),
    "not_begun": _("The meeting has not begun: the final list is issued then."),
    "nothing_changed": _("Nothing has changed since the last list."),
}


class DelegationRefused(Refused):
    """Nothing has changed."""

    sentences = SENTENCES


@dataclass(frozen=True, slots=True)
class Person:
    """What is said of a delegate. names and offices are personal; the rest is nobody's secret."""

    role: str
    rank: str
    names: Mapping[str, str] = field(default_factory=dict)
    offices: Mapping[str, str] = field(default_factory=dict)
    substitute_for: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def open_delegation(
    meeting_id: int,
    *,
    actor: Any,
    state: str | None = None,
    organisation: int | None = None,
    source: str = "",
    reason: str = "",
) -> Delegation:
    """The delegation of a state, or of an organisation, to a meeting; made if there is none. Raises DelegationRefused."""
    meeting = _meeting(meeting_id)
    codes = {row.code for row in states_of(meeting)}
    if organisation is not None:
        if not Organisation.objects.filter(pk=organisation, state__in=codes).exists():
            raise DelegationRefused("other_mechanism")
    elif state not in codes:
        raise DelegationRefused("unknown_state")
    party = {"organisation_id": organisation} if organisation is not None else {"state_id": state}
    found = Delegation.objects.filter(meeting=meeting, **party).first()
    if found is not None:
        return found
    with authored(actor, reason):
        return Delegation.objects.create(meeting=meeting, source=source, **party)


@transaction.atomic
def add_delegate(delegation_id: int, person: Person, *, actor: Any, reason: str = "") -> Delegate:
    """Put a person on a delegation. Raises DelegationRefused."""
    delegation = _locked(delegation_id)
    assert_unchanged(delegation)
    last = delegation.delegates.aggregate(last=Max("number"))["last"] or 0
    delegate = Delegate(delegation=delegation, number=last + 1)
    _write(delegate, person, actor, reason)
    return delegate


@transaction.atomic
def change_delegate(delegate_id: int, person: Person, *, actor: Any, reason: str = "") -> Delegate:
    """Change what is said of a delegate; a new name or office is a new version beside the old. Raises DelegationRefused."""
    delegate = _locked_delegate(delegate_id)
    assert_unchanged(delegate)
    _write(delegate, person, actor, reason)
    return delegate


@transaction.atomic
def withdraw_delegate(delegate_id: int, *, actor: Any, reason: str) -> Delegate:
    """A delegate does not come; the number is not given again. Raises DelegationRefused."""
    delegate = _locked_delegate(delegate_id)
    if not reason.strip():
        raise DelegationRefused("no_reason")
    if delegate.is_withdrawn:
        raise DelegationRefused("not_listed")
    assert_unchanged(delegate)
    delegate.is_withdrawn = True
    with authored(actor, reason):
        delegate.save()
    return delegate


@transaction.atomic
def restore_delegate(delegate_id: int, *, actor: Any, reason: str = "") -> Delegate:
    """A delegate comes after all. Raises DelegationRefused."""
    delegate = _locked_delegate(delegate_id)
    if not delegate.is_withdrawn:
        raise DelegationRefused("listed_already")
    assert_unchanged(delegate)
    delegate.is_withdrawn = False
    _require_one_head(delegate)
    with authored(actor, reason):
        delegate.save()
    return delegate


@transaction.atomic
def receive_delegation(
    delegation_id: int, *, at: datetime, actor: Any, source: str = "", reason: str = ""
) -> Delegation:
    """Record that a delegation was communicated; the deadline for it counts as met from then. Raises DelegationRefused."""
    delegation = _locked(delegation_id)
    if delegation.received_at is not None:
        raise DelegationRefused("received_already")
    if at > timezone.now():
        raise DelegationRefused("future")
    if not delegation.delegates.filter(role=Delegate.Role.HEAD, is_withdrawn=False).exists():
        raise DelegationRefused("no_head")
    assert_unchanged(delegation)
    delegation.received_at, delegation.source = at, source or delegation.source
    with authored(actor, reason):
        delegation.save()
        for due in accreditation_dues(delegation.meeting_id, status=Due.Status.OPEN).filter(
            state=delegation.state_id
        ):
            settle_due(due.pk, status=Due.Status.RECEIVED, at=at, actor=actor, reason=reason)
    return delegation


@transaction.atomic
def take_back_receipt(delegation_id: int, *, actor: Any, reason: str) -> Delegation:
    """A delegation was recorded as communicated in error: its deadline is open again. Raises DelegationRefused."""
    delegation = _locked(delegation_id)
    if not reason.strip():
        raise DelegationRefused("no_reason")
    if delegation.received_at is None:
        raise DelegationRefused("not_received")
    assert_unchanged(delegation)
    dues = accreditation_dues(delegation.meeting_id, status=Due.Status.RECEIVED)
    with authored(actor, reason):
        for due in dues.filter(state=delegation.state_id, received_at=delegation.received_at):
            settle_due(due.pk, status=Due.Status.OPEN, at=None, actor=actor, reason=reason)
        delegation.received_at = None
        delegation.save()
    return delegation


def accreditation_dues(meeting_id: int, **where: Any) -> Any:
    """The dues of a meeting that are met when a delegation is communicated."""
    return Due.objects.filter(
        deadline__meeting_id=meeting_id, deadline__purpose=Purpose.ACCREDITATION, **where
    ).select_related("deadline", "state")


@dataclass(frozen=True, slots=True)
class PartyRow:
    """Where one party of a meeting stands. due: its open or met deadline for the delegation, where there is one."""

    state: State | None
    organisation: Organisation | None
    delegation: Delegation | None
    due: Due | None


def parties_of_meeting(meeting: Meeting) -> list[PartyRow]:
    """Every state of the mechanism, then the organisations that send a delegation; a constant number of queries."""
    there = list(Delegation.objects.with_people().filter(meeting=meeting))
    by_state = {row.state_id: row for row in there if row.state_id}
    dues: dict[str, Due] = {}
    for due in accreditation_dues(meeting.pk).exclude(status=Due.Status.WITHDRAWN).order_by("-due_at"):
        dues[due.state_id] = due
    states = {state.code: state for state in states_of(meeting)}
    # A state that has left the mechanism since keeps its place where it sent a delegation.
    states |= {code: row.state for code, row in by_state.items() if row.state}
    return [PartyRow(state, None, by_state.get(code), dues.get(code)) for code, state in states.items()] + [
        PartyRow(None, row.organisation, row, None) for row in there if row.organisation_id
    ]


def _meeting(meeting_id: int) -> Meeting:
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("track__mechanism")
    meeting = rows.get(pk=meeting_id)
    if meeting.status == Meeting.Status.CANCELLED:
        raise DelegationRefused("cancelled")
    return meeting


def _locked(delegation_id: int) -> Delegation:
    meeting = _meeting(Delegation.objects.values_list("meeting_id", flat=True).get(pk=delegation_id))
    rows = Delegation.objects.select_for_update(of=("self",)).select_related("state", "organisation__state")
    delegation = rows.get(pk=delegation_id)
    delegation.meeting = meeting
    return delegation


def _locked_delegate(delegate_id: int) -> Delegate:
    delegation = _locked(Delegate.objects.values_list("delegation_id", flat=True).get(pk=delegate_id))
    delegate = Delegate.objects.select_for_update().get(pk=delegate_id)
    delegate.delegation = delegation
    return delegate


def _require_one_head(delegate: Delegate) -> None:
    heads = delegate.delegation.delegates.filter(role=Delegate.Role.HEAD, is_withdrawn=False)
    if delegate.role == Delegate.Role.HEAD and heads.exclude(pk=delegate.pk).exists():
        raise DelegationRefused("head_already")


def _write(delegate: Delegate, person: Person, actor: Any, reason: str) -> None:
    last = delegate.particulars.filter(number=delegate.version).first() if delegate.pk else None
    said = (dict(person.names), dict(person.offices))
    is_new = last is None or (last.names, last.offices) != said
    if is_new and last is not None and last.erasure_id is not None:
        raise DelegationRefused("erased")
    if not any(said) and (last is None or last.erasure_id is None):
        raise DelegationRefused("nobody_named")
    delegate.role, delegate.rank = person.role, person.rank
    delegate.substitute_for = dict(person.substitute_for)
    if not delegate.is_withdrawn:
        _require_one_head(delegate)
    delegate.version += is_new
    with authored(actor, reason):
        delegate.save()
        if is_new:
            Particulars.objects.create(
                delegate=delegate,
                number=delegate.version,
                names=said[0],
                offices=said[1],
                recorded_by=actor,
            )
