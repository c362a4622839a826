"""When the meetings that prepare another one are held: back from its date, on days that the host works. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from ..days.workdays import FURTHEST_DAYS, NoWorkingDay, WorkCalendar
from .dates import Precision, Span, month_span


@dataclass(frozen=True, slots=True)
class Link:
    """One line of a preparatory chain. lead_days: from the first day of the one to that of the other."""

    id: int
    track: int
    lead_days: int
    duration_days: int = 1


@dataclass(frozen=True, slots=True)
class Existing:
    """A meeting that prepares the other already; its first day as far as it is known."""

    track: int
    first_on: date | None


def missing(links: Iterable[Link], existing: Iterable[Existing], anchor: Span) -> tuple[Link, ...]:
    """The lines for which no meeting is there yet, the earliest meeting first.

    A track that prepares in several steps: each meeting stands for the line whose target day is nearest.
    """
    left = sorted(links, key=lambda link: (-link.lead_days, link.id))
    for row in sorted(existing, key=lambda row: row.first_on or date.max):
        same = [link for link in left if link.track == row.track]
        if same:
            left.remove(min(same, key=lambda link: _distance(link, row, anchor)))
    return tuple(left)


def _distance(link: Link, row: Existing, anchor: Span) -> int:
    if anchor.first_on is None or row.first_on is None:
        return 0
    return abs((anchor.first_on - timedelta(days=link.lead_days) - row.first_on).days)


def proposed_span(link: Link, anchor: Span, zone: str, calendar: WorkCalendar | None) -> Span:
    """When a line's meeting is held, known as far as the date of the meeting that it prepares is.

    calendar: of the host; all its days are worked there, and it moves earlier for that, never later. Where no
    such days are found, or no host is known, it stays on its target day.
    """
    if anchor.first_on is None or anchor.precision is Precision.YEAR:
        return Span(Precision.NONE, None, None, zone)
    target = anchor.first_on - timedelta(days=link.lead_days)
    if anchor.precision is Precision.MONTH:
        return month_span(target.year, target.month, zone)
    first = target
    if calendar is not None:
        try:
            first = worked_run(target, link.duration_days, calendar)
        except NoWorkingDay:
            first = target
    return days_from(first, link.duration_days, zone)


def days_from(first: date, count: int, zone: str) -> Span:
    return Span(Precision.DAY, first, first + timedelta(days=count - 1), zone)


def worked_run(target: date, count: int, calendar: WorkCalendar) -> date:
    """The last day on or before `target` from which `count` days in a row are worked. Raises NoWorkingDay."""
    for away in range(FURTHEST_DAYS + 1):
        first = target - timedelta(days=away)
        if all(calendar.closure(first + timedelta(days=n)) is None for n in range(count)):
            return first
    raise NoWorkingDay(calendar.state, target)
