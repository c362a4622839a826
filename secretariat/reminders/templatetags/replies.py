"""What ministries said of a due, for its page on the desk."""

from __future__ import annotations

from typing import Any

from django import template

from meetings.models import Due

from ..models import Reply

register = template.Library()


@register.inclusion_tag("reminders/said_of.html", takes_context=True)
def said_of(context: Any, due: Due) -> dict[str, Any]:
    """The replies about a due, the newest first; one query."""
    return {"replies": Reply.objects.with_due().filter(delivery__due=due), "perms": context.get("perms")}
