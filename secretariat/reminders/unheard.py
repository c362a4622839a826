"""What would be told to nobody: a state's deadlines, silences and terms in a track that no contact in office answers for.

A reminder that was never planned is lost as surely as one that was not sent, and leaves no row to look at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django.db.models import Count, DateField, Min, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from meetings.models import Deadline, Due, SeatTerm, SilenceProcedure, Track

from .plan.wanted import ContactFact
from .subjects.audience import contacts_of

# Terms end with the day before the first that is no more theirs.
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Ahead:
    """Dated things of one state in one track: how many, and the first day."""

    track: int
    state: str
    count: int
    first_on: date


@dataclass(frozen=True, slots=True)
class Unheard:
    """A track with the states (codes, sorted) of which nobody would be told; count: of the things, over all of them."""

    track: Track
    states: tuple[str, ...]
    count: int
    first_on: date


def unheard(now: datetime) -> list[Unheard]:
    """The tracks in which something is to come that a state would not be told of, the soonest first.

    A constant number of queries. Asked is who answers today, and who does on the day of the first such thing: where
    one leaves before it and nobody follows, there is time to ask for a name.
    """
    ahead = list(_ahead(now))
    contacts = contacts_of({each.track for each in ahead}, now)
    missing: dict[int, list[Ahead]] = defaultdict(list)
    for each in ahead:
        if not _is_heard(each, contacts.get(each.track, ()), now):
            missing[each.track].append(each)
    tracks = Track.objects.in_bulk(missing)
    found = [
        Unheard(
            tracks[pk],
            tuple(sorted({each.state for each in rows})),
            sum(each.count for each in rows),
            min(each.first_on for each in rows),
        )
        for pk, rows in missing.items()
    ]
    return sorted(found, key=lambda each: (each.first_on, each.track.pk))


def _is_heard(each: Ahead, contacts: Iterable[ContactFact], now: datetime) -> bool:
    own = [contact for contact in contacts if contact.state == each.state]
    today = any(contact.answers_on(now.astimezone(ZoneInfo(contact.zone)).date()) for contact in own)
    return today and any(contact.answers_on(each.first_on) for contact in own)


def _ahead(now: datetime) -> Iterator[Ahead]:
    dues = Due.objects.open().filter(due_at__gt=now).order_by()
    silences = SilenceProcedure.objects.filter(status="open", closing_at__gt=now).order_by()
    for found in (
        *_dues(dues),
        *_counted(silences, "document__track", "parties__state", Min("closes_on")),
        *_counted(_terms(now.date()), "seat__track", "seat__organisation__state", Min("ends_on") - ONE_DAY),
    ):
        yield Ahead(*found)


def _dues(dues: QuerySet[Due]) -> Iterator[tuple[int, str, int, date]]:
    """By deadline and state; the way from each due to its track, in one question, would take ten times as long."""
    rows = list(dues.values_list("deadline", "state").annotate(found=Count("pk"), first_on=Min("due_on")))
    deadlines = Deadline.objects.filter(pk__in={deadline for deadline, *_rest in rows})
    track_of = dict(deadlines.values_list("pk", "meeting__track"))
    counts: dict[tuple[int, str], tuple[int, date]] = {}
    for deadline, state, found, first_on in rows:
        before, first = counts.get((track_of[deadline], state), (0, first_on))
        counts[track_of[deadline], state] = (before + found, min(first, first_on))
    for (track, state), (found, first_on) in counts.items():
        yield track, state, found, first_on


def _terms(today: date) -> QuerySet[SeatTerm]:
    """Those whose end is told: a committee that tells none before lists no days."""
    told = SeatTerm.objects.exclude(seat__track__committee__notice_days=[])
    return told.filter(seat__track__committee__isnull=False, ends_on__gt=today).order_by()


def _counted(
    rows: QuerySet[Any], track: str, state: str, first_on: Combinable
) -> Iterable[tuple[int, str, int, date]]:
    found = rows.values(track, state).annotate(
        found=Count("pk", distinct=True), first_on=Cast(first_on, DateField())
    )
    return cast(Iterable[tuple[int, str, int, date]], found.values_list(track, state, "found", "first_on"))
