"""How a mail reads on the desk, alike in lists and on pages: when it goes or went, and what became of it."""

from __future__ import annotations

from datetime import datetime

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import pgettext

from meetings.admin.schedule.when import instant_text

from .models import Delivery
from .spoken import codes_of

# What the chip takes.
CHIPPED = ("bounces",)


def moment_of(row: Delivery) -> datetime:
    """When it went; of one that waits when it goes, which may be later than planned: not at night, or tried again.

    The same as the column `goes_at`, of a row that may be as it was not written yet.
    """
    if row.sent_at is not None:
        return row.sent_at
    return row.next_try_at if row.state in Delivery.UNSENT else row.planned_at


def moment_told(row: Delivery) -> str:
    """The same on the recipient's clock."""
    return instant_text(moment_of(row), row.zone)


def reply_of(row: Delivery) -> str:
    """What the mail server said to it, which may quote it."""
    return codes_of(row.reply) if row.is_withheld else row.reply


def chip_of(row: Delivery) -> SafeString:
    """What became of a mail; held and returned are said before the state that they leave as it is."""
    if row.is_held and row.state in Delivery.UNSENT:
        return _chip("late", pgettext("of a mail", "held"))
    for bounce in row.bounces.all():
        return _chip("late", bounce.get_verdict_display())
    return _chip("late" if row.state in Delivery.UNSETTLED else row.state, row.get_state_display())


def _chip(kind: str, text: str) -> SafeString:
    return format_html('<span class="chip chip-{}">{}</span>', kind, text)
