"""What becomes of a committee's recommendation: from its adoption to what the addressee did with it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum


class FollowUp(StrEnum):
    ADOPTED = "adopted"
    PASSED_ON = "passed on"
    CONSIDERED = "considered"
    ACCEPTED = "accepted"
    IN_PART = "accepted in part"
    DECLINED = "declined"
    CARRIED_OUT = "carried out"
    WITHDRAWN = "withdrawn"


ANSWERS = (FollowUp.ACCEPTED, FollowUp.IN_PART, FollowUp.DECLINED)
AFTER: dict[FollowUp | None, tuple[FollowUp, ...]] = {
    None: (FollowUp.ADOPTED,),
    FollowUp.ADOPTED: (FollowUp.PASSED_ON, FollowUp.WITHDRAWN),
    # It may be considered at several meetings before there is an answer.
    FollowUp.PASSED_ON: (FollowUp.CONSIDERED, *ANSWERS, FollowUp.WITHDRAWN),
    FollowUp.CONSIDERED: (FollowUp.CONSIDERED, *ANSWERS, FollowUp.WITHDRAWN),
    FollowUp.ACCEPTED: (FollowUp.CARRIED_OUT,),
    FollowUp.IN_PART: (FollowUp.CARRIED_OUT, FollowUp.ACCEPTED),
    # A ministry may come back to what it declined.
    FollowUp.DECLINED: (FollowUp.CONSIDERED, FollowUp.ACCEPTED, FollowUp.IN_PART),
    FollowUp.CARRIED_OUT: (),
    FollowUp.WITHDRAWN: (),
}


def next_steps(reached: FollowUp | None) -> tuple[FollowUp, ...]:
    return AFTER[reached]


def step_refusal(
    steps: Sequence[tuple[FollowUp, date | None]], step: FollowUp, on: date | None, today: date
) -> str | None:
    """Why `step` cannot follow these steps, as a code; None when it can. A day may be unknown."""
    if step not in next_steps(steps[-1][0] if steps else None):
        return "order"
    if on is not None and on > today:
        return "future"
    known = [day for _step, day in steps if day is not None]
    if on is not None and known and on < known[-1]:
        return "earlier"
    return None
