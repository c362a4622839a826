"""What is told of an agenda: that a stage of it was issued. Pure.

The last day for an item of it is a moment as any other: see plan/dated.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from .wanted import ContactFact, ToldOf, Wanted, notice, while_it_answers


@dataclass(frozen=True, slots=True)
class Issue:
    """The last stage of an agenda that was issued; `number` counts its stages. untrue_from: no news any more."""

    agenda_id: int
    number: int
    at: datetime
    untrue_from: datetime


def wanted_of_issue(
    issue: Issue, contacts: Iterable[ContactFact], told: ToldOf, now: datetime
) -> Iterator[Wanted]:
    """That the stage was issued, to every contact; an earlier stage that was not told is not told any more."""
    if issue.untrue_from <= now:
        return
    for contact in contacts:
        want = notice(
            "issued",
            ("agenda", issue.agenda_id),
            issue.number,
            contact,
            told.get((("agenda", issue.agenda_id), contact.id)),
            at=issue.at,
            expires_at=issue.untrue_from,
            says=issue.at,
        )
        yield from while_it_answers([want], contact, now)
