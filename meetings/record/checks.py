"""What every part of a record is checked by; each refusal names the line and the key. Pure."""

from __future__ import annotations

import re
from typing import Any

from .positions import Document
from .shapes import LONGEST, LONGEST_OTHER, PAPERS, TEXTS, Shape

Path = tuple[Any, ...]


def check_shape(document: Document, path: Path, value: Any, shape: Shape) -> None:
    """An object with the keys of `shape`, no other ones, each of its type and not too long for its column."""
    if not isinstance(value, dict):
        raise document.refuse(path, "an object is expected")
    for key in value:
        if key not in shape:
            raise document.refuse((*path, key), "unknown key")
    for key, (types, required) in shape.items():
        if key not in value:
            if required:
                raise document.refuse((*path, key), "missing")
        elif not isinstance(value[key], types) or isinstance(value[key], bool):
            raise document.refuse((*path, key), "of the wrong type")
        elif isinstance(value[key], str):
            check_text(document, (*path, key), value[key], key)


def check_text(document: Document, path: Path, text: str, key: str) -> None:
    longest = LONGEST.get(key, LONGEST_OTHER)
    if not text.strip() or len(text) > longest:
        raise document.refuse(path, f"empty, or longer than {longest:,} characters")


def checked_rows(document: Document, key: str, shape: Shape) -> list[tuple[int, dict[str, Any]]]:
    """The rows of a top-level list with their index, each of `shape`."""
    rows = list(enumerate(document.value.get(key, [])))
    for index, row in rows:
        check_shape(document, (key, index), row, shape)
    return rows


def check_known(document: Document, path: Path, value: Any, known: Any, what: str) -> None:
    if value not in known:
        raise document.refuse(path, f"unknown {what} “{value}”")


def check_form(document: Document, path: Path, value: str, pattern: str, form: str) -> None:
    if not re.fullmatch(pattern, value, re.ASCII):
        raise document.refuse(path, f"{form} are expected")


def check_range(document: Document, path: Path, value: Any, least: int, most: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise document.refuse(path, f"a whole number from {least} to {most} is expected")


def check_texts(document: Document, path: Path, texts: dict[str, Any]) -> None:
    """A text in at least one language of the service."""
    if not texts:
        raise document.refuse(path, "empty")
    for code, text in texts.items():
        if code not in TEXTS or not isinstance(text, str):
            raise document.refuse((*path, code), "a text in en, zh or ru is expected")
        check_text(document, (*path, code), text, "name")


def check_list_of_texts(document: Document, path: Path, texts: list[Any]) -> None:
    for index, text in enumerate(texts):
        if not isinstance(text, str):
            raise document.refuse((*path, index), "a text is expected")
        check_text(document, (*path, index), text, path[-1])


def check_languages(document: Document, path: Path, codes: list[Any]) -> None:
    """Codes of languages in which papers may appear."""
    for index, code in enumerate(codes):
        check_known(document, (*path, index), code, PAPERS, "language")


def check_once(document: Document, path: Path, seen: dict[Any, Path], key: Any, what: str) -> None:
    """Refuse what an earlier path already gave; remembers `key` in `seen`."""
    first = seen.setdefault(key, path)
    if first != path:
        raise document.refuse(path, f"{what}, in line {document.line(first)}")
