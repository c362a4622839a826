"""What a contact may refuse: notices that are a service. What a state owes, or is bound by, is none."""

from __future__ import annotations

from collections.abc import Mapping

from ..models import Delivery, Unsubscription
from ..plan.wanted import ContactFact

Topic = Unsubscription.Topic


def topic_of(row: Delivery) -> str:
    """The topic under which this kind of mail can be refused; empty for a duty."""
    match row.about[0]:
        case "agenda" | "closing":
            return Topic.AGENDA
        case "meeting" if row.meeting_id is not None:  # a test to staff speaks of nothing
            return Topic.FOLLOWED
    return ""


def refusing(topic: str) -> set[int]:
    """The contacts who do not take this topic; one query."""
    refusals = Unsubscription.objects.filter(topic=topic, ended_at__isnull=True)
    return set(refusals.values_list("contact_id", flat=True))


def without_refusing(contacts: Mapping[int, list[ContactFact]], topic: str) -> dict[int, list[ContactFact]]:
    """Those of the contacts, by track, who take this topic; one query."""
    refused = refusing(topic)
    return {
        track_id: [contact for contact in found if contact.id not in refused]
        for track_id, found in contacts.items()
    }
