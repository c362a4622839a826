"""The symbols of papers: made from a pattern that is data, and read back by it. Pure.

A symbol names a paper, not its subject and not its language: every language version carries the same one. After
the pattern come suffixes, as the United Nations write them: `/Rev.1` replaces a paper, `/Add.1` adds to it,
`/Corr.1` mends it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from string import Formatter
from typing import Literal

Kind = Literal["Rev", "Add", "Corr"]
KINDS: tuple[Kind, ...] = ("Rev", "Add", "Corr")
LONGEST = 100

# What each part of a pattern may say. None of them can hold the sign that must part it from the next.
PARTS = {
    "body": r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*",
    "series": r"[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*",
    "year": r"[1-9][0-9]{3}",
    "session": r"[1-9][0-9]*",
    "number": r"[1-9][0-9]*",
}
NATURE = r"[A-Z]{1,4}[./]"  # L. limited, CRP. conference room paper, INF/ information, WP. working paper
SUFFIX = re.compile(r"/(Rev|Add|Corr)\.([1-9][0-9]*)")
LITERAL = re.compile(r"[A-Za-z0-9./()_-]*")


@dataclass(eq=False)
class BadPattern(ValueError):
    """A pattern by which symbols could not be made, or not be read back; `code` says why, `part` where."""

    code: Literal["sign", "unknown", "twice", "number", "unparted", "suffix"]
    part: str = ""


@dataclass(eq=False)
class BadSymbol(ValueError):
    """Values from which the pattern makes no symbol, or a text that is not one of its symbols."""

    code: Literal["part", "other", "long"]
    part: str = ""


@dataclass(frozen=True, slots=True, order=True)
class Suffix:
    kind: Kind
    number: int

    def __str__(self) -> str:
        return f"/{self.kind}.{self.number}"


@dataclass(frozen=True, slots=True)
class Symbol:
    """A symbol by its parts; `number` counts within all the other parts.

    body: whose paper it is. series: the track, or empty where the pattern names none. session: the number of the
    meeting, for patterns that count by sessions.
    """

    number: int
    body: str = ""
    series: str = ""
    year: int | None = None
    session: int | None = None
    nature: str = ""
    suffixes: tuple[Suffix, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """Such as `{body}/{series}/{year}/{nature}{number}`. Raises BadPattern."""

    text: str

    def __post_init__(self) -> None:
        names = self.names
        if names.count("number") != 1:
            raise BadPattern("number")
        for name in names:
            if names.count(name) > 1:
                raise BadPattern("twice", name)
        # An empty nature leaves no sign: what stands around it must not read as a suffix either.
        if any(f"{kind}." in self.text.replace("{nature}", "") for kind in KINDS):
            raise BadPattern("suffix")
        parted = True
        for index, (literal, name) in enumerate(self._pieces):
            if not LITERAL.fullmatch(literal):
                raise BadPattern("sign", literal)
            # A part could swallow letters and digits of its neighbour; only a nature ends by a sign of its own.
            parted = (
                parted or bool(re.search(r"[^A-Z0-9-]", literal)) or self._pieces[index - 1][1] == "nature"
            )
            if name and not parted:
                raise BadPattern("unparted", name)
            parted = not name

    @cached_property
    def _pieces(self) -> list[tuple[str, str]]:
        """Each literal with the part that follows it; the last part may be empty."""
        pieces = []
        try:
            for literal, name, form, conversion in Formatter().parse(self.text):
                if name is not None and (form or conversion or name not in (*PARTS, "nature")):
                    raise BadPattern("unknown", name)
                pieces.append((literal, name or ""))
        except BadPattern:
            raise
        except ValueError as error:
            raise BadPattern("sign", self.text) from error
        return pieces

    @cached_property
    def names(self) -> list[str]:
        """The parts that the pattern names, in order."""
        return [name for _literal, name in self._pieces if name]

    def format(self, symbol: Symbol) -> str:
        """The symbol as it is written. Raises BadSymbol when a part is missing or says what it may not."""
        values = self._values(symbol)
        for name in self.names:
            form = rf"(?:{NATURE})?" if name == "nature" else PARTS[name]
            if not re.fullmatch(form, values[name], re.ASCII):
                raise BadSymbol("part", name)
        text = self.text.format(**values) + "".join(map(str, symbol.suffixes))
        if len(text) > LONGEST:
            raise BadSymbol("long")
        return text

    def parse(self, text: str) -> Symbol:
        """The inverse of `format`. Raises BadSymbol."""
        base, suffixes = split_suffixes(text)
        found = self._expression.fullmatch(base)
        if found is None:
            raise BadSymbol("other", text)
        values = found.groupdict(default="")
        return Symbol(
            number=int(values["number"]),
            body=values.get("body", ""),
            series=values.get("series", ""),
            year=int(values["year"]) if "year" in values else None,
            session=int(values["session"]) if "session" in values else None,
            nature=values.get("nature", ""),
            suffixes=suffixes,
        )

    def row(self, symbol: Symbol) -> str:
        """What the numbers of a symbol are counted within: the symbol with its number left open."""
        values = self._values(symbol)
        self.format(replace(symbol, number=1, suffixes=()))
        return self.text.format(**{**values, "number": "#"})

    def _values(self, symbol: Symbol) -> Mapping[str, str]:
        return {
            "body": symbol.body,
            "series": symbol.series,
            "year": "" if symbol.year is None else str(symbol.year),
            "session": "" if symbol.session is None else str(symbol.session),
            "nature": symbol.nature,
            "number": str(symbol.number),
        }

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        text = ""
        for literal, name in self._pieces:
            text += re.escape(literal)
            if name:
                text += f"(?P<{name}>{NATURE})?" if name == "nature" else f"(?P<{name}>{PARTS[name]})"
        return re.compile(text, re.ASCII)


def split_suffixes(text: str) -> tuple[str, tuple[Suffix, ...]]:
    """A symbol without its suffixes, and these in order."""
    base, suffixes = text, []
    while found := re.search(SUFFIX.pattern + r"\Z", base, re.ASCII):
        suffixes.append(Suffix(found[1], int(found[2])))  # type: ignore[arg-type]
        base = base[: found.start()]
    return base, tuple(reversed(suffixes))


def suffixed_row(parent: str, kind: Kind) -> str:
    """What the numbers of a new suffix on `parent` are counted within, its number left open.

    A revision of `3/Rev.1` is `3/Rev.2`, and a second addendum to `3` may be started from `3/Add.1`; any other
    suffix hangs on the whole symbol: a corrigendum to `3/Rev.1` is `3/Rev.1/Corr.1`.
    """
    base, suffixes = split_suffixes(parent)
    if suffixes and suffixes[-1].kind == kind:
        suffixes = suffixes[:-1]
    return f"{base}{''.join(map(str, suffixes))}/{kind}.#"


def numbered(row: str, number: int) -> str:
    """The symbol that has `number` in a row. Raises BadSymbol when it is too long."""
    text = row.replace("#", str(number))
    if len(text) > LONGEST:
        raise BadSymbol("long")
    return text
