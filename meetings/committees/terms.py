"""Terms that begin and end: who holds a seat on a day, and whose term ends soon. Pure.

Terms are half-open: `ends_on` is the first day on which the term is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

SOON_DAYS = 90


@dataclass(frozen=True, slots=True)
class Term:
    """key: of the stored term. office: such as member or co-chair. ends_on: None while no end is known."""

    key: int
    seat: int
    office: str
    starts_on: date
    ends_on: date | None = None

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


def is_renewed(term: Term, terms: Iterable[Term]) -> bool:
    """Whether another term of the same seat and office follows without a gap: then nobody leaves."""
    return any(
        (other.seat, other.office, other.starts_on) == (term.seat, term.office, term.ends_on)
        for other in terms
    )


def leaving(terms: Sequence[Term], day: date, days: int = SOON_DAYS) -> tuple[Term, ...]:
    """The terms that run on `day`, end within so many days from it and are not renewed; soonest first."""
    soon = [
        term
        for term in terms
        if term.runs_on(day)
        and term.ends_on is not None
        and term.ends_on <= day + timedelta(days=days)
        and not is_renewed(term, terms)
    ]
    return tuple(sorted(soon, key=lambda term: (term.ends_on or date.max, term.key)))
