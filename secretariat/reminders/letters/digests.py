"""The weekly digest: one mail with all that falls due for its reader until the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rotation.translated import text_in

from ..models import Delivery
from .letter import Letter
from .moments import moment, short_day


def letter(row: Delivery, items: list[Delivery], letter_of: Callable[[Delivery], Letter]) -> Letter:
    """Each item under its moment on the reader's clock, and the links by which its ministry answers for it."""
    language = row.contact.language
    letters = [(item, letter_of(item)) for item in items]
    values = {
        "count": len(items),
        "first": short_day(row.planned_at, row.zone, language),
        "last": short_day(row.planned_at + timedelta(days=6), row.zone, language),
    }
    subject = ngettext(
        "Your week from %(first)s: %(count)d thing falls due",
        "Your week from %(first)s: %(count)d things fall due",
        len(items),
    )
    lead = _("From %(first)s to %(last)s this falls due:")
    facts = [(moment(item.says_due_at, row.zone, language), _item(item, each)) for item, each in letters]
    links = [
        (f"{text_in(item.due.deadline.titles)} · {label}", address)
        for item, each in letters
        if item.due is not None
        for label, address in each.links[1:]  # not the first: that a mail came is said of each by itself
    ]
    return Letter(
        subject % values,
        lead % values,
        facts,
        letters[0][1].signature if letters else "",
        any(each.is_example for _item, each in letters),
        links,
    )


def _item(item: Delivery, letter: Letter) -> str:
    """What is due and of which meeting; the day stands before it."""
    if item.due is None:
        return letter.subject
    return f"{text_in(item.due.deadline.titles)} — {item.meeting.title()}"
