"""The dues of meetings, as the plan takes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Literal

from django.db.models import Q

from meetings.models import Due, Meeting

from ..plan.dated import Dated, wanted_of_dated
from ..plan.wanted import ToldOf, Wanted
from .audience import Offsets, contacts_of

STATUS: dict[str, Literal["open", "settled", "withdrawn"]] = {
    Due.Status.OPEN: "open",
    Due.Status.WITHDRAWN: "withdrawn",
}


def deliveries_of(meeting_ids: Collection[int]) -> Q:
    """The ledger's rows about dues of these meetings."""
    return Q(meeting__in=meeting_ids, due__isnull=False)


def plan(meeting_ids: Collection[int], told: ToldOf, now: datetime) -> Iterator[tuple[int | None, Wanted]]:
    """What is wanted about the dues of these meetings, each with its meeting; a constant number of queries."""
    meetings = dict(Meeting.objects.filter(pk__in=meeting_ids).values_list("pk", "track_id"))
    contacts = contacts_of(set(meetings.values()), now)
    offsets = Offsets()
    moments: dict[int, list[Dated]] = defaultdict(list)
    for due in Due.objects.filter(deadline__meeting_id__in=meeting_ids).select_related("deadline"):
        moments[due.deadline.meeting_id].append(
            Dated(
                ("due", due.pk),
                due.sequence,
                due.state_id,
                due.due_on,
                due.due_at,
                STATUS.get(due.status, "settled"),
            )
        )
    for pk, track_id in meetings.items():
        for want in wanted_of_dated(moments[pk], contacts[track_id], offsets.of(track_id), told, now):
            yield pk, want
