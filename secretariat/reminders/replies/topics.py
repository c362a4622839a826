"""What a contact may refuse: notices that are a service. What a state owes, or is bound by, is none."""

from __future__ import annotations

from collections.abc import Mapping

from ..models import Delivery, Unsubscription
from ..plan.wanted import ContactFact

Topic = Unsubscription.Topic


def topic_of(row: Delivery) -> str:
    """The topic under which this kind of mail can be refused; empty for a duty."""
    return Topic.AGENDA if row.agenda_id is not None else ""


def without_refusing(contacts: Mapping[int, list[ContactFact]], topic: str) -> dict[int, list[ContactFact]]:
    """Those of the contacts, by track, who take this topic; one query."""
    refused = set(
        Unsubscription.objects.filter(topic=topic, ended_at__isnull=True).values_list("contact_id", flat=True)
    )
    return {
        track_id: [contact for contact in found if contact.id not in refused]
        for track_id, found in contacts.items()
    }
