"""Which states take part in a meeting: the members of its mechanism at that time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from meetings.models import Meeting
from rotation.models import Membership
from rotation.periods import read_period


def participants_of(meetings: Iterable[Meeting]) -> dict[int, list[str]]:
    """The codes of the states that take part in each meeting, by its key; one query for all."""
    members = defaultdict(list)
    for row in Membership.objects.select_related("side__mechanism"):
        members[row.side.mechanism_id].append(row)
    return {
        meeting.pk: sorted(
            {row.state_id for row in members[meeting.track.mechanism_id] if _belongs(row, meeting.first_on)}
        )
        for meeting in meetings
    }


def _belongs(row: Membership, day: date | None) -> bool:
    """Whether a membership holds on a day; without a day, whether it has no end."""
    step = row.side.mechanism.step_months
    if day is None:
        return not row.until_period
    month = day.year * 12 + day.month - 1
    begins = read_period(row.from_period, step) if row.from_period else month
    return begins <= month and (not row.until_period or month < read_period(row.until_period, step) + step)
