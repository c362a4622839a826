"""Who holds which turn, and why: sides in turn, and inside a side the next member in its order. Pure.

Source of the shape: Xi'an Declaration, art. 2 (two sides take turns, one of them in alphabetical order). The
next is always the next member after the place of the side's last regular holder, in the order valid in the
period that the turn is held in, wrapping round; so a newcomer or a leaver needs no special rule.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from .collation import sort_key
from .periods import LAST_MONTH, read_period, write_period


@dataclass(frozen=True, slots=True)
class Member:
    """A member in the periods in which it belongs to its side, both inclusive; None means open."""

    code: str
    name: str
    from_period: str | None = None
    until_period: str | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """`locale`: the language whose alphabet orders the names of an `alphabetical` side."""

    name: str
    members: tuple[Member, ...]
    order: Literal["listed", "alphabetical"] = "listed"
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rotation. `first_holder`: the code of a member of the first side; `basis`: the article, for reasons."""

    name: str
    first_period: str
    step_months: int
    sides: tuple[Side, ...]
    first_holder: str | None = None
    held_until: str | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of a chain of reasons: a code and its values; rotation/reasons.py words it."""

    code: str
    values: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    ordinal: int
    period: str
    holder: str
    side: str
    status: Literal["held", "announced", "projected"]
    why: tuple[Reason, ...]


class NobodyLeft(Exception):
    """A side has no member in a period in which it is its turn."""

    def __init__(self, side: str, period: str) -> None:
        super().__init__(f"side “{side}” has nobody for {period}")
        self.side, self.period = side, period


def members_in_order(side: Side) -> tuple[Member, ...]:
    """The members of a side in its order, former and future ones included; names alike go by code."""
    if side.order == "listed":
        return side.members
    return tuple(sorted(side.members, key=lambda member: (sort_key(member.name, side.locale), member.code)))


def turns(rule: Rule) -> Iterator[Turn]:
    """The turns from the first period on, without end but that of the calendar (year 9999).

    Raises NobodyLeft, when it comes to that turn.
    """
    step = rule.step_months
    held_until = read_period(rule.held_until, step) if rule.held_until else -1
    orders = [_Order(side, step) for side in rule.sides]
    if rule.first_holder is not None:
        orders[0].begin_with(rule.first_holder)
    month, ordinal = read_period(rule.first_period, step), 1
    while month <= LAST_MONTH:
        order = orders[(ordinal - 1) % len(orders)]
        previous_side = orders[(ordinal - 2) % len(orders)].side.name if ordinal > 1 else None
        member, why = order.next(month, rule)
        if previous_side is not None and len(orders) > 1:
            values = (("previous", previous_side), ("side", order.side.name), ("basis", rule.basis))
            why = (Reason("sides_alternate", values), *why)
        yield Turn(
            ordinal=ordinal,
            period=write_period(month, step),
            holder=member.code,
            side=order.side.name,
            status="held" if month <= held_until else "projected",
            why=why,
        )
        month, ordinal = month + step, ordinal + 1


class _Order:
    """A side's order and the place of its last regular holder, as the turns go by."""

    def __init__(self, side: Side, step: int) -> None:
        self.side = side
        self._members = members_in_order(side)
        self._spans = [
            (
                read_period(member.from_period, step) if member.from_period else 0,
                read_period(member.until_period, step) if member.until_period else LAST_MONTH,
            )
            for member in self._members
        ]
        self._last: int | None = None
        self._begin: int | None = None
        self._turns = 0

    def begin_with(self, code: str) -> None:
        self._begin = next(place for place, member in enumerate(self._members) if member.code == code)

    def next(self, month: int, rule: Rule) -> tuple[Member, tuple[Reason, ...]]:
        start = self._begin if self._last is None else self._last + 1
        size = len(self._members)
        for away in range(size):
            place = ((start or 0) + away) % size
            first, last = self._spans[place]
            if first <= month <= last:
                break
        else:
            raise NobodyLeft(self.side.name, write_period(month, rule.step_months))
        self._turns += 1
        reason = self._reason(place, month, rule)
        self._last = place
        return self._members[place], (reason,)

    def _reason(self, place: int, month: int, rule: Rule) -> Reason:
        values: tuple[tuple[str, str | int], ...] = (
            ("side", self.side.name),
            ("turn", self._turns),
            ("holder", self._members[place].name),
            ("basis", rule.basis),
        )
        if sum(first <= month <= last for first, last in self._spans) == 1:
            return Reason("only_member", values)
        if self._last is None:
            return Reason("named_first" if self._begin is not None else "first_in_order", values)
        values = (*values, ("previous", self._members[self._last].name))
        wraps = "again_" if place <= self._last else "next_"
        return Reason(wraps + self.side.order, values)
