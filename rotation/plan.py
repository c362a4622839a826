"""What the decisions do to the grid of periods, to the members and to single turns. Pure."""

from __future__ import annotations

from bisect import insort
from itertools import chain

from .collation import sort_key
from .grid import Grid
from .order import Memberships, Place, members_in_order
from .periods import OPEN, read_period
from .vocabulary import BadDecision, Decision, Member, Reason, Rule


class Plan:
    """What the decisions say, carried out in the order in which they were made. Turns count from 0."""

    def __init__(self, rule: Rule, decisions: list[tuple[int, Decision]]) -> None:
        self.rule, self.step = rule, rule.step_months
        self.first = read_period(rule.first_period, self.step)
        self._side_named = {side.name: n for n, side in enumerate(rule.sides)}
        self.side_of: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self.sides = [
            [self._place(n, m) for m in members_in_order(side)] for n, side in enumerate(rule.sides)
        ]
        places_of: dict[str, list[Place]] = {}
        for place in chain.from_iterable(self.sides):
            places_of.setdefault(place.code, []).append(place)
        self._memberships = {code: Memberships(places) for code, places in places_of.items()}
        self._last_place = {place.code: place for places in self.sides for place in places}
        self.grid = Grid(self.first, self.step)
        self.actions: dict[int, list[tuple[int, Decision]]] = {}
        self.regular_of: dict[int, int] = {}  # a turn -> the turn whose regular holder has it by a swap
        self.announced: set[int] = set()
        for index, decision in decisions:
            getattr(self, f"_{decision.kind}")(index, decision)
        for memberships in self._memberships.values():
            memberships.settle()
        self.shown_in = {regular: turn for turn, regular in self.regular_of.items()}

    def is_member(self, code: str, month: int) -> bool:
        return code in self._memberships and self._memberships[code].hold(month)

    def _place(self, side: int, member: Member) -> Place:
        key = (sort_key(member.name, self.rule.sides[side].locale), member.code)
        first = read_period(member.from_period, self.step) if member.from_period else 0
        last = read_period(member.until_period, self.step) if member.until_period else OPEN
        place = Place(member.code, member.called or member.name, key, first, last)
        self.side_of[member.code], self.names[member.code] = side, place.name
        return place

    def _turn(self, index: int, period: str, key: str = "period") -> int:
        """The turn that falls in a period as the decisions so far leave it."""
        turn = self.grid.turn_in(read_period(period, self.step))
        if turn is None:
            raise BadDecision(index, key, "no_turn", period=period)
        return turn

    def _not_in_order(self, index: int, member: str, period: str) -> BadDecision:
        return BadDecision(index, "member", "not_in_order", member=member, period=period)

    def _note(self, turn: int, code: str, basis: str, **values: str) -> None:
        self.grid.note(turn, Reason(code, (*values.items(), ("basis", basis))))

    def _swap(self, index: int, decision: Decision) -> None:
        a, b = (self._turn(index, each, "periods") for each in (decision.period, decision.other_period))
        if a == b:
            raise BadDecision(index, "periods", "same_period")
        regular = self.regular_of
        regular[a], regular[b] = regular.get(b, b), regular.get(a, a)
        for turn in (a, b):
            self._note(turn, "swapped", decision.basis, first=decision.period, second=decision.other_period)

    def _act(self, index: int, decision: Decision) -> None:
        """Acts at the regular place of the member that holds the period by the swaps made so far."""
        turn = self._turn(index, decision.period)
        regular = self.regular_of.get(turn, turn)
        if decision.kind != "skip" and not self.is_member(decision.member, self.grid.month_of(turn)):
            raise self._not_in_order(index, decision.member, decision.period)
        if decision.kind == "assign" and self.side_of[decision.member] != regular % len(self.sides):
            raise BadDecision(index, "member", "not_its_turn", member=decision.member)
        self.actions.setdefault(regular, []).append((index, decision))

    _skip = _substitute = _assign = _act

    def _postpone(self, index: int, decision: Decision) -> None:
        turn, to = self._turn(index, decision.period), self._to(index, decision)
        if to <= self.grid.month_of(turn):
            raise BadDecision(index, "to", "not_later", to=decision.to, period=decision.period)
        if not decision.shift and to >= self.grid.month_of(turn + 1):
            raise BadDecision(index, "to", "past_next_turn", to=decision.to)
        self._hold(turn, to, "postponed", decision)

    def _advance(self, index: int, decision: Decision) -> None:
        turn, to = self._turn(index, decision.period), self._to(index, decision)
        if to >= self.grid.month_of(turn):
            raise BadDecision(index, "to", "not_before", to=decision.to, period=decision.period)
        if turn and to <= self.grid.month_of(turn - 1):
            raise BadDecision(index, "to", "past_previous_turn", to=decision.to)
        if to < self.first:
            raise BadDecision(index, "to", "before_first", to=decision.to)
        self._hold(turn, to, "advanced", decision)

    def _to(self, index: int, decision: Decision) -> int:
        month = read_period(decision.to, self.step)
        if self.grid.is_vacant(month):
            raise BadDecision(index, "to", "vacant", to=decision.to)
        return month

    def _hold(self, turn: int, to: int, code: str, decision: Decision) -> None:
        values = (("period", decision.period), ("to", decision.to), ("basis", decision.basis))
        self.grid.note(turn, Reason(code, values))
        if decision.shift:
            self.grid.shift(turn, to, Reason("shifted", values))
        else:
            self.grid.hold(turn, to)

    def _vacate(self, index: int, decision: Decision) -> None:
        turn = self._turn(index, decision.period)
        values = (("period", decision.period), ("basis", decision.basis))
        self.grid.note(turn, Reason("vacated", values))
        self.grid.vacate(turn, Reason("moved_on", values))

    def _announce(self, index: int, decision: Decision) -> None:
        turn = self._turn(index, decision.period)
        self.announced.add(turn)
        self._note(turn, "announced", decision.basis)

    def _accede(self, index: int, decision: Decision) -> None:
        code, month = decision.member, read_period(decision.from_period, self.step)
        side = self._side_named.get(decision.side)
        if side is None:
            raise BadDecision(index, "side", "no_side", side=decision.side)
        if self.side_of.get(code, side) != side:
            raise BadDecision(index, "member", "in_another_side", member=code)
        memberships = self._memberships.setdefault(code, Memberships(()))
        if memberships.reach(month):
            raise BadDecision(index, "member", "in_order", member=code, period=decision.from_period)
        if decision.after is not None and self.side_of.get(decision.after) != side:
            raise BadDecision(index, "after", "no_place", member=decision.after)
        places = self.sides[side]
        newcomer = Member(code, decision.name, decision.from_period, called=decision.called)
        place = self._place(side, newcomer)
        values = (("holder", place.name), ("period", decision.from_period), ("basis", decision.basis))
        place.joined = Reason("joined", values)
        memberships.add(place)
        if self.rule.sides[side].order == "alphabetical":
            insort(places, place, key=lambda each: each.key)
        else:
            at = len(places) if decision.after is None else places.index(self._last_place[decision.after]) + 1
            places.insert(at, place)
            last = self._last_place.setdefault(code, place)
            if last is not place and places.index(last) < at:
                self._last_place[code] = place

    def _withdraw(self, index: int, decision: Decision) -> None:
        month = read_period(decision.from_period, self.step)
        if not self.is_member(decision.member, month):
            raise self._not_in_order(index, decision.member, decision.from_period)
        why = (("period", decision.from_period), ("basis", decision.basis))
        self._memberships[decision.member].end(month, why)
