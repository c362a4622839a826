"""The templates of a mail, laid out once for each shape and language, and then filled.

Nearly all mails have one of a dozen shapes (so many facts, so many links), and Django needs longer to go through a
template than everything else in writing a mail takes. The templates stay the one place that says how a mail looks.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.translation import get_language

TEXT, HTML = "reminders/mail.txt", "reminders/mail.html"
# Where a value goes: in characters that no text has, and that HTML does not escape.
SLOT = "\ue000{}\ue001"
SLOTS = re.compile("\ue000(\\d+)\ue001")


@dataclass(frozen=True, slots=True)
class Content:
    """What a mail shows. facts: label and value; links: label and address.

    unsubscribe, paper: an address; empty where there is none.
    """

    language: str
    salutation: str
    lead: str
    signature: str
    unsubscribe: str
    paper: str
    facts: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]]
    is_example: bool

    @property
    def shape(self) -> tuple[int, int, bool, bool, bool]:
        return (len(self.facts), len(self.links), bool(self.unsubscribe), bool(self.paper), self.is_example)

    @property
    def values(self) -> list[str]:
        pairs = [part for pair in (*self.facts, *self.links) for part in pair]
        return [
            self.language,
            self.salutation,
            self.lead,
            self.signature,
            self.unsubscribe,
            self.paper,
            *pairs,
        ]


def text_of(content: Content) -> str:
    """The mail as plain text, its own words in the active language."""
    return _filled(TEXT, content, content.values)


def html_of(content: Content) -> str:
    return _filled(HTML, content, [escape(value) for value in content.values])


def _filled(template: str, content: Content, values: Sequence[str]) -> str:
    fixed, slots = _laid_out(template, get_language(), *content.shape)
    parts = list(fixed)
    parts[1::2] = [values[slot] for slot in slots]
    return "".join(parts)


@lru_cache(maxsize=256)
def _laid_out(
    template: str,
    _language: str | None,
    facts: int,
    links: int,
    can_unsubscribe: bool,
    has_paper: bool,
    is_example: bool,
) -> tuple[list[str], list[int]]:
    """The text of the template with an odd part for each slot, and which value goes into each."""
    marks = (SLOT.format(number) for number in range(6 + 2 * (facts + links)))
    language, salutation, lead, signature, unsubscribe, paper = (next(marks) for _one in range(6))
    context = {
        "language": language,
        "salutation": salutation,
        "lead": lead,
        "signature": signature,
        "unsubscribe": unsubscribe if can_unsubscribe else "",
        "paper": paper if has_paper else "",
        "facts": [(next(marks), next(marks)) for _one in range(facts)],
        "links": [(next(marks), next(marks)) for _one in range(links)],
        "is_example": is_example,
    }
    parts = SLOTS.split(render_to_string(template, context))
    return parts, [int(slot) for slot in parts[1::2]]
