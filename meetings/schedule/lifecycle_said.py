"""A change of status that is refused, in the reader's language."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

from django.utils.translation import gettext_lazy as _

from rotation.models import Summit
from rotation.refused import Refused

from ..models import Meeting
from .lifecycle import Act, Standing, Status, refusal

SENTENCES = {
    "does_not_follow": _("The status “%(after)s” does not follow “%(before)s”."),
    "by_move": _("A postponed meeting stands again when it is given a date: move it."),
    "by_postpone": _("Postponing takes the deadlines along: do it on its own page."),
    "by_cancel": _("Cancelling takes the deadlines along: do it on its own page."),
    "with_its_turn": _("A summit is marked as held on its own page, and then stays so."),
    "not_begun": _("The meeting has not begun, or its date is not known: it cannot have been held."),
    "no_date": _(
        "A confirmed meeting has a date: give the day, the month or the year, or leave it proposed."
    ),
    "no_reason": _("Give the reason; it stands in the history."),
}


class StatusRefused(Refused):
    """The meeting stays as it is. before: empty of a new meeting."""

    sentences = SENTENCES

    def __init__(self, code: str, before: str, after: str) -> None:
        labels = {
            "before": before and Meeting.Status(before).label,
            "after": after and Meeting.Status(after).label,
        }
        super().__init__(code, **labels)
        self.before, self.after = before, after


def lacks_date(meeting: Meeting) -> bool:
    """Whether it is told as confirmed while nothing is known of its date."""
    return meeting.status == Meeting.Status.CONFIRMED and meeting.first_on is None


def standing_of(meeting: Meeting, status: str) -> Standing:
    """How `meeting`, as it is to be saved, stood while it had `status`; reads its turn anew."""
    turn = None
    if meeting.summit_id is not None:
        turn = Summit.objects.values_list("status", flat=True).get(pk=meeting.summit_id)
    return Standing(Status(status), meeting.first_on, cast(Any, turn or ""))


def status_refusal(
    meeting: Meeting, before: str, *, act: Act | None, today: date, reason: str
) -> StatusRefused | None:
    """Why the status of `meeting` may not follow `before` by `act`; None when it may."""
    if meeting.status == before:
        return None
    standing, to = standing_of(meeting, before), Status(meeting.status)
    code = refusal(standing, to, act=act, today=today, has_reason=bool(reason.strip()))
    return StatusRefused(code, before, meeting.status) if code else None
