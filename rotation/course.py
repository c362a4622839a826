"""The course of the turns: from a plan to one holder a turn, with the reasons. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Literal

from .order import Order
from .periods import LAST_MONTH, read_period, write_period
from .plan import Plan
from .vocabulary import BadDecision, Decision, NobodyLeft, Reason, Turn


@dataclass(slots=True)
class Held:
    """A regular turn: whose it is (`place`), who holds it in that member's stead, and the reasons so far."""

    turn: int
    place: int
    why: list[Reason]
    stead: Decision | None = None
    gave_up: set[str] = field(default_factory=set)
    holder: str = ""


class Course:
    """The turns that a plan leads to, found one after the other as they are asked for."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.rule = plan, plan.rule
        basis = self.rule.basis
        self.orders = [Order(*each, basis) for each in zip(self.rule.sides, plan.sides, strict=True)]
        self._found: list[Held] = []
        if self.rule.first_holder is not None:
            own = [n for n, each in enumerate(plan.sides[0]) if each.code == self.rule.first_holder]
            here = (n for n in own if plan.sides[0][n].first <= plan.first <= plan.sides[0][n].last)
            self.orders[0].begin = next(here, own[0])

    def regular(self, turn: int) -> Held:
        """A turn as the order brings it, before swaps."""
        while len(self._found) <= turn:
            self._found.append(self._next(len(self._found)))
        return self._found[turn]

    def turns(self) -> Iterator[Turn]:
        step = self.rule.step_months
        held_until = read_period(self.rule.held_until, step) if self.rule.held_until else -1
        turn = 0
        while (month := self.plan.grid.month_of(turn)) <= LAST_MONTH:
            regular = self.plan.regular_of.get(turn, turn)
            held = self.regular(regular)
            why = [*self._alternation(regular), *held.why]
            holder = held.holder
            if regular != turn and not self.plan.is_member(holder, month):
                holder = self._successor(regular, held.place, month, why)
            status: Literal["held", "announced", "projected"] = "projected"
            if month <= held_until:
                status = "held"
            elif turn in self.plan.announced:
                status = "announced"
            side = self.rule.sides[self.plan.side_of[holder]].name
            why += self.plan.grid.notes(turn)
            yield Turn(turn + 1, write_period(month, step), holder, side, status, tuple(why))
            turn += 1

    def _alternation(self, turn: int) -> tuple[Reason, ...]:
        sides = self.rule.sides
        if turn == 0 or len(sides) == 1:
            return ()
        previous, side = sides[(turn - 1) % len(sides)].name, sides[turn % len(sides)].name
        values = (("previous", previous), ("side", side), ("basis", self.rule.basis))
        return (Reason("sides_alternate", values),)

    def _successor(self, regular: int, left: int, month: int, why: list[Reason]) -> str:
        """Who takes a swapped turn whose holder is not a member then: the next after its place."""
        order = self.orders[regular % len(self.orders)]
        places = order.places
        for place in chain(islice(places, left + 1, None), islice(places, left)):
            if place.first <= month <= place.last:
                values = (("member", order.places[left].name), ("holder", place.name))
                why.append(Reason("left", (*values, ("basis", ""))))
                return place.code
        raise self._nobody(regular, month)

    def _nobody(self, turn: int, month: int) -> NobodyLeft:
        side = turn % len(self.orders)
        return NobodyLeft(side, self.rule.sides[side].name, write_period(month, self.rule.step_months))

    def _next(self, turn: int) -> Held:
        order = self.orders[turn % len(self.orders)]
        month = self.plan.grid.month_of(turn)
        order.advance(month)
        last = order.last
        due = order.due()
        if due is None:
            raise self._nobody(turn, month)
        held = Held(turn, due[0], [*order.told_leavers(last, due[0]), due[1]])
        joined, order.places[due[0]].joined = order.places[due[0]].joined, None
        held.why += [joined] if joined else []
        # A member named for the period holds it there, wherever a swap lets the turn show.
        shown = self.plan.grid.month_of(self.plan.shown_in.get(turn, turn))
        for index, decision in self.plan.actions.get(turn, ()):
            if decision.kind == "skip":
                self._give_up(order, held, index, decision)
            elif decision.kind == "assign":
                self._assign(order, held, decision, shown)
            else:
                self._substitute(order, held, decision)
        if held.stead is not None and not self.plan.is_member(held.stead.member, shown):
            self._leave(order, held, held.stead)
        if held.stead is not None and held.stead.turn_kept:
            order.kept = (held.place, held.stead)
        else:
            order.kept, order.last = None, held.place
        held.holder = held.stead.member if held.stead else order.places[held.place].code
        return held

    def _substitute(self, order: Order, held: Held, decision: Decision) -> None:
        held.stead = decision if decision.member != order.places[held.place].code else None
        if held.stead is not None:
            code = "substituted_kept" if decision.turn_kept else "substituted_spent"
            held.why.append(self._named(code, order, held, decision))

    def _assign(self, order: Order, held: Held, decision: Decision, shown: int) -> None:
        held.stead = order.kept = None
        order.last = held.place = order.place_of(decision.member, held.place, shown)
        held.gave_up.discard(decision.member)
        held.why.append(self._named("assigned", order, held, decision))
        if not self.plan.is_member(decision.member, shown):
            self._leave(order, held, decision)

    def _give_up(self, order: Order, held: Held, index: int, decision: Decision) -> None:
        giving = self.plan.names[held.stead.member if held.stead else order.places[held.place].code]
        if not self._end_stead(order, held):
            raise BadDecision(index, "period", "leaves_nobody", period=decision.period)
        held.why.append(self._named("skipped", order, held, decision, giving))

    def _leave(self, order: Order, held: Held, decision: Decision) -> None:
        """The member that a decision named for the turn has left the order since; the next takes it."""
        if not self._end_stead(order, held):
            raise self._nobody(held.turn, self.plan.grid.month_of(held.turn))
        held.why.append(self._named("left", order, held, decision))

    def _end_stead(self, order: Order, held: Held) -> bool:
        """The holder goes: the member whose turn was kept takes the period after all, else the next in order."""
        kept = held.stead is not None and held.stead.turn_kept
        held.stead = None
        return kept or self._pass_on(order, held)

    def _pass_on(self, order: Order, held: Held) -> bool:
        """Passes the turn one member further; False if there is none."""
        held.gave_up.add(order.places[held.place].code)
        order.kept, order.last = None, held.place
        found = order.after(held.place, held.gave_up)
        held.place = held.place if found is None else found
        return found is not None

    def _named(self, code: str, order: Order, held: Held, decision: Decision, member: str = "") -> Reason:
        """A reason that names the decision's member (or `member`), the member due and the decision's basis."""
        values = (
            ("member", member or self.plan.names[decision.member]),
            ("holder", order.places[held.place].name),
            ("period", decision.period),
            ("basis", decision.basis),
        )
        return Reason(code, values)
