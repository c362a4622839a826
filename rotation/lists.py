"""Lists in a running sentence, as each language writes them: "A, B and C", "A、B和C", "A, B и C"."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from babel import Locale
from babel.lists import format_list
from django.utils.translation import get_language

# We write British English, which has no comma before the "and".
LOCALES = {"en": "en_GB"}


def listed(
    names: Iterable[object], language: str | None = None, style: Literal["standard", "unit"] = "standard"
) -> str:
    """The names in the order in which they are given; empty when there are none.

    language: a language of the service or of its content, such as `zh-hans` or `zh`; None is the active one.
    style: `unit` for the parts of one measure, "2 days, 3 hours", which no "and" stands between.
    """
    code = language or get_language() or "en"
    locale = Locale.parse(LOCALES.get(code, code), sep="_" if code in LOCALES else "-")
    return format_list([str(name) for name in names], style, locale)
