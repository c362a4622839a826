"""Silence procedures, as the plan takes them: their parties' contacts are those who answer for the paper's track."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from meetings.models import SilenceEvent, SilenceProcedure
from meetings.silence.acts import notices_of

from ..plan.silences import wanted_of_silence
from ..plan.wanted import NEWS, ToldOf, Wanted
from .audience import Policy, contacts_of


def deliveries_of(procedure_ids: Collection[int]) -> Q:
    """The ledger's rows about these procedures."""
    return Q(silence__in=procedure_ids)


def plan(procedure_ids: Collection[int], told: ToldOf, now: datetime) -> Iterator[tuple[int | None, Wanted]]:
    """What is wanted about these procedures; no meeting comes with it. A constant number of queries."""
    procedures = list(SilenceProcedure.objects.with_acts().filter(pk__in=procedure_ids))
    if not procedures:
        return
    contacts = contacts_of({each.document.track_id for each in procedures}, now)
    policy = Policy()
    for each in procedures:
        track_id = each.document.track_id
        rules = policy.of("silence", track_id)
        to = contacts[track_id]
        for want in wanted_of_silence(each.pk, notices_of(each), to, rules, told, now, policy.calendars):
            yield None, want


def worth_telling(now: datetime) -> Q:
    """The procedures of which something may have to be told: running ones, and those acted upon lately."""
    lately = SilenceEvent.objects.filter(procedure=OuterRef("pk"), at__gt=now - NEWS)
    return Q(status=SilenceProcedure.Status.OPEN) | Q(Exists(lately))
