"""Taking the lines of a deadline template to a meeting: when it is made, or afterwards, shown before it is done."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.refused import Refused

from ..authorship import authored
from ..changes import announce
from ..models import Deadline, DeadlineTemplate, Meeting
from ..models.deadlines import RULE_FIELDS
from .dues import DueChange, derive_dues, plan_dues

OVER = (Meeting.Status.HELD, Meeting.Status.CANCELLED)


class TakingRefused(Refused):
    message = _("No deadlines can be taken.")


class MeetingIsOver(TakingRefused):
    message = _("This meeting was held or cancelled: nothing more falls due for it.")


class NothingLeft(TakingRefused):
    message = _("The meeting has all the deadlines of this template already.")


class ReasonMissing(TakingRefused):
    message = _("Give the reason; it stands in the history.")


def untaken(meeting: Meeting, template: DeadlineTemplate) -> list[Deadline]:
    """The template's lines that the meeting has not taken yet, as its deadlines; not stored. A line whose key the
    meeting has from another template is the same deadline."""
    taken = list(meeting.deadlines.values_list("line_id", "key")) if meeting.pk else []
    lines, keys = {line for line, _key in taken}, {key for _line, key in taken if key}
    return [
        Deadline(meeting=meeting, line=line, **{name: getattr(line, name) for name in RULE_FIELDS})
        for line in template.lines.all()
        if line.pk not in lines and line.key not in keys
    ]


def plan_taking(meeting: Meeting, template: DeadlineTemplate) -> tuple[DueChange, ...]:
    """What would fall due from the lines of `template` that the meeting lacks; writes nothing. Raises TakingRefused."""
    if meeting.status in OVER:
        raise MeetingIsOver
    deadlines = untaken(meeting, template)
    if not deadlines:
        raise NothingLeft
    for number, deadline in enumerate(deadlines):
        deadline.pk = -1 - number  # told apart in the plan; no stored one has such a key
    stands = meeting.status != Meeting.Status.POSTPONED
    return plan_dues(meeting, meeting.span, now=timezone.now(), stands=stands, deadlines=deadlines)


@transaction.atomic
def take_deadlines_from(
    meeting_id: int, template_id: int, *, actor: Any, reason: str
) -> tuple[DueChange, ...]:
    """Give a meeting the deadlines of a template that it lacks; what falls due at once. Raises TakingRefused."""
    if not reason.strip():
        raise ReasonMissing
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("track").get(pk=meeting_id)
    template = DeadlineTemplate.objects.get(pk=template_id)
    plan = plan_taking(meeting, template)
    assert_unchanged(meeting, plan)
    with authored(actor, reason):
        Deadline.objects.bulk_create(untaken(meeting, template))
        changes = derive_dues(meeting)
        announce([meeting.pk])
    return changes
