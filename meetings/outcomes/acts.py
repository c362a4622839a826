"""Outcomes: the stages they reach, by whom, and a stage taken back that was recorded in error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.models import State
from rotation.refused import Refused

from ..authorship import authored
from ..models import Document, Outcome, OutcomePosition, OutcomeStep
from .stages import AGREED, RANK, Stage, Step, StepRefused, check_step, stage_of

SENTENCES = {
    "last_stage": _("This outcome has reached its last stage."),
    "order": _("This stage cannot follow the one that was reached."),
    "future": _("This day has not come yet."),
    "earlier": _("This day lies before that of the stage reached before."),
    "not_agreed": _("It enters into force for those only that signed or adopted it."),
    "source": _("Name the paper or the note in which it stands."),
    "nobody": _("Name the states that took this step."),
    "unknown_state": _("This state is not of the mechanism."),
    "not_last": _("Only the last stage that stands can be taken back."),
    "gone_on": _("A later stage rests on the one that would be taken back."),
}


class OutcomeRefused(Refused):
    """Nothing was recorded."""

    sentences = SENTENCES
    fields = {"order": "stage", "future": "on", "earlier": "on", "source": "basis"}


@dataclass(frozen=True, slots=True)
class StepPlan:
    """What recording a step does: the stage before and after, who takes the step, and who of those asked does not."""

    before: Stage | None
    after: Stage
    bound: tuple[str, ...]
    apart: tuple[str, ...]


def states_of(outcome: Outcome) -> list[State]:
    """The states that could take a step: those of the outcome's mechanism."""
    mechanism = outcome.meeting.track.mechanism_id
    states = State.objects.filter(memberships__side__mechanism=mechanism, memberships__until_period="")
    return list(states.distinct())


def plan_step(outcome: Outcome, step: Step, asked: Sequence[str]) -> StepPlan:
    """What recording `step` would do; writes nothing. Raises OutcomeRefused.

    asked: the states whose position is known, bound or not.
    """
    try:
        check_step(outcome.step_values, step, timezone.localdate())
    except StepRefused as error:
        raise OutcomeRefused(error.code) from error
    apart = tuple(code for code in asked if code not in step.states)
    return StepPlan(stage_of(outcome.step_values), step.stage, step.states, apart)


@transaction.atomic
def record_step(
    outcome_id: int,
    *,
    stage: Stage,
    on: date | None,
    basis: str,
    actor: Any,
    states: Sequence[str] = (),
    apart: Sequence[str] = (),
    represented_by: Mapping[str, str] | None = None,
) -> OutcomeStep:
    """Record that an outcome reached a stage.

    states: those that took the step; empty where the record does not say. apart: those that took part and did not.
    represented_by: who spoke for a state that was not represented by its own head. Raises OutcomeRefused.
    """
    outcome = _locked(outcome_id)
    if not basis.strip():
        raise OutcomeRefused("source")
    if {*states, *apart} - {state.code for state in states_of(outcome)}:
        raise OutcomeRefused("unknown_state")
    plan = plan_step(outcome, Step(stage, on, tuple(states)), (*states, *apart))
    assert_unchanged(outcome, plan)
    return _write(outcome, Step(stage, on, tuple(states)), apart, basis, actor, represented_by or {})


def _write(
    outcome: Outcome, taken: Step, apart: Sequence[str], basis: str, actor: Any, spoke: Mapping[str, str]
) -> OutcomeStep:
    step = OutcomeStep.objects.create(
        outcome=outcome, stage=taken.stage.value, on=taken.on, basis=basis.strip(), recorded_by=actor
    )
    OutcomePosition.objects.bulk_create(
        OutcomePosition(step=step, state_id=code, is_bound=is_bound, represented_by=spoke.get(code, ""))
        for codes, is_bound in ((taken.states, True), (apart, False))
        for code in codes
    )
    _set_stage(outcome, taken.stage, actor, basis)
    return step


@transaction.atomic
def revoke_step(step_id: int, *, actor: Any, reason: str) -> OutcomeStep:
    """Take back the last stage that stands, recorded in error; both records stay. Raises OutcomeRefused."""
    found = OutcomeStep.objects.values_list("outcome_id", flat=True).get(pk=step_id)
    outcome = _locked(found)
    if not reason.strip():
        raise OutcomeRefused("source")
    standing = outcome.standing_steps
    if not standing or standing[-1].pk != step_id:
        raise OutcomeRefused("not_last")
    assert_unchanged(outcome, standing[-1])
    row = OutcomeStep.objects.create(
        outcome=outcome, revokes_id=step_id, basis=reason.strip(), recorded_by=actor
    )
    _set_stage(outcome, stage_of(step.step for step in standing[:-1]), actor, reason)
    return row


def adopt_outcomes_of(document: Document, *, bound: Sequence[str], asked: Sequence[str], on: date) -> None:
    """Take along the outcomes whose text was adopted by silence; one signed or adopted before stays as it is."""
    for pk in Outcome.objects.filter(document=document).order_by("pk").values_list("pk", flat=True):
        outcome = _locked(pk)
        reached = stage_of(outcome.step_values)
        if reached is None or RANK[reached] < RANK[Stage.ADOPTED]:
            apart = [code for code in asked if code not in bound]
            _write(outcome, Step(Stage.ADOPTED, on, tuple(bound)), apart, document.symbol_id, None, {})


def take_back_outcomes_of(
    document: Document, *, bound: Sequence[str], apart: Sequence[str], actor: Any, reason: str
) -> None:
    """Take back the stages that outcomes reached when the text was adopted by silence; all records stay.

    bound: the states that adopted it after all; where there are any, the stage is recorded anew with them.
    Raises OutcomeRefused where a later stage rests on one of these; a person has to take that back first.
    """
    for pk in Outcome.objects.filter(document=document).order_by("pk").values_list("pk", flat=True):
        outcome = _locked(pk)
        standing = outcome.standing_steps
        # What `adopt_outcomes_of` wrote: by nobody, with the paper's symbol as its source.
        adopted = [
            row
            for row in standing
            if row.stage == Stage.ADOPTED and row.recorded_by_id is None and row.basis == document.symbol_id
        ]
        if not adopted:
            continue
        if adopted[-1] != standing[-1]:
            raise OutcomeRefused("gone_on")
        revoke_step(adopted[-1].pk, actor=actor, reason=reason)
        if bound:
            step = Step(Stage.ADOPTED, adopted[-1].on, tuple(bound))
            _write(_locked(pk), step, apart, document.symbol_id, None, {})


def _set_stage(outcome: Outcome, stage: Stage | None, actor: Any, reason: str) -> None:
    outcome.stage = stage.value if stage else ""
    with authored(actor, reason):
        outcome.save(update_fields=["stage"])


def _locked(outcome_id: int) -> Outcome:
    rows = Outcome.objects.select_for_update(of=("self",)).select_related("meeting__track")
    return rows.get(pk=outcome_id)


def needs_states(stage: Stage) -> bool:
    """Whether a step says nothing without the states that took it."""
    return stage in AGREED or stage is Stage.IN_FORCE
