"""Names sorted as a language sorts them (ICU), not by code points. Pure."""

from __future__ import annotations

from functools import lru_cache

import icu

# Keys of one version do not compare with those of another.
VERSION: str = icu.ICU_VERSION


@lru_cache(maxsize=64)
def _collator(locale: str) -> icu.Collator:
    return icu.Collator.createInstance(icu.Locale(locale))


def sort_key(text: str, locale: str) -> bytes:
    """A key that sorts `text` as the language of `locale` (an ICU locale such as `ru`) does."""
    return bytes(_collator(locale).getSortKey(text))
