"""Proof that what is derived equals what the rules say today: dues from meetings, deliveries from all that is dated."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from meetings.deadlines.dues import derive_dues
from meetings.models import Contact, Meeting, SilenceProcedure, Track

from .digesting import digest_readers, reconcile_digests
from .ledger import reconcile_deliveries, reconcile_meetings
from .replanning import committees, open_meetings, open_procedures
from .subjects import silences, terms

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Difference:
    """What was different in one meeting, silence procedure or committee, in words."""

    where: str
    details: list[str] = field(default_factory=list)


def reconcile(*, repair: bool = True) -> list[Difference]:
    """Derive everything that is open anew, one meeting, procedure or committee after the other.

    Returns the differences, one for each of them. repair: False finds the differences and writes nothing.
    """
    now = timezone.now()
    work: list[tuple[Callable[[int], tuple[str, list[str]]], list[int]]] = [
        (_meeting, open_meetings(now)),
        (_procedure, open_procedures(now)),
        (_committee, committees()),
        (_digests, digest_readers()),
    ]
    differences = []
    for derive, keys in work:
        for key in keys:
            with transaction.atomic():
                where, details = derive(key)
                if not repair:
                    transaction.set_rollback(True)
            if details:
                differences.append(Difference(where, details))
                log.warning("reconcile: %d differences in %s %s", len(details), derive.__name__[1:], key)
    return differences


def _meeting(pk: int) -> tuple[str, list[str]]:
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("track").get(pk=pk)
    changes = derive_dues(meeting) if meeting.status != Meeting.Status.HELD else []
    details = [f"{change.action}: {change.title}, {change.state}" for change in changes]
    return str(meeting), details + reconcile_meetings([pk])


def _procedure(pk: int) -> tuple[str, list[str]]:
    procedure = SilenceProcedure.objects.select_for_update(of=("self",)).get(pk=pk)
    return str(procedure), reconcile_deliveries(silences, [pk])


def _digests(contact_id: int) -> tuple[str, list[str]]:
    return str(Contact.objects.get(pk=contact_id)), reconcile_digests([contact_id])


def _committee(track_id: int) -> tuple[str, list[str]]:
    track = Track.objects.get(pk=track_id)
    return str(track), reconcile_deliveries(terms, [track_id])
