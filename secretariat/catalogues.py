"""The catalogues of the service's own words: `make words` brings them up to date.

The strings are read from the code and the templates, and stand in the `locale/` of their app by identity and
without line numbers, so that two people's changes rarely meet. What a translator wrote is kept; nothing is guessed
from a string that looks alike. It needs neither gettext's tools nor a server.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
APPS = ("rotation", "meetings", "secretariat/desk", "secretariat/reminders", "secretariat/feed")
LANGUAGES = ("ru", "zh_Hans")
# Whole Russian numbers need three forms; babel's four have one for fractions, which gettext cannot be asked for.
PLURALS = {
    "ru": "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)",
    "zh_Hans": "nplurals=1; plural=0",
}
_LAZY_TOO = {
    "gettext": (1,),
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
MARKS = (
    {"_": (1,), "gettext_noop": (1,)} | _LAZY_TOO | {f"{name}_lazy": _LAZY_TOO[name] for name in _LAZY_TOO}
)
NO_DAY = datetime(
    2000, 1, 1, tzinfo=UTC
)  # a compiled file says no day, so that it changes with its words only
HEADER = """\
# The service's own words; `make words` keeps them.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals};\\n"

"""


def main() -> int:
    """Bring every catalogue up to date; say which strings wait for a translator."""
    waiting = 0
    for app in APPS:
        for language in LANGUAGES:
            catalogue = brought_up_to_date(app, language)
            write(app, language, catalogue)
            path = po_path(app, language).relative_to(ROOT)
            for message in untranslated(catalogue):
                waiting += 1
                print(f"{path}: {message.id!r} has no translation")
    return 1 if waiting else 0


def po_path(app: str, language: str) -> Path:
    return ROOT / app / "locale" / language / "LC_MESSAGES" / "django.po"


def sources(folder: Path) -> Iterator[Path]:
    """The files below a folder whose strings people may read."""
    for path in sorted(folder.rglob("*")):
        is_code = path.suffix == ".py" and "migrations" not in path.parts
        if is_code or (path.suffix in {".html", ".txt"} and "templates" in path.parts):
            yield path


def strings(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """The marked strings of a file, a plural with its singular, each with its context."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        # In brackets, where Python's tokens keep no order of lines.
        text = f"({templatize(text)}\n)"
    for _line, found, _comments, context in extract("python", BytesIO(text.encode()), MARKS):
        yield found, context


@cache
def words_of(app: str) -> tuple[tuple[str | tuple[str, ...], str | None], ...]:
    """Every string of an app as its files say it now."""
    return tuple(found for path in sources(ROOT / app) for found in strings(path))


def translated(app: str, language: str) -> Catalog:
    """The catalogue as it stands; an empty one where there is none."""
    path = po_path(app, language)
    if not path.exists():
        return Catalog(language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def brought_up_to_date(app: str, language: str) -> Catalog:
    """The strings of today with the translations that stand; what nobody says any more is left out."""
    words, known = Catalog(language), translated(app, language)
    for text, context in words_of(app):
        words.add(text, context=context)
    for message in words:
        found = known.get(message.id, message.context) if message.id else None
        if found is not None and isinstance(found.id, str) == isinstance(message.id, str):
            message.string = found.string
    return words


def untranslated(catalogue: Catalog) -> list[Message]:
    """The strings without a translation, or without one of its plural forms."""
    forms = int(PLURALS[str(catalogue.locale)][len("nplurals=")])
    return [message for message in catalogue if message.id and not _is_whole(message, forms)]


def _is_whole(message: Message, forms: int) -> bool:
    if isinstance(message.id, str):
        return bool(message.string)
    return isinstance(message.string, tuple) and len(message.string) == forms and all(message.string)


def write(app: str, language: str, catalogue: Catalog) -> None:
    path = po_path(app, language)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(po_bytes(language, catalogue))
    path.with_suffix(".mo").write_bytes(mo_bytes(path))


def po_bytes(language: str, catalogue: Catalog) -> bytes:
    body = BytesIO()
    write_po(body, catalogue, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER.format(language=language, plurals=PLURALS[language]).encode() + body.getvalue()


def mo_bytes(path: Path) -> bytes:
    """What Django reads, made of a `.po` file; the same bytes each time."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    catalogue.creation_date = catalogue.revision_date = NO_DAY
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
