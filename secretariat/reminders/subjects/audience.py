"""Who is written to about a track, and by which rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cache, cached_property
from typing import Any

from meetings.days.state_calendars import calendars_of
from meetings.days.workdays import WorkCalendar
from meetings.models import Contact
from rotation.models import State

from ..models import ReminderRule
from ..plan.digests import Digest
from ..plan.policy import Rule, chosen
from ..plan.wanted import ContactFact


def contacts_of(track_ids: Collection[int], now: datetime) -> dict[int, list[ContactFact]]:
    """By track: the contacts in office at the ministries that answer for it, and when they do.

    Contacts of one state with one address are one person, who is written to as the one that was there first.
    """
    rows = (
        Contact.objects.in_office(now)
        .filter(ministry__responsibilities__track__in=track_ids)
        .values_list(
            "ministry__responsibilities__track_id",
            "ministry__state_id",
            "email",
            "pk",
            "roles",
            "zone",
            "digest_on",
            "digest_at",
            "ministry__state__zone",
            "ministry__responsibilities__valid_from",
            "ministry__responsibilities__valid_until",
        )
        .distinct()
        .order_by("pk")
    )
    people: dict[tuple[int, str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for track_id, state, email, *rest in rows:
        people[track_id, state, email.lower()].append(tuple(rest))
    contacts: dict[int, list[ContactFact]] = defaultdict(list)
    for (track_id, state, _email), found in people.items():
        pk, _roles, zone, weekday, hour, state_zone, *_answers = found[0]
        roles = frozenset(role for _pk, roles, *_rest in found for role in roles)
        digest = Digest(weekday, hour) if weekday else None
        for since, until in dict.fromkeys(row[-2:] for row in found):
            contacts[track_id].append(ContactFact(pk, state, zone or state_zone, since, until, roles, digest))
    return contacts


class Policy:
    """The reminder rules as the plan takes them, and the calendars that they need; read once, when asked for."""

    def __init__(self) -> None:
        self.rules = [row.rule for row in ReminderRule.objects.all()]
        self.of = cache(self._of)

    def _of(self, about: str, track_id: int, key: str = "") -> tuple[Rule, ...]:
        """The rules for this on this track; `key` is that of a deadline."""
        return chosen(self.rules, about, track_id, key)

    @cached_property
    def calendars(self) -> Mapping[str, WorkCalendar]:
        """Of every state by code; empty while no rule keeps to working days."""
        is_needed = any(rule.on_working_days for rule in self.rules)
        return calendars_of(State.objects.all()) if is_needed else {}
