"""Proposing the meetings that prepare another, and making those that staff keep: one act, one transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rotation.models import State
from rotation.refused import Refused

from ..days.state_calendars import calendars_of
from ..hosts.of_tracks import proposed_host
from ..models import Meeting, PreparatoryStep
from ..saving import save_meeting
from .clashes import Clash
from .dates import Precision, Span
from .numbers import last_numbers
from .preparation import Existing, Link, days_from, missing, proposed_span
from .surroundings import STANDING, surroundings


class PreparationRefused(Refused):
    message = _("Nothing was made.")


class NotStanding(PreparationRefused):
    message = _(
        "Only a meeting that stands is prepared: this one is over, cancelled, or postponed without a date."
    )


class PlanChanged(PreparationRefused):
    message = _("The preparatory meetings have changed since this was shown. Look again and confirm.")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A meeting that is missing in the chain, and what speaks against its days.

    key: the steps on the way to it, "4.7"; below a stored meeting "m12.7". parents: what it prepares, the nearest
    first; the last is a stored meeting, as "m12".
    """

    key: str
    parents: tuple[str, ...]
    step: PreparatoryStep
    host: State | None
    span: Span
    ordinal: int | None = None
    clashes: tuple[Clash, ...] = ()

    @property
    def meeting(self) -> Meeting:
        """As it would be made; not stored."""
        meeting = Meeting(
            track=self.step.prepared_by,
            ordinal=self.ordinal,
            status=Meeting.Status.PROPOSED,
            format=self.step.format,
            host=self.host,
            country=self.host,
            source=self.step.basis,
        )
        meeting.take_span(self.span)
        return meeting


@dataclass(frozen=True, slots=True)
class Choice:
    """What staff made of a proposal. first_on: None keeps the date as it was proposed."""

    is_taken: bool = True
    first_on: date | None = None
    host: State | None = None


def plan_preparation(anchor: Meeting, choices: Mapping[str, Choice] | None = None) -> tuple[Proposal, ...]:
    """The preparatory meetings that `anchor` still misses, with those that these need in turn; writes nothing.

    choices: by key; what staff changed stands in the plan, and what speaks against it is looked up for that.
    Raises PreparationRefused.
    """
    if anchor.status not in STANDING:
        raise NotStanding
    chain = _Chain(anchor, choices or {})
    chain.follow(anchor, (f"m{anchor.pk}",), anchor.span, frozenset({anchor.track_id}))
    return _with_clashes(anchor, _numbered(chain.proposals, choices or {}))


@transaction.atomic
def prepare_meeting(
    anchor_id: int, choices: Mapping[str, Choice], *, seen: int, actor: Any, reason: str = ""
) -> list[Meeting]:
    """Make the proposed meetings that are taken, each prepared for the next; run again, it makes what is missing.

    A meeting between two that is left out is passed over. seen: the anchor's revision when the plan was shown.
    Raises PreparationRefused; then nothing has changed.
    """
    anchor = (
        Meeting.objects.select_for_update(of=("self",)).select_related("track__mechanism").get(pk=anchor_id)
    )
    proposals = plan_preparation(anchor, choices)
    taken = {key for key, choice in choices.items() if choice.is_taken}
    if anchor.revision != seen or taken - {proposal.key for proposal in proposals}:
        raise PlanChanged
    made: dict[str, Meeting] = {}
    for proposal in proposals:
        if proposal.key not in taken:
            continue
        meeting = proposal.meeting
        above = next(
            key for key in proposal.parents if key in made or (key.startswith("m") and "." not in key)
        )
        meeting.prepares = made[above] if above in made else Meeting.objects.get(pk=above[1:])
        save_meeting(meeting, actor=actor, reason=reason)
        made[proposal.key] = meeting
    return list(made.values())


class _Chain:
    """Walks down the chain of a meeting; a track on the way is not entered twice, whatever the steps say."""

    def __init__(self, anchor: Meeting, choices: Mapping[str, Choice]) -> None:
        self.choices = choices
        self.proposals: list[Proposal] = []
        self.steps: dict[int, list[PreparatoryStep]] = defaultdict(list)
        steps = PreparatoryStep.objects.filter(track__mechanism=anchor.track.mechanism_id)
        for step in steps.select_related("prepared_by__mechanism"):
            self.steps[step.track_id].append(step)
        self.states = {state.code: state for state in State.objects.all()}
        self.calendars = calendars_of(self.states.values()) if self.steps else {}

    def follow(self, above: Meeting, parents: tuple[str, ...], span: Span, path: frozenset[int]) -> None:
        steps = {step.pk: step for step in self.steps[above.track_id] if step.prepared_by_id not in path}
        if not steps:
            return
        stored = list(
            Meeting.objects.filter(prepares=above.pk)
            .exclude(status=Meeting.Status.CANCELLED)
            .select_related("track")
            if above.pk
            else ()
        )
        links = [_link(step) for step in steps.values()]
        existing = [Existing(row.track_id, row.first_on) for row in stored]
        for link in missing(links, existing, span):
            self._propose(steps[link.id], above, parents, span, path)
        for row in stored:
            if row.status in STANDING and row.track_id not in path:
                self.follow(row, (f"m{row.pk}",), row.span, path | {row.track_id})

    def _propose(
        self,
        step: PreparatoryStep,
        above: Meeting,
        parents: tuple[str, ...],
        span: Span,
        path: frozenset[int],
    ) -> None:
        key = f"{parents[0]}.{step.pk}"
        choice = self.choices.get(key, Choice())
        host = choice.host or self._host(step, above, span)
        zone = host.zone if host else span.zone
        calendar = self.calendars.get(host.code) if host else None
        on = proposed_span(_link(step), span, zone, calendar)
        if choice.first_on is not None:
            on = days_from(choice.first_on, step.duration_days, zone)
        proposal = Proposal(key, parents, step, host, on)
        self.proposals.append(proposal)
        self.follow(proposal.meeting, (key, *parents), on, path | {step.prepared_by_id})

    def _host(self, step: PreparatoryStep, above: Meeting, span: Span) -> State | None:
        """Whom the track's own rule names, else the host of the meeting that is prepared."""
        code = proposed_host(step.prepared_by, span.first_on).host if span.first_on else None
        return self.states.get(code or above.host_id or "")


def _link(step: PreparatoryStep) -> Link:
    return Link(step.pk, step.prepared_by_id, step.lead_days, step.duration_days)


def _numbered(proposals: list[Proposal], choices: Mapping[str, Choice]) -> list[Proposal]:
    """Those that are taken continue the count of their track, in the order of their days."""
    last = last_numbers({p.step.prepared_by_id for p in proposals})
    numbers: dict[str, int] = {}
    for proposal in sorted(proposals, key=lambda p: p.span.first_on or date.max):
        track = proposal.step.prepared_by_id
        if track in last and choices.get(proposal.key, Choice()).is_taken:
            last[track] += 1
            numbers[proposal.key] = last[track]
    return [replace(proposal, ordinal=numbers.get(proposal.key)) for proposal in proposals]


def _with_clashes(anchor: Meeting, proposals: list[Proposal]) -> tuple[Proposal, ...]:
    """What speaks against each, the others among them; read once for all."""
    days = [
        day
        for p in proposals
        if p.span.precision is Precision.DAY
        for day in (p.span.first_on, p.span.last_on)
    ]
    dated = [day for day in days if day is not None]
    if not dated:
        return tuple(proposals)
    tracks = {proposal.step.prepared_by_id for proposal in proposals}
    around = surroundings(anchor, min(dated), max(dated), tracks)
    found = {p.key: around.gathering(p.meeting, p.span, key=p.key) for p in proposals}
    whole = [it for it in found.values() if it is not None]
    return tuple(
        replace(p, clashes=around.clashes(it, whole)) if (it := found[p.key]) else p for p in proposals
    )
