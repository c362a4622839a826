"""Lists of participants: what one would hold now, issued for good, and what differs from the last."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.db import transaction
from django.utils import timezone

from rotation.concurrency import assert_unchanged

from ..authorship import authored
from ..deadlines.dues import states_of
from ..models import Delegation, ListedParticipant, Meeting, ParticipantList
from .delegations import DelegationRefused
from .participants import Differences, ListStage, Participant, differences, list_refusal, next_stages


@dataclass(frozen=True, slots=True)
class ListPlan:
    """What issuing a list would keep: unsaved lines, what differs from the last list, and the stages it may have."""

    last: ParticipantList | None
    lines: tuple[ListedParticipant, ...]
    heading: dict[str, Any]
    differences: Differences
    stages: tuple[ListStage, ...]
    is_new: bool

    @property
    def seen(self) -> str:
        """Says whether what was shown is still what would be issued."""
        return hashlib.sha256(repr(_participants(self.lines)).encode()).hexdigest()


def plan_list(meeting: Meeting) -> ListPlan:
    """What would be issued now; writes nothing. `meeting` comes with its track and mechanism."""
    there = list(Delegation.objects.with_people().filter(meeting=meeting))
    last = meeting.participant_lists.prefetch_related("lines").last()
    lines = tuple(_lines(there))
    before = _participants(last.lines.all()) if last else ()
    stages = next_stages(ListStage(last.stage) if last else None, has_begun=has_begun(meeting))
    found = differences(before, _participants(lines))
    return ListPlan(last, lines, _heading(meeting, there), found, stages, last is None or bool(found))


@transaction.atomic
def issue_list(meeting_id: int, stage: ListStage, *, actor: Any, note: str = "") -> ParticipantList:
    """Issue the list of participants as it stands, for good. Raises DelegationRefused; then nothing has changed."""
    meeting = (
        Meeting.objects.select_for_update(of=("self",)).select_related("track__mechanism").get(pk=meeting_id)
    )
    if meeting.status == Meeting.Status.CANCELLED:
        raise DelegationRefused("cancelled")
    plan = plan_list(meeting)
    assert_unchanged(plan.seen)
    before = _participants(plan.last.lines.all()) if plan.last else ()
    refusal = list_refusal(
        stage,
        ListStage(plan.last.stage) if plan.last else None,
        before,
        _participants(plan.lines),
        has_begun=has_begun(meeting),
    )
    if refusal is not None:
        raise DelegationRefused(refusal)
    with authored(actor, note):
        listing = ParticipantList.objects.create(
            meeting=meeting,
            number=plan.last.number + 1 if plan.last else 1,
            stage=stage.value,
            heading=plan.heading,
            note=note,
            recorded_by=actor,
        )
        for line in plan.lines:
            line.listing = listing
        ListedParticipant.objects.bulk_create(plan.lines)
    return listing


def has_begun(meeting: Meeting) -> bool:
    """A postponed meeting keeps its former day, and has not begun."""
    if meeting.status in (Meeting.Status.HELD, Meeting.Status.POSTPONED):
        return meeting.status == Meeting.Status.HELD
    return meeting.starts_at is not None and meeting.starts_at <= timezone.now()


def _lines(there: Sequence[Delegation]) -> list[ListedParticipant]:
    people = [(row, delegate) for row in there for delegate in row.listed]
    return [
        ListedParticipant(
            party=row.party,
            position=position,
            delegate=delegate,
            particulars=delegate.current,
            code=f"{row.party}-{delegate.number}",
            role=delegate.role,
            rank=delegate.rank,
            substitute_for=dict(delegate.substitute_for),
        )
        for position, (row, delegate) in enumerate(people, start=1)
    ]


def _participants(lines: Any) -> tuple[Participant, ...]:
    return tuple(
        Participant(
            line.delegate_id,
            line.party,
            line.role,
            line.rank,
            line.particulars_id or 0,
            tuple(sorted(line.substitute_for.items())),
        )
        for line in lines
    )


def _heading(meeting: Meeting, there: Sequence[Delegation]) -> dict[str, Any]:
    """All that a paper of the list says above its lines, in every language."""
    span = meeting.span
    states = {state.code: dict(state.names) for state in states_of(meeting)}
    sent: Mapping[str, dict[str, str]] = {row.party: row.party_names for row in there}
    return {
        "mechanism": dict(meeting.track.mechanism.names),
        "meeting": meeting.titles_by_language(),
        "when": {
            "precision": span.precision.value,
            "first_on": _iso(span.first_on),
            "last_on": _iso(span.last_on),
            "zone": span.zone,
            "starts": _iso(span.starts),
            "ends": _iso(span.ends),
        },
        "place": ", ".join(part for part in (meeting.venue, meeting.city) if part),
        "parties": states | dict(sent),
    }


def _iso(value: date | time | None) -> str | None:
    return value.isoformat() if value else None
