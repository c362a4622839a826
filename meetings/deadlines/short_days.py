"""Deadlines at short notice: the days proposed for them, and the new days that staff take, with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.concurrency import assert_unchanged
from rotation.refused import Refused

from ..authorship import authored
from ..changes import announce
from ..models import Due, Meeting, TemplateLine
from ..schedule.dates import Span, instant
from .dues import parties_of
from .rules import DueMoment, Line, moments_of
from .short_notice import is_in_time, proposals


class ShortDayRefused(Refused):
    message = gettext_lazy("The deadline stays as it is.")


class ReasonMissing(ShortDayRefused):
    message = gettext_lazy("Give the reason.")


class NotAtShortNotice(ShortDayRefused):
    message = gettext_lazy("This deadline is not open at short notice any more. Look again.")


class NothingAtShortNotice(ShortDayRefused):
    message = gettext_lazy("No deadline of this meeting is open at short notice.")


class DayIsPast(ShortDayRefused):
    message = gettext_lazy("A new day has to lie ahead.")


class TooLateForTheMeeting(ShortDayRefused):
    message = gettext_lazy("The new day has to end before the meeting begins.")


@dataclass(frozen=True, slots=True)
class ShortDue:
    """A due that was past or too near when its day was derived, and what is proposed; None: no day is left."""

    due: Due
    proposal: DueMoment | None


def proposed_days(meeting: Meeting, span: Span, now: datetime) -> dict[tuple[int, str], DueMoment]:
    """The days proposed for a meeting at `span`, by deadline and state; writes nothing."""
    rows = list(meeting.deadlines.select_related("line__template"))
    lines = {row.pk: row.rule for row in rows}
    parties = parties_of(meeting)
    asked = {
        row.pk: (row.line.template.short_notice_id, row.key)
        for row in rows
        if row.line is not None and row.key
    }
    moments = moments_of(lines, span, parties)
    found = proposals(lines, moments, span, parties, now, short_lines_of(asked))
    return {(key, code): moment for key, by_state in found.items() for code, moment in by_state.items()}


def short_lines_of(asked: Mapping[int, tuple[int | None, str]]) -> dict[int, Line]:
    """What a short-notice set says of each line. asked: the set and the key by which it is found there."""
    wanted = TemplateLine.objects.filter(template__in={pk for pk, _key in asked.values() if pk}).exclude(
        key=""
    )
    by_key: dict[tuple[int | None, str], Line] = {(line.template_id, line.key): line.rule for line in wanted}
    return {pk: by_key[pk_and_key] for pk, pk_and_key in asked.items() if pk_and_key in by_key}


def short_dues(meeting: Meeting) -> list[ShortDue]:
    """The open dues of a meeting that nobody has taken a new day for; writes nothing."""
    dues = list(Due.objects.at_short_notice().with_meeting().filter(deadline__meeting=meeting))
    if not dues:
        return []
    proposed = proposed_days(meeting, meeting.span, timezone.now())
    return [ShortDue(due, proposed.get((due.deadline_id, due.state_id))) for due in dues]


@transaction.atomic
def take_short_days(meeting_id: int, *, days: Mapping[int, date], actor: Any, reason: str) -> list[Due]:
    """Set new days, by due, for deadlines at short notice; the rest stays flagged.

    Such a day is agreed, not pinned: when the meeting moves so far that the rule's own day serves again, that
    day counts. Raises ShortDayRefused; then nothing has changed.
    """
    if not reason.strip():
        raise ReasonMissing
    meeting = Meeting.objects.select_for_update(of=("self",)).select_related("track").get(pk=meeting_id)
    rows = Due.objects.at_short_notice().select_for_update(of=("self",)).select_related("deadline", "state")
    short = list(rows.filter(deadline__meeting=meeting).order_by("pk"))
    assert_unchanged(meeting, *short)
    dues = {due.pk: due for due in short if due.pk in days}
    if dues.keys() != days.keys():
        raise NotAtShortNotice
    now = timezone.now()
    parties = {party.state: party for party in parties_of(meeting)}
    with authored(actor, reason):
        for pk, day in sorted(days.items()):
            due = dues[pk]
            early = parties[due.state_id].calendar.closes_at(day) if due.state_id in parties else None
            hour = min(due.deadline.close_at, early or due.deadline.close_at)
            _take(due, day, instant(day, hour, due.zone), meeting.span, now, actor, reason)
        announce([meeting.pk])
    return list(dues.values())


def _take(due: Due, day: date, at: datetime, span: Span, now: datetime, actor: Any, reason: str) -> None:
    if at <= now:
        raise DayIsPast
    if not is_in_time(due.deadline.rule, at, span):
        raise TooLateForTheMeeting
    due.sequence += at != due.due_at
    due.due_on, due.due_at, due.notice, due.pin_reason = day, at, Due.Notice.AGREED, reason
    due.trail = [*due.trail, {"code": "agreed", "day": day.isoformat(), "reason": reason}]
    due.recorded_by = actor
    due.save()


def by_hand_text(due: Due) -> str:
    """What to say beside a due whose day staff have set; empty of one that the rule set."""
    if not due.is_pinned:
        return ""
    return _("extended") if due.is_extended else _("set by hand")


def notice_text(due: Due) -> str:
    """What to say beside a due that had no full notice; empty for one that had."""
    if due.notice == Due.Notice.SHORT and due.status == Due.Status.OPEN and not due.is_pinned:
        return _("short notice")
    return _("agreed at short notice") if due.notice == Due.Notice.AGREED else ""
