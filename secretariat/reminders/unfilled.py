"""The states in which a line of the policy is for a role that nobody has."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from meetings.models import Track
from rotation.models import State

from .models import ReminderRule
from .subjects.audience import contacts_of


def without_role(rule: ReminderRule, now: datetime) -> list[State]:
    """The states in which nobody who answers today for the rule's track, or for any, has a role that it is for.

    None for a rule that is off, or for everybody.
    """
    if not rule.is_on or not rule.roles:
        return []
    tracks = Track.objects.filter(pk=rule.track_id) if rule.track_id else Track.objects.all()
    contacts = contacts_of(tracks.values_list("pk", flat=True), now)
    filled = {
        contact.state
        for found in contacts.values()
        for contact in found
        if contact.roles & set(rule.roles)
        and contact.answers_on(now.astimezone(ZoneInfo(contact.zone)).date())
    }
    owing = State.objects.filter(
        memberships__side__mechanism__in=tracks.values("mechanism"), memberships__until_period=""
    )
    return list(owing.exclude(pk__in=filled).distinct().order_by("pk"))
