"""The mails about a due, for its page on the desk: did that state get it?"""

from __future__ import annotations

from typing import Any

from django import template

from meetings.models import Due

from ..models import Delivery
from ..shown import CHIPPED, chip_of, moment_told

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
