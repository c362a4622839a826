"""The stages through which an outcome goes, from a draft to what is in force. Pure.

Source: secretariat conventions §7: draft, agreed ad referendum, approved, signed or adopted, in force.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Stage(StrEnum):
    DRAFT = "draft"
    AD_REFERENDUM = "ad referendum"
    APPROVED = "approved"
    SIGNED = "signed"
    ADOPTED = "adopted"
    IN_FORCE = "in force"


# Signing and adopting are two ways of the same step; an outcome takes one of them.
RANK = {
    Stage.DRAFT: 0,
    Stage.AD_REFERENDUM: 1,
    Stage.APPROVED: 2,
    Stage.SIGNED: 3,
    Stage.ADOPTED: 3,
    Stage.IN_FORCE: 4,
}
AGREED = (Stage.SIGNED, Stage.ADOPTED)


@dataclass(frozen=True, slots=True)
class Step:
    """One recorded stage. states: those that took it, empty where the record does not say.

    revoked: a later record took this one back.
    """

    stage: Stage
    on: date | None
    states: tuple[str, ...] = ()
    revoked: bool = False


@dataclass(eq=False)
class StepRefused(ValueError):
    """`code` says why a stage cannot be recorded now."""

    code: str


def stage_of(steps: Iterable[Step]) -> Stage | None:
    """The stage reached: that of the last step which stands; None while nothing is recorded."""
    standing = [step.stage for step in steps if not step.revoked]
    return standing[-1] if standing else None


def next_stages(reached: Stage | None) -> tuple[Stage, ...]:
    """The stages that can follow; some may be passed over, since a communiqué is adopted without being initialled.

    Nothing enters into force that was neither signed nor adopted.
    """
    rank = -1 if reached is None else RANK[reached]
    later = tuple(stage for stage in Stage if RANK[stage] > rank)
    return later if reached in AGREED else tuple(stage for stage in later if stage is not Stage.IN_FORCE)


def check_step(steps: Sequence[Step], step: Step, today: date) -> None:
    """Raises StepRefused unless `step` can follow `steps`."""
    standing = [row for row in steps if not row.revoked]
    if step.stage not in next_stages(stage_of(steps)):
        raise StepRefused("order")
    if step.on is not None and step.on > today:
        raise StepRefused("future")
    before = [row.on for row in standing if row.on is not None]
    if step.on is not None and before and step.on < before[-1]:
        raise StepRefused("earlier")
    if step.stage is Stage.IN_FORCE and set(step.states) - set(agreed_by(steps) or step.states):
        raise StepRefused("not_agreed")


def agreed_by(steps: Iterable[Step]) -> tuple[str, ...]:
    """The states that signed or adopted; empty while nobody did, or where it is not recorded who."""
    agreed = [step for step in steps if step.stage in AGREED and not step.revoked]
    return agreed[-1].states if agreed else ()
