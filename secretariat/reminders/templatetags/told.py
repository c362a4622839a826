"""Who is told when a meeting is moved, postponed, cancelled or given deadlines, for the pages that ask before it is done."""

from __future__ import annotations

from typing import Any

from django import template
from django.conf import settings

from meetings.admin.schedule.when import instant_text
from meetings.deadlines.taking import take_deadlines_from
from meetings.models import Meeting
from meetings.schedule.moves import MoveRefused, cancel_meeting, move_meeting, postpone_meeting
from rotation.models import State
from rotation.translated import by_name

from ..effects import Notices, notices_of

register = template.Library()


@register.inclusion_tag("reminders/told_by_move.html", takes_context=True)
def told_by_move(context: Any) -> dict[str, Any]:
    """The notices that confirming the page sends, by state; nothing is written."""
    found = {each.state: each for each in _notices(context)}
    names = by_name({row.pk: str(row) for row in State.objects.filter(pk__in=found)})
    return {
        "states": [
            {
                "name": name,
                "notices": found[code],
                "moment": instant_text(found[code].first_at, settings.TIME_ZONE),
            }
            for code, name in names.items()
        ],
        "mails": sum(each.mails for each in found.values()),
    }


def _notices(context: Any) -> list[Notices]:
    meeting: Meeting = context["meeting"]
    why: dict[str, Any] = {"actor": context["request"].user, "reason": "…"}
    try:
        if context.get("is_cancel"):
            return notices_of(lambda: cancel_meeting(meeting.pk, **why))
        values = context["form"].cleaned_data
        if context.get("is_taking"):
            key = values["template"].pk
            return notices_of(lambda: take_deadlines_from(meeting.pk, key, **why))
        to = values["span"]
        if to is None:
            return notices_of(lambda: postpone_meeting(meeting.pk, **why))
        return notices_of(lambda: move_meeting(meeting.pk, to=to, takes_proposals=True, **why))
    except MoveRefused:
        return []  # the page says so itself
