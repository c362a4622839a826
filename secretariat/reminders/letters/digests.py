"""The weekly digest: one mail with all that falls due for its reader until the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..models import Delivery
from .letter import Letter
from .moments import moment, short_day


def letter(row: Delivery, items: list[Delivery], letter_of: Callable[[Delivery], Letter]) -> Letter:
    """Each item with the subject of its own mail, under the moment on the reader's clock."""
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
    facts = [(moment(item.says_due_at, row.zone, language), each.subject) for item, each in letters]
    return Letter(
        subject % values,
        lead % values,
        facts,
        letters[0][1].signature if letters else "",
        any(each.is_example for _item, each in letters),
    )
