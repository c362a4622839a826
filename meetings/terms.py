"""Terms that begin and end: who holds a seat on a day, whose term ends soon, and who is to be told when. Pure.

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


@dataclass(frozen=True, slots=True)
class TermNotice:
    """On `tell_on` the end of `term` is to be told, `days` before it; a term shorter than that is told at its start."""

    term: Term
    days: int
    tell_on: date


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


def term_notices(terms: Sequence[Term], days: Sequence[int]) -> tuple[TermNotice, ...]:
    """What is to be told of the ends of these terms and when, in the order of the days; renewed terms say nothing.

    days: how many days before an end it is told, such as (90, 30).
    """
    found = {
        TermNotice(term, before, max(term.ends_on - timedelta(days=before), term.starts_on))
        for term in terms
        for before in days
        if term.ends_on is not None and not is_renewed(term, terms)
    }
    return tuple(sorted(found, key=lambda notice: (notice.tell_on, notice.term.key, notice.days)))
