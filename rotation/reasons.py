"""The reasons of a turn as plain sentences. The templates are marked for translation; the edge translates."""

from __future__ import annotations

from collections.abc import Callable

from .rule import Reason


def _(text: str) -> str:
    """Marks a sentence for the catalogue."""
    return text


SENTENCES = {
    "sides_alternate": _("The sides take turns: after {previous} comes {side} — {basis}"),
    "only_member": _("{side}, turn {turn}: {holder} is its only member"),
    "named_first": _("{side}, turn {turn}: {holder} holds the first turn, as agreed — {basis}"),
    "first_in_order": _("{side}, turn {turn}: {holder} comes first in the order — {basis}"),
    "next_alphabetical": _("{side}, turn {turn}: after {previous}, alphabetically, comes {holder} — {basis}"),
    "again_alphabetical": _(
        "{side}, turn {turn}: after {previous}, the last alphabetically, the order begins again with {holder} — {basis}"
    ),
    "next_listed": _("{side}, turn {turn}: after {previous}, as listed, comes {holder} — {basis}"),
    "again_listed": _(
        "{side}, turn {turn}: after {previous}, the last listed, the order begins again with {holder} — {basis}"
    ),
}


def reason_text(reason: Reason, translate: Callable[[str], str] = _) -> str:
    """The sentence of a reason; a rule without a basis names none."""
    return translate(SENTENCES[reason.code]).format(**dict(reason.values)).removesuffix(" — ")
