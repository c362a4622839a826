"""Contacts that share an address are one person, who is written to once: as the first of them in office that day. Pure.

So a role address keeps its mail when one contact hands over to another, and its record says as whom it was written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

FIRST, LAST = date.min.toordinal(), date.max.toordinal()
Days = tuple[int, int]  # ordinals, both inclusive


@dataclass(frozen=True, slots=True)
class Term:
    """Days on which a contact may be written to: it is in office, and its ministry answers. None is open."""

    contact_id: int
    since: date | None
    until: date | None
    roles: frozenset[str] = frozenset()

    @property
    def days(self) -> Days:
        return (self.since or date.min).toordinal(), (self.until or date.max).toordinal()


def common_days(
    one: tuple[date | None, date | None], other: tuple[date | None, date | None]
) -> tuple[date | None, date | None] | None:
    """The days that two spans share; None when they share none. In each, None is open."""
    since = max((each[0] for each in (one, other) if each[0] is not None), default=None)
    until = min((each[1] for each in (one, other) if each[1] is not None), default=None)
    return None if since is not None and until is not None and since > until else (since, until)


def one_a_day(terms: Sequence[Term]) -> Iterator[Term]:
    """Terms of one address, the first-comer's before others', cut so that no day is in two of them and none is lost.

    Each has the roles of all who share it for a while.
    """
    taken: list[Days] = []
    for term in terms:
        for days in _without(term.days, taken):
            roles = frozenset(role for each in terms if _meet(each.days, days) for role in each.roles)
            yield Term(term.contact_id, _day(days[0], FIRST), _day(days[1], LAST), roles)
        taken.append(term.days)


def _without(days: Days, taken: Iterable[Days]) -> list[Days]:
    left = [days]
    for first, last in taken:
        pieces = [
            piece
            for each in left
            for piece in ((each[0], min(each[1], first - 1)), (max(each[0], last + 1), each[1]))
        ]
        left = [piece for piece in pieces if piece[0] <= piece[1]]
    return left


def _meet(one: Days, other: Days) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _day(ordinal: int, open_end: int) -> date | None:
    return None if ordinal == open_end else date.fromordinal(ordinal)
