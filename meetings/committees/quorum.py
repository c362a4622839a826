"""Whether a sitting of a committee may decide: its rule as data, who was there, and the reason. Pure.

Source: secretariat conventions §4: a body of six normally expects all six; the rule is set for each body.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["all", "number", "percent"]
Unit = Literal["states", "seats"]
Reason = Literal["reached", "too_few", "required_missing", "no_members", "not_recorded"]


@dataclass(frozen=True, slots=True)
class QuorumRule:
    """`all` of them, at least a `number` of them, or at least a `percent` of them.

    unit: what is counted; a state is there when one of its seats is.
    required: states without which there is no quorum, whatever the count; "five, China among them" is
    number 5 with China required.
    """

    kind: Kind = "all"
    number: int = 0
    unit: Unit = "states"
    required: tuple[str, ...] = ()

    def needed(self, members: int) -> int:
        """How many must be there of so many members; a share is rounded up."""
        if self.kind == "all":
            return members
        return self.number if self.kind == "number" else -(-members * self.number // 100)


@dataclass(frozen=True, slots=True)
class Place:
    """One seat at a sitting. is_present: None where nobody recorded it."""

    seat: int
    state: str
    is_present: bool | None


@dataclass(frozen=True, slots=True)
class Quorum:
    """present, needed and members are counted in the rule's unit; missing are required states that were not there."""

    is_there: bool
    reason: Reason
    present: int
    needed: int
    members: int
    missing: tuple[str, ...] = ()


def quorum_of(rule: QuorumRule, places: Sequence[Place]) -> Quorum:
    """Whether these places make a quorum under `rule`; nothing recorded of anybody is no quorum, and says so."""

    def unit(place: Place) -> object:
        return place.state if rule.unit == "states" else place.seat

    members = len({unit(place) for place in places})
    present = len({unit(place) for place in places if place.is_present})
    there = {place.state for place in places if place.is_present}
    missing = tuple(code for code in rule.required if code not in there)
    needed = rule.needed(members)
    reason: Reason = "reached"
    if not members:
        reason = "no_members"
    elif all(place.is_present is None for place in places):
        reason = "not_recorded"
    elif missing:
        reason = "required_missing"
    elif present < needed:
        reason = "too_few"
    return Quorum(reason == "reached", reason, present, needed, members, missing)
