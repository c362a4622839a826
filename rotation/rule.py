"""Who holds which turn, and why: sides in turn, and inside a side the next member in its order. Pure.

Source of the shape: Xi'an Declaration, art. 2 (two sides take turns, one of them in alphabetical order). The
next is always the next member after the place of the side's last regular holder, in the order valid in the
period that the turn is held in, wrapping round; so a newcomer or a leaver needs no special rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from .collation import sort_key
from .periods import LAST_MONTH, read_period, write_period

OPEN = 10**9  # the last month of a membership without end: later than any period


@dataclass(frozen=True, slots=True)
class Member:
    """A member in the periods in which it belongs to its side, both inclusive; None means open.

    `name` orders it; `called` is what its reasons call it in the reader's language, its name if empty.
    """

    code: str
    name: str
    from_period: str | None = None
    until_period: str | None = None
    called: str = ""


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
class Decision:
    """What the parties decided on a day; `kind` says which of the fields below `basis` it uses.

    `period` is the first and `other_period` the second of a swap; `from_period` is where a membership begins
    or ends, `name`, `called` and `side` those of a newcomer, `after` the code whose last place it follows in a
    listed side; `revokes` is the index of an earlier decision.
    """

    kind: Literal[
        "swap",
        "substitute",
        "skip",
        "assign",
        "postpone",
        "vacate",
        "accede",
        "withdraw",
        "announce",
        "revoke",
    ]
    decided_on: date
    basis: str = ""
    period: str = ""
    other_period: str = ""
    to: str = ""
    member: str = ""
    name: str = ""
    called: str = ""
    side: str = ""
    after: str | None = None
    from_period: str = ""
    turn_kept: bool = False
    shift: bool = False
    revokes: int = -1


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


class BadDecision(Exception):
    """A decision cannot be carried out; `index` is its place in the list, `key` what is wrong in it."""

    def __init__(self, index: int, key: str, problem: str) -> None:
        super().__init__(f"decisions[{index}].{key}: {problem}")
        self.index, self.key, self.problem = index, key, problem


def members_in_order(side: Side) -> tuple[Member, ...]:
    """The members of a side in its order, former and future ones included; names alike go by code."""
    if side.order == "listed":
        return side.members
    return tuple(sorted(side.members, key=lambda member: (sort_key(member.name, side.locale), member.code)))


def turns(rule: Rule, decisions: Sequence[Decision] = (), *, known_on: date | None = None) -> Iterator[Turn]:
    """The turns from the first period on, without end but that of the calendar (year 9999).

    known_on: only decisions made up to and on that day count; None means all.
    Raises BadDecision at once. Raises NobodyLeft when it comes to that turn, or at once for a turn up to the
    last one that a decision speaks of.
    """
    plan = _Plan(rule, [entry for entry in standing(decisions, known_on) if entry[1].kind != "revoke"])
    projection = _Projection(plan)
    if plan.actions:
        projection.regular(max(plan.actions))
    return projection.turns()


def standing(decisions: Sequence[Decision], known_on: date | None = None) -> list[tuple[int, Decision]]:
    """The known decisions that no standing revocation undoes, with their index, in the order they were made.

    Revocations that stand are among them. Raises BadDecision for one that does not name an earlier decision.
    """
    known = [(i, each) for i, each in enumerate(decisions) if known_on is None or each.decided_on <= known_on]
    known.sort(key=lambda entry: (entry[1].decided_on, entry[0]))
    revoked: set[int] = set()
    # A revocation undoes earlier decisions only: backwards, each is judged after all that can undo it.
    for index, decision in reversed(known):
        if decision.kind == "revoke" and index not in revoked:
            target = decision.revokes
            if not 0 <= target < len(decisions) or (decisions[target].decided_on, target) >= (
                decision.decided_on,
                index,
            ):
                raise BadDecision(index, "decision", "an earlier decision is expected")
            revoked.add(target)
    return [(index, each) for index, each in known if index not in revoked]


@dataclass(slots=True, eq=False)
class _Place:
    """A place in a side's order: a member in one membership, first and last month inclusive."""

    code: str
    name: str
    key: tuple[bytes, str]
    first: int
    last: int
    joined: Reason | None = None  # told with its first turn
    left: Reason | None = None  # told when the order first passes over it


class _Plan:
    """What the decisions say, carried out in the order in which they were made. Turns count from 0."""

    def __init__(self, rule: Rule, decisions: list[tuple[int, Decision]]) -> None:
        self.rule, self.step = rule, rule.step_months
        self.first = read_period(rule.first_period, self.step)
        self._side_named = {side.name: n for n, side in enumerate(rule.sides)}
        self.places_of: dict[str, list[_Place]] = {}
        self.side_of: dict[str, int] = {}
        self.names: dict[str, str] = {}
        self._membership: dict[str, dict[int, bool]] = {}  # found before, by code and month
        self.sides = [
            [self._place(n, m) for m in members_in_order(side)] for n, side in enumerate(rule.sides)
        ]
        self._last_place = {place.code: place for places in self.sides for place in places}
        named = [p for _, each in decisions for p in (each.period, each.other_period, each.to) if p]
        last = max((read_period(period, self.step) for period in named), default=self.first)
        self.months = list(range(self.first, max(last, self.first) + 2 * self.step, self.step))
        self._moved = 0  # by how much every turn after those in `months` has moved
        self.actions: dict[int, list[tuple[int, Decision]]] = {}
        self.regular_of: dict[int, int] = {}  # a turn -> the turn whose regular holder has it by a swap
        self.notes: dict[int, list[Reason]] = {}
        self.announced: set[int] = set()
        for index, decision in decisions:
            getattr(self, f"_{decision.kind}")(index, decision)
        self.shown_in = {regular: turn for turn, regular in self.regular_of.items()}

    def month_of(self, turn: int) -> int:
        if turn < len(self.months):
            return self.months[turn]
        return self.first + turn * self.step + self._moved

    def is_member(self, code: str, month: int) -> bool:
        found = self._membership.setdefault(code, {})
        if month not in found:
            found[month] = any(place.first <= month <= place.last for place in self.places_of.get(code, ()))
        return found[month]

    def _place(self, side: int, member: Member) -> _Place:
        key = (sort_key(member.name, self.rule.sides[side].locale), member.code)
        first = read_period(member.from_period, self.step) if member.from_period else 0
        last = read_period(member.until_period, self.step) if member.until_period else OPEN
        place = _Place(member.code, member.called or member.name, key, first, last)
        self.places_of.setdefault(member.code, []).append(place)
        self.side_of[member.code], self.names[member.code] = side, place.name
        self._membership.pop(member.code, None)
        return place

    def _turn(self, index: int, period: str, key: str = "period") -> int:
        """The turn that falls in a period as the decisions so far leave it."""
        month = read_period(period, self.step)
        turn = bisect_left(self.months, month)
        if turn == len(self.months) or self.months[turn] != month:
            raise BadDecision(index, key, f"no turn falls in {period}")
        return turn

    def _note(self, turn: int, code: str, basis: str, **values: str) -> None:
        reason = Reason(code, (*values.items(), ("basis", basis)))
        self.notes.setdefault(turn, []).append(reason)

    def _move(self, turn: int, months: int) -> None:
        """Moves a turn and all later ones."""
        self.months[turn:] = [month + months for month in self.months[turn:]]
        self._moved += months

    def _swap(self, index: int, decision: Decision) -> None:
        a, b = (self._turn(index, each, "periods") for each in (decision.period, decision.other_period))
        if a == b:
            raise BadDecision(index, "periods", "a period cannot change places with itself")
        regular = self.regular_of
        regular[a], regular[b] = regular.get(b, b), regular.get(a, a)
        for turn in (a, b):
            self._note(turn, "swapped", decision.basis, first=decision.period, second=decision.other_period)

    def _act(self, index: int, decision: Decision) -> None:
        """Acts at the regular place of the member that holds the period by the swaps made so far."""
        turn = self._turn(index, decision.period)
        regular = self.regular_of.get(turn, turn)
        if decision.kind != "skip" and not self.is_member(decision.member, self.months[turn]):
            raise BadDecision(
                index, "member", f"{decision.member!r} is not in the order in {decision.period}"
            )
        if decision.kind == "assign" and self.side_of[decision.member] != regular % len(self.sides):
            raise BadDecision(index, "member", f"{decision.member!r} is not of the side whose turn it is")
        self.actions.setdefault(regular, []).append((index, decision))

    _skip = _substitute = _assign = _act

    def _postpone(self, index: int, decision: Decision) -> None:
        turn = self._turn(index, decision.period)
        by = read_period(decision.to, self.step) - self.months[turn]
        if by <= 0:
            raise BadDecision(index, "to", f"{decision.to} does not lie after {decision.period}")
        if decision.shift:
            self._move(turn, by)
        elif self.months[turn] + by < self.month_of(turn + 1):
            self.months[turn] += by
        else:
            raise BadDecision(index, "to", f"{decision.to} does not lie before the next turn")
        self._note(turn, "postponed", decision.basis, period=decision.period, to=decision.to)

    def _vacate(self, index: int, decision: Decision) -> None:
        turn = self._turn(index, decision.period)
        self._move(turn, self.step)
        self._note(turn, "vacated", decision.basis, period=decision.period)

    def _announce(self, index: int, decision: Decision) -> None:
        turn = self._turn(index, decision.period)
        self.announced.add(turn)
        self._note(turn, "announced", decision.basis)

    def _accede(self, index: int, decision: Decision) -> None:
        code, month = decision.member, read_period(decision.from_period, self.step)
        side = self._side_named.get(decision.side)
        if side is None:
            raise BadDecision(index, "side", f"there is no side {decision.side!r}")
        if self.side_of.get(code, side) != side:
            raise BadDecision(index, "member", f"{code!r} is in another side")
        if any(max(place.first, month) <= place.last for place in self.places_of.get(code, ())):
            raise BadDecision(index, "member", f"{code!r} is in the order in {decision.from_period} or later")
        if decision.after is not None and self.side_of.get(decision.after) != side:
            raise BadDecision(index, "after", f"{decision.after!r} has no place in the list")
        places = self.sides[side]
        newcomer = Member(code, decision.name, decision.from_period, called=decision.called)
        place = self._place(side, newcomer)
        values = (("holder", place.name), ("period", decision.from_period), ("basis", decision.basis))
        place.joined = Reason("joined", values)
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
            problem = f"{decision.member!r} is not in the order in {decision.from_period}"
            raise BadDecision(index, "member", problem)
        self._membership.pop(decision.member, None)
        for place in self.places_of[decision.member]:
            if place.last >= month:
                place.last = month - 1
                values = (("member", place.name), ("period", decision.from_period), ("basis", decision.basis))
                place.left = Reason("withdrawn", values)
        live = [place for place in self.places_of[decision.member] if place.first <= place.last]
        self.places_of[decision.member] = live


class _Order:
    """A side's order and the place of its last regular holder, as the months go by."""

    def __init__(self, side: Side, places: list[_Place], basis: str) -> None:
        self.side, self.places, self.basis = side, places, basis
        self.last: int | None = None
        self.begin: int | None = None
        self.kept: tuple[int, Decision] | None = None
        self._turns = 0
        self._own: dict[str, list[int]] = {}
        for n, place in enumerate(places):
            self._own.setdefault(place.code, []).append(n)
        self._untold = [n for n, place in enumerate(places) if place.left is not None]
        self._here: list[int] = []  # the places in the order now
        self._codes: Counter[str] = Counter()
        spans = [(place.first, place.last, n) for n, place in enumerate(places) if place.first <= place.last]
        self._events = sorted([(a, n, 1) for a, _, n in spans] + [(b + 1, n, -1) for _, b, n in spans])
        self._events.reverse()

    def advance(self, month: int) -> None:
        while self._events and self._events[-1][0] <= month:
            _, place, change = self._events.pop()
            if change == 1:
                insort(self._here, place)
            else:
                del self._here[bisect_left(self._here, place)]
            code = self.places[place].code
            self._codes[code] += change
            if not self._codes[code]:
                del self._codes[code]

    def after(self, place: int, without: Collection[str] = ()) -> int | None:
        """The next place now in the order, wrapping round; members in `without` are passed over."""
        start = bisect_right(self._here, place)
        for away in range(len(self._here)):
            found = self._here[(start + away) % len(self._here)]
            if self.places[found].code not in without:
                return found
        return None

    def place_of(self, code: str, due: int, month: int) -> int:
        """A member's next place, that of the member due included; of one that left by `month`, where it was."""
        own = self._own[code]
        start = bisect_left(own, due)
        for away in range(len(own)):
            n = own[(start + away) % len(own)]
            if self.places[n].first <= month <= self.places[n].last:
                return n
        return own[start % len(own)]

    def due(self) -> tuple[int, Reason] | None:
        """The place of the member due, before any decision on the turn, and why; None if nobody is left."""
        self._turns += 1
        if self.kept is not None and self._is_here(self.kept[0]):
            place, decision = self.kept
            return place, self._reason("kept", place, decision.basis)
        self.kept = None
        found = self.after((self.begin or 0) - 1 if self.last is None else self.last)
        return None if found is None else (found, self._reason(self._how(found), found))

    def told_leavers(self, last: int | None, place: int) -> list[Reason]:
        """Why the order passed over those between two places that have left; each is told once."""
        start = -1 if last is None else last
        begin, end = bisect_right(self._untold, start), bisect_left(self._untold, place)
        passed = self._untold[begin:end] if start < place else self._untold[begin:] + self._untold[:end]
        told = [n for n in passed if not self._is_here(n)]
        for n in told:
            del self._untold[bisect_left(self._untold, n)]
        return [reason for n in told if (reason := self.places[n].left) is not None]

    def _is_here(self, place: int) -> bool:
        at = bisect_left(self._here, place)
        return at < len(self._here) and self._here[at] == place

    def _how(self, place: int) -> str:
        if len(self._codes) == 1:
            return "only_member"
        if self.last is None:
            return "named_first" if self.begin == place else "first_in_order"
        return ("again_" if place <= self.last else "next_") + self.side.order

    def _reason(self, code: str, place: int, basis: str | None = None) -> Reason:
        values: tuple[tuple[str, str | int], ...] = (
            ("side", self.side.name),
            ("turn", self._turns),
            ("holder", self.places[place].name),
            ("basis", self.basis if basis is None else basis),
        )
        if self.last is not None:
            values = (*values, ("previous", self.places[self.last].name))
        return Reason(code, values)


@dataclass(slots=True)
class _Held:
    """A regular turn: whose it is (`place`), who holds it in that member's stead, and the reasons so far."""

    place: int
    why: list[Reason]
    stead: Decision | None = None
    gave_up: set[str] = field(default_factory=set)
    holder: str = ""


class _Projection:
    """The turns that a plan leads to, found one after the other as they are asked for."""

    def __init__(self, plan: _Plan) -> None:
        self.plan, self.rule = plan, plan.rule
        basis = self.rule.basis
        self.orders = [_Order(*each, basis) for each in zip(self.rule.sides, plan.sides, strict=True)]
        self._found: list[_Held] = []
        if self.rule.first_holder is not None:
            own = [n for n, each in enumerate(plan.sides[0]) if each.code == self.rule.first_holder]
            here = (n for n in own if plan.sides[0][n].first <= plan.first <= plan.sides[0][n].last)
            self.orders[0].begin = next(here, own[0])

    def regular(self, turn: int) -> _Held:
        """A turn as the order brings it, before swaps."""
        while len(self._found) <= turn:
            self._found.append(self._next(len(self._found)))
        return self._found[turn]

    def turns(self) -> Iterator[Turn]:
        step = self.rule.step_months
        held_until = read_period(self.rule.held_until, step) if self.rule.held_until else -1
        turn = 0
        while (month := self.plan.month_of(turn)) <= LAST_MONTH:
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
            why += self.plan.notes.get(turn, ())
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
        for place in (*order.places[left + 1 :], *order.places[:left]):
            if place.first <= month <= place.last:
                values = (("member", order.places[left].name), ("holder", place.name))
                why.append(Reason("left", (*values, ("basis", ""))))
                return place.code
        raise NobodyLeft(order.side.name, write_period(month, self.rule.step_months))

    def _next(self, turn: int) -> _Held:
        order = self.orders[turn % len(self.orders)]
        month = self.plan.month_of(turn)
        order.advance(month)
        last = order.last
        due = order.due()
        if due is None:
            raise NobodyLeft(order.side.name, write_period(month, self.rule.step_months))
        held = _Held(due[0], [*order.told_leavers(last, due[0]), due[1]])
        joined, order.places[due[0]].joined = order.places[due[0]].joined, None
        held.why += [joined] if joined else []
        # A member named for the period holds it there, wherever a swap lets the turn show.
        shown = self.plan.month_of(self.plan.shown_in.get(turn, turn))
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

    def _substitute(self, order: _Order, held: _Held, decision: Decision) -> None:
        held.stead = decision if decision.member != order.places[held.place].code else None
        if held.stead is not None:
            code = "substituted_kept" if decision.turn_kept else "substituted_spent"
            held.why.append(self._named(code, order, held, decision))

    def _assign(self, order: _Order, held: _Held, decision: Decision, shown: int) -> None:
        held.stead = order.kept = None
        order.last = held.place = order.place_of(decision.member, held.place, shown)
        held.gave_up.discard(decision.member)
        held.why.append(self._named("assigned", order, held, decision))
        if not self.plan.is_member(decision.member, shown):
            self._leave(order, held, decision)

    def _give_up(self, order: _Order, held: _Held, index: int, decision: Decision) -> None:
        giving = self.plan.names[held.stead.member if held.stead else order.places[held.place].code]
        if not self._end_stead(order, held):
            raise BadDecision(index, "period", f"a skip of {decision.period} leaves nobody")
        held.why.append(self._named("skipped", order, held, decision, giving))

    def _leave(self, order: _Order, held: _Held, decision: Decision) -> None:
        """The member that a decision named for the turn has left the order since; the next takes it."""
        if not self._end_stead(order, held):
            raise NobodyLeft(order.side.name, decision.period)
        held.why.append(self._named("left", order, held, decision))

    def _end_stead(self, order: _Order, held: _Held) -> bool:
        """The holder goes: the member whose turn was kept takes the period after all, else the next in order."""
        kept = held.stead is not None and held.stead.turn_kept
        held.stead = None
        return kept or self._pass_on(order, held)

    def _pass_on(self, order: _Order, held: _Held) -> bool:
        """Passes the turn one member further; False if there is none."""
        held.gave_up.add(order.places[held.place].code)
        order.kept, order.last = None, held.place
        found = order.after(held.place, held.gave_up)
        held.place = held.place if found is None else found
        return found is not None

    def _named(self, code: str, order: _Order, held: _Held, decision: Decision, member: str = "") -> Reason:
        """A reason that names the decision's member (or `member`), the member due and the decision's basis."""
        values = (
            ("member", member or self.plan.names[decision.member]),
            ("holder", order.places[held.place].name),
            ("period", decision.period),
            ("basis", decision.basis),
        )
        return Reason(code, values)
