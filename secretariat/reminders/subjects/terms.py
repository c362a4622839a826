"""The ends of terms in committees, as the plan takes them; told through the ministries of the seat's state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, time

from django.db.models import Q

from meetings.committees.terms import is_renewed
from meetings.models import Committee, SeatTerm
from meetings.schedule.dates import instant

from ..plan.dated import Dated, wanted_of_dated
from ..plan.policy import Rule
from ..plan.wanted import ToldOf, Wanted
from .audience import Policy, contacts_of


def deliveries_of(track_ids: Collection[int]) -> Q:
    """The ledger's rows about terms of these committees."""
    return Q(term__seat__track__in=track_ids)


def plan(track_ids: Collection[int], told: ToldOf, now: datetime) -> Iterator[tuple[int | None, Wanted]]:
    """What is wanted about the ends of these committees' terms; no meeting comes with it."""
    committees = list(Committee.objects.filter(track__in=track_ids))
    if not committees:  # of most tracks: then nothing else need be asked
        return
    contacts, policy = contacts_of(track_ids, now), Policy()
    rows: dict[int, list[SeatTerm]] = defaultdict(list)
    for row in SeatTerm.objects.filter(seat__track__in=track_ids).select_related("seat__organisation__state"):
        rows[row.seat.track_id].append(row)
    for committee in committees:
        terms = [row.term for row in rows[committee.track_id]]
        moments = [
            _moment(row, is_over=row.ends_on is None or is_renewed(row.term, terms), now=now)
            for row in rows[committee.track_id]
        ]
        rules = list(_with_days(policy.of("term", committee.track_id), committee.notice_days))
        people = contacts[committee.track_id]
        for want in wanted_of_dated(moments, people, rules, told, now, policy.calendars):
            yield None, want


def _with_days(rules: Iterable[Rule], notice_days: Iterable[int]) -> Iterator[Rule]:
    """The rules with the committee's own days in that of the reminders before an end."""
    for rule in rules:
        if rule.occasion == "before":
            yield from (replace(rule, days=days) for days in notice_days)
        else:
            yield rule


def _moment(row: SeatTerm, *, is_over: bool, now: datetime) -> Dated:
    """The first moment after the term; withdrawn when it has no end, or another term follows it at once."""
    state = row.seat.organisation.state
    on = row.ends_on or now.date()
    at = instant(on, time(0), state.zone)
    return Dated(("term", row.pk), None, state.code, on, at, "withdrawn" if is_over else "open")
