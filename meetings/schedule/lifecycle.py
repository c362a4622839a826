"""Which status of a meeting may follow which, by which act, and what that needs. Pure.

The database keeps the same table by a trigger; the forms offer what `offered` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal


class Status(StrEnum):
    IDEA = "idea"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"


class Act(StrEnum):
    """How a status changes: on the meeting's own form, or by an act that shows its effect first."""

    FORM = "form"
    MOVE = "move"
    POSTPONE = "postpone"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Way:
    act: Act
    needs_reason: bool = False
    needs_begun: bool = False  # its first day is known and has come


PLAIN = Way(Act.FORM)
BACK = Way(Act.FORM, needs_reason=True)
HELD = Way(Act.FORM, needs_begun=True)
POSTPONE = Way(Act.POSTPONE, needs_reason=True)
CANCEL = Way(Act.CANCEL, needs_reason=True)

WAYS: Mapping[Status, Mapping[Status, Way]] = {
    Status.IDEA: {Status.PROPOSED: PLAIN, Status.CONFIRMED: PLAIN, Status.CANCELLED: CANCEL},
    Status.PROPOSED: {
        Status.CONFIRMED: PLAIN,
        Status.HELD: HELD,
        Status.POSTPONED: POSTPONE,
        Status.CANCELLED: CANCEL,
    },
    Status.CONFIRMED: {
        Status.PROPOSED: BACK,
        Status.HELD: HELD,
        Status.POSTPONED: POSTPONE,
        Status.CANCELLED: CANCEL,
    },
    # A day that was kept for the reader is no new date: it stands again only by the act that gives it one.
    Status.POSTPONED: {Status.PROPOSED: Way(Act.MOVE, needs_reason=True), Status.CANCELLED: CANCEL},
    # Marked by mistake: nothing else takes a held meeting back.
    Status.HELD: {Status.CONFIRMED: BACK},
    Status.CANCELLED: {},
}
TRANSITIONS = tuple((before.value, after.value) for before, ways in WAYS.items() for after in ways)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a change of status is judged by. `turn`: of a summit's meeting, the status of its turn, else empty."""

    status: Status
    first_on: date | None
    turn: Literal["", "announced", "held"] = ""


def refusal(standing: Standing, to: Status, *, act: Act | None, today: date, has_reason: bool) -> str | None:
    """Why `to` may not follow by `act`, as a code; None when it may, or when nothing changes.

    act: None where the record tells what was done, by whichever act.
    """
    if standing.status is to:
        return None
    way = WAYS[standing.status].get(to)
    if way is None:
        return "does_not_follow"
    if act is not None and way.act is not act:
        return f"by_{way.act.value}"
    if (to is Status.HELD and standing.turn == "announced") or (
        standing.status is Status.HELD and standing.turn
    ):
        return "with_its_turn"
    if act is not None and way.needs_begun and not has_begun(standing.first_on, today):
        return "not_begun"
    if way.needs_reason and not has_reason:
        return "no_reason"
    return None


def has_begun(first_on: date | None, today: date) -> bool:
    """Whether the first day that is known has come; of a month or a year that is its first."""
    return first_on is not None and first_on <= today


def offered(standing: Standing, today: date) -> tuple[Status, ...]:
    """The statuses that the meeting's own form offers: the one it has, and those that may follow it there."""
    return tuple(
        status
        for status in Status
        if refusal(standing, status, act=Act.FORM, today=today, has_reason=True) is None
    )


def offered_to_new() -> tuple[Status, ...]:
    """The statuses in which a meeting may be entered; what was held needs a day that has come."""
    return (Status.IDEA, Status.PROPOSED, Status.CONFIRMED, Status.HELD)


def may(status: Status, act: Act) -> bool:
    """Whether `act` can be done at all to a meeting in this status."""
    if act is Act.MOVE:
        return status not in (Status.HELD, Status.CANCELLED)
    return any(way.act is act for way in WAYS[status].values())
