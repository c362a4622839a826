"""Whether the link of a mail may still be used to say something of a due. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

# A paper that comes late is told of too.
LASTS = timedelta(days=30)

Bar = Literal["withdrawn", "moved", "settled", "left", "expired"]


@dataclass(frozen=True, slots=True)
class Link:
    """What the mail said, and how things stand. due_at: when it is due now.

    answers: whether its reader is in office and answers for the track today.
    """

    says_due_at: datetime
    due_at: datetime
    due_status: str
    answers: bool


def bar(link: Link, now: datetime) -> Bar | None:
    """What stands against using the link, the most telling reason first; None where nothing does."""
    if not link.answers:
        return "left"
    if link.due_status == "withdrawn":
        return "withdrawn"
    if link.due_status != "open":
        return "settled"
    if link.says_due_at != link.due_at:
        return "moved"
    return "expired" if now >= link.says_due_at + LASTS else None
