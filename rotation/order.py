"""A side's order, and who is due in it as the months go by. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from .collation import sort_key
from .vocabulary import Decision, Member, Reason, Side


@dataclass(slots=True, eq=False)
class Place:
    """A place in a side's order: a member in one membership, first and last month inclusive."""

    code: str
    name: str
    key: tuple[bytes, str]
    first: int
    last: int
    joined: Reason | None = None  # told with its first turn
    left: Reason | None = None  # told when the order first passes over it


def members_in_order(side: Side) -> tuple[Member, ...]:
    """The members of a side in its order, former and future ones included; names alike go by code."""
    if side.order == "listed":
        return side.members
    return tuple(sorted(side.members, key=lambda member: (sort_key(member.name, side.locale), member.code)))


class Order:
    """A side's order and the place of its last regular holder, as the months go by."""

    def __init__(self, side: Side, places: list[Place], basis: str) -> None:
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
