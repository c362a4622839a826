"""The reasons of a turn as plain sentences. The templates are marked for translation; the edge translates."""

from __future__ import annotations

from collections.abc import Callable, Mapping

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
    "kept": _("{side}, turn {turn}: {holder} holds the turn that was kept for it — {basis}"),
    "joined": _("{holder} is in the order from {period} on — {basis}"),
    "withdrawn": _("{member} is not in the order from {period} on — {basis}"),
    "left": _("{member} is not in the order then; {holder} comes next — {basis}"),
    "skipped": _("{member} gives up the turn of {period}; {holder} comes next — {basis}"),
    "assigned": _("By agreement {member} holds {period}, and the order goes on after it — {basis}"),
    "substituted_kept": _(
        "{member} holds {period} in place of {holder}, whose turn is kept for its side's next period — {basis}"
    ),
    "substituted_spent": _("{member} holds {period} in place of {holder}, whose turn is spent — {basis}"),
    "swapped": _("The holders of {first} and {second} change places — {basis}"),
    "postponed": _("The turn of {period} is held in {to} — {basis}"),
    "vacated": _("There is no meeting in {period}; its turn is kept for the next period — {basis}"),
    "advanced": _("The turn of {period} is brought forward to {to} — {basis}"),
    "moved_on": _("There is no meeting in {period}, so this turn falls later — {basis}"),
    "shifted": _("The turn of {period} is held in {to}; this one moves by the same time — {basis}"),
    "announced": _("The parties have announced this turn — {basis}"),
}


def reason_text(
    reason: Reason, translate: Callable[[str], str] = _, sentences: Mapping[str, str] = SENTENCES
) -> str:
    """The sentence of a reason, a turn's unless `sentences` has others; one without a basis names none."""
    return translate(sentences[reason.code]).format(**dict(reason.values)).removesuffix(" — ")
