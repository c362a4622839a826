"""What a mail says, before it becomes text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from meetings.models import Meeting

from .moments import meeting_days


@dataclass(frozen=True, slots=True)
class Letter:
    """facts: label and value, in their order; one without a value has no line. links: label and address."""

    subject: str
    lead: str
    facts: list[tuple[str, str]]
    signature: str
    is_example: bool = False
    links: Sequence[tuple[str, str]] = ()


def facts_of(meeting: Meeting, language: str) -> list[tuple[str, str]]:
    """Which meeting it is, when and where."""
    facts = [
        (_("Meeting"), meeting.title()),
        (_("When"), meeting_days(meeting, language)),
        (_("Where"), meeting.place or ""),
    ]
    return [(label, value) for label, value in facts if value]
