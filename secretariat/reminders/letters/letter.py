"""What a mail says, before it becomes text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meetings.models import Meeting
from secretariat.feed.cities import place_in

from ..models import Delivery
from .moments import meeting_days


@dataclass(frozen=True, slots=True)
class Letter:
    """facts: label and value, in their order; one without a value has no line. links: label and address, to answer by.

    paper: the address at which the paper that it speaks of can be read.
    """

    subject: str
    lead: str
    facts: list[tuple[str, str]]
    signature: str
    is_example: bool = False
    links: Sequence[tuple[str, str]] = ()
    paper: str = ""


def facts_of(meeting: Meeting, language: str) -> list[tuple[str, str]]:
    """Which meeting it is, when and where; of one that does not take place, that."""
    where = place_in(meeting, language)
    match meeting.status:
        case Meeting.Status.CANCELLED:
            when, where = _("does not take place"), ""
        case Meeting.Status.POSTPONED:
            when, where = _("postponed; the new date is not known yet"), ""
        case _other:
            when = meeting_days(meeting, language)
    facts = [(_("Meeting"), meeting.title()), (_("When"), when), (_("Where"), where)]
    return [(label, value) for label, value in facts if value]


def clocks_beside(row: Delivery) -> list[tuple[str, str]]:
    """Beside a state's own clock: the reader's, and that of the meeting's place where a place or a host is known."""
    is_somewhere = row.meeting.place or row.meeting.host_id
    place = [(_("At the meeting's place"), row.meeting.zone)] if is_somewhere else []
    return [(_("On your clock"), row.zone), *place]
