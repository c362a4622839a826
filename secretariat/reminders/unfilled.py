"""The states in which nobody would be told: of a line of the policy by the role that it is for, of a track by anybody."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from meetings.models import Track
from rotation.models import State

from .models import ReminderRule
from .plan.wanted import ContactFact
from .subjects.audience import contacts_of


def without_role(rule: ReminderRule, now: datetime) -> list[State]:
    """The states in which nobody who answers today for the rule's track, or for any, has a role that it is for.

    None for a rule that is off, or for everybody.
    """
    if not rule.is_on or not rule.roles:
        return []
    tracks = Track.objects.filter(pk=rule.track_id) if rule.track_id else Track.objects.all()
    filled = {
        contact.state
        for contact in _answering(list(tracks.values_list("pk", flat=True)), now)
        if contact.roles & set(rule.roles)
    }
    owing = State.objects.filter(
        memberships__side__mechanism__in=tracks.values("mechanism"), memberships__until_period=""
    )
    return list(owing.exclude(pk__in=filled).distinct())


def heard_states(track_id: int, now: datetime) -> set[str]:
    """The states (codes) in which somebody answers today for a track."""
    return {contact.state for contact in _answering([track_id], now)}


def _answering(track_ids: Collection[int], now: datetime) -> Iterator[ContactFact]:
    for found in contacts_of(track_ids, now).values():
        for contact in found:
            if contact.answers_on(now.astimezone(ZoneInfo(contact.zone)).date()):
                yield contact
