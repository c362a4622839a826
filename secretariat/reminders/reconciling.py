"""Proof that what is derived equals what the rules say today: dues from meetings, deliveries from dues."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from django.db import transaction

from meetings.dues import derive_dues
from meetings.models import Meeting

from .ledger import reconcile_deliveries

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Difference:
    """What was different in one meeting, in words."""

    meeting: str
    details: list[str] = field(default_factory=list)


def reconcile(*, repair: bool = True) -> list[Difference]:
    """Derive everything that is open anew, meeting by meeting; returns the differences, one a meeting.

    repair: False finds the differences and writes nothing.
    """
    differences = []
    open_ids = Meeting.objects.exclude(status=Meeting.Status.HELD).values_list("pk", flat=True)
    for meeting_id in list(open_ids):
        with transaction.atomic():
            meeting = (
                Meeting.objects.select_for_update(of=("self",)).select_related("track").get(pk=meeting_id)
            )
            details = [f"{change.action}: {change.title}, {change.state}" for change in derive_dues(meeting)]
            details += reconcile_deliveries([meeting_id])
            if not repair:
                transaction.set_rollback(True)
        if details:
            differences.append(Difference(str(meeting), details))
            log.warning("reconcile: %d differences in meeting %s", len(details), meeting.uid)
    return differences
