"""A side's order, and who is due in it as the months go by. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Collection, Iterable
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


@dataclass(slots=True)
class Run:
    """Places of one member that end in the same month; `first` is the earliest begin of these and later runs.

    `withdrawn`: the period and basis of the withdrawal that ended them.
    """

    last: int
    first: int
    places: list[Place]
    withdrawn: tuple[tuple[str, str], ...] = ()


class Memberships:
    """When one member is in the order: its places in runs, by the month in which they end.

    A withdrawal ends all later runs as one, so a thousand withdrawals need not touch a thousand places each.
    """

    def __init__(self, places: Iterable[Place]) -> None:
        self._runs: list[Run] = []
        for place in sorted(places, key=lambda each: each.last, reverse=True):
            first = min(place.first, self._runs[-1].first) if self._runs else place.first
            self._runs.append(Run(place.last, first, [place]))
        self._runs.reverse()

    def hold(self, month: int) -> bool:
        at = bisect_left(self._runs, month, key=lambda run: run.last)
        return at < len(self._runs) and self._runs[at].first <= month

    def reach(self, month: int) -> bool:
        """Whether one holds in `month` or later."""
        return bool(self._runs) and self._runs[-1].last >= month

    def add(self, place: Place) -> None:
        """A place that begins after all others have ended."""
        self._runs.append(Run(place.last, place.first, [place]))

    def end(self, month: int, why: tuple[tuple[str, str], ...]) -> None:
        """Ends every membership from `month` on; one holds in it. `why`: the period and basis, for reasons."""
        at = bisect_left(self._runs, month, key=lambda run: run.last)
        ended = self._runs[at:]
        del self._runs[at:]
        whole = max(ended, key=lambda run: len(run.places))
        for run in ended:
            if run is not whole:
                whole.places += run.places
        whole.last, whole.first, whole.withdrawn = month - 1, ended[0].first, why
        if whole.first < month:
            self._runs.append(whole)
        else:
            self._settle(whole)  # none of them had begun

    def settle(self) -> None:
        """Tells the places when and why they end."""
        for run in self._runs:
            self._settle(run)

    def _settle(self, run: Run) -> None:
        for place in run.places:
            place.last = run.last
            if run.withdrawn:
                place.left = Reason("withdrawn", (("member", place.name), *run.withdrawn))


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
        self._here_of: dict[str, list[int]] = {}  # by code
        self._month = -1
        spans = [(place.first, place.last, n) for n, place in enumerate(places) if place.first <= place.last]
        self._events = sorted([(a, n, 1) for a, _, n in spans] + [(b + 1, n, -1) for _, b, n in spans])
        self._events.reverse()

    def advance(self, month: int) -> None:
        self._month = month
        while self._events and self._events[-1][0] <= month:
            _, place, change = self._events.pop()
            code = self.places[place].code
            own = self._here_of.setdefault(code, [])
            for here in (self._here, own):
                if change == 1:
                    insort(here, place)
                else:
                    del here[bisect_left(here, place)]
            if not own:
                del self._here_of[code]

    def after(self, place: int, without: Collection[str] = ()) -> int | None:
        """The next place now in the order, wrapping round; members in `without` are passed over."""
        start = bisect_right(self._here, place)
        # Never more steps than there are members, however often the list names one that gave up its turn.
        for away in range(len(self._here_of)):
            found = self._here[(start + away) % len(self._here)]
            if self.places[found].code not in without:
                return found
        ahead = [_next(own, place) for code, own in self._here_of.items() if code not in without]
        return min(ahead, key=lambda found: (found <= place, found), default=None)

    def place_of(self, code: str, due: int, month: int) -> int:
        """A member's next place, that of the member due included; of one that left by `month`, where it was."""
        if month == self._month and code in self._here_of:
            return _next(self._here_of[code], due - 1)
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
        told = [n for n in passed if self.places[n].last < self._month]
        for n in told:
            del self._untold[bisect_left(self._untold, n)]
        return [reason for n in told if (reason := self.places[n].left) is not None]

    def _is_here(self, place: int) -> bool:
        at = bisect_left(self._here, place)
        return at < len(self._here) and self._here[at] == place

    def _how(self, place: int) -> str:
        if len(self._here_of) == 1:
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


def _next(places: list[int], after: int) -> int:
    """The first of some places after another, wrapping round."""
    return places[bisect_right(places, after) % len(places)]
