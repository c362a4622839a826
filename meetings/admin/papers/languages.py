"""Languages of papers: which there are, which are chosen, which are missing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ...models import Document


class LanguagesField(forms.MultipleChoiceField):
    """Languages ticked, in the order in which the service lists them."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=settings.PAPER_LANGUAGES, **kwargs)


def language_name(code: str) -> str:
    """A language by its own name."""
    return dict(settings.PAPER_LANGUAGES).get(code, code)


def matrix_row(document: Document) -> list[dict[str, Any]]:
    """Each language that a paper has or must have, with its version; uses what `with_versions` fetched."""
    there = document.current_versions
    codes = [code for code, _name in settings.PAPER_LANGUAGES]
    return [
        {
            "code": code,
            "name": language_name(code),
            "version": there.get(code),
            "is_missing": code not in there,
            "is_required": code in document.required_languages,
            "is_authentic": code in document.authentic_languages,
        }
        for code in codes
        if code in there or code in document.required_languages
    ]


def matrix_chips(document: Document) -> SafeString:
    """The languages of a paper for a list: those that are missing stand out, by a word as well."""
    cells = []
    for cell in matrix_row(document):
        code = cell["code"].upper()
        if cell["is_missing"]:
            cells.append(("late", cell["name"], _("%(language)s missing") % {"language": code}))
        else:
            cells.append(("received" if cell["is_required"] else "courtesy", cell["name"], code))
    spans = format_html_join(" ", '<span class="chip chip-{}" title="{}">{}</span>', cells)
    return format_html('<span class="languages">{}</span>', spans)
