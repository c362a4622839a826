"""Who is written to about a track, and how long before a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from meetings.models import Contact

from ..models import ReminderRule
from ..plan.dated import Offset
from ..plan.wanted import ContactFact


def contacts_of(track_ids: Collection[int], now: datetime) -> dict[int, list[ContactFact]]:
    """By track: the contacts in office at the ministries that answer for it, and when they do."""
    rows = (
        Contact.objects.in_office(now)
        .filter(ministry__responsibilities__track__in=track_ids)
        .values_list(
            "ministry__responsibilities__track_id",
            "pk",
            "ministry__state_id",
            "zone",
            "ministry__state__zone",
            "ministry__responsibilities__valid_from",
            "ministry__responsibilities__valid_until",
        )
        .distinct()
    )
    contacts: dict[int, list[ContactFact]] = defaultdict(list)
    for track_id, pk, state, zone, state_zone, since, until in rows:
        contacts[track_id].append(ContactFact(pk, state, zone or state_zone, since, until))
    return contacts


class Offsets:
    """The reminder rules by track: its own, else those of every track."""

    def __init__(self) -> None:
        self._of: dict[int | None, list[Offset]] = defaultdict(list)
        for rule in ReminderRule.objects.all():
            self._of[rule.track_id].append(Offset(rule.days_before, rule.at))

    def of(self, track_id: int) -> list[Offset]:
        return self._of.get(track_id) or self._of.get(None, [])
