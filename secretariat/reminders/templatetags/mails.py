"""For pages of the floor below: the mails about a due, and the states that no mail about a paper would reach."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import timezone

from meetings.models import Document, Due

from ..models import Delivery
from ..shown import CHIPPED, chip_of, moment_told
from ..unfilled import heard_states

register = template.Library()


@register.inclusion_tag("reminders/mails_of.html", takes_context=True)
def mails_of(context: Any, due: Due) -> dict[str, Any]:
    """The mails about a due in the order in which they go, for who may see mails; three queries, however many."""
    perms = context.get("perms")
    if not (perms and perms["reminders"]["view_delivery"]):
        return {"mails": None}
    rows = Delivery.objects.filter(due=due).select_related("contact__ministry").prefetch_related(*CHIPPED)
    return {
        "mails": [
            {"row": row, "when": moment_told(row), "chip": chip_of(row)}
            for row in rows.defer("text", "html", "calendar").order_by("planned_at", "pk")
        ]
    }


@register.inclusion_tag("reminders/nobody_told.html")
def nobody_told(document: Document, states: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Of these states (code and name), those in which nobody would be told of silence on a paper; one query."""
    heard = heard_states(document.track_id, timezone.now())
    return {"states": [name for code, name in states if code not in heard], "document": document}
