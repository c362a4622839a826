"""Why the engine refuses a decision, as plain sentences. Marked for translation; the edge translates."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .rule import Refusal


def _(text: str) -> str:
    """Marks a sentence for the catalogue."""
    return text


SENTENCES = {
    "no_turn": _("No turn falls in {period}."),
    "same_period": _("A period cannot change places with itself."),
    "not_in_order": _("{member} is not in the order in {period}."),
    "not_its_turn": _("{member} is not of the side whose turn it is."),
    "not_later": _("{to} does not lie after {period}."),
    "past_next_turn": _("{to} does not lie before the next turn."),
    "not_before": _("{to} does not lie before {period}."),
    "past_previous_turn": _("{to} does not lie after the turn before it."),
    "before_first": _("{to} lies before the first period."),
    "vacant": _("It was decided that there is no meeting in {to}."),
    "no_side": _("There is no side “{side}”."),
    "in_another_side": _("{member} is in another side."),
    "in_order": _("{member} is in the order in {period} or later."),
    "no_place": _("{member} has no place in the list."),
    "leaves_nobody": _("A skip of {period} leaves nobody to take the turn."),
    "not_earlier": _("Only an earlier decision can be revoked."),
    "nobody_left": _("Nobody would be left in the side “{side}” to host in {period}."),
}


def refusal_text(refusal: Refusal, names: Mapping[str, str], translate: Callable[[str], str] = _) -> str:
    """Why, as a sentence; `names` has the members' names by code, in the reader's language."""
    member = refusal.values.get("member", "")
    values = {**refusal.values, "member": names.get(member, member)}
    return translate(SENTENCES[refusal.code]).format(**values)


def refusal_line(refusal: Refusal) -> str:
    """The key in the spec and why, in English, as a line for a terminal; members by their codes."""
    sentence = SENTENCES[refusal.code]
    clause = sentence[0].lower() + sentence[1:].removesuffix(".")
    values = {**refusal.values, "member": repr(refusal.values.get("member"))}
    return f"{refusal.where}: {clause.format(**values)}"
