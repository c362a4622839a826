"""JSON with the line of every value, so that an error can name it. Pure."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from json.decoder import scanstring  # type: ignore[attr-defined]  # typeshed leaves it out
from typing import Any

SPACE = re.compile(r"[ \t\n\r]*")
SCALAR = re.compile(r"[^\s,\]}]+")
DEEPEST = 50
# PostgreSQL stores neither NUL nor half a surrogate pair, and JSON can write both.
UNSTORABLE = re.compile(r"[\x00\ud800-\udfff]")


class BadRecord(Exception):
    """The file is refused; the message names the line and the key."""


class Document:
    """A parsed file: `value`, and `line(path)` of any value in it; a path is a tuple of keys and indexes."""

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self._lines: dict[tuple[Any, ...], int] = {}
        self._breaks = [match.start() for match in re.finditer("\n", text)]
        try:
            self.value, end = self._value(self._skip(0), ())
        except json.JSONDecodeError as error:
            raise self._not_json(error.pos, error.msg) from error
        except IndexError as error:
            raise self._not_json(len(text), "the file ends too early") from error
        if self._skip(end) != len(text):
            raise self._not_json(self._skip(end), "there is text after the end")

    def line(self, path: tuple[Any, ...]) -> int:
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path, 1)

    def refuse(self, path: tuple[Any, ...], why: str) -> BadRecord:
        """The error for the value at `path`: "mechanism.json line 412: meetings[17].host: unknown state “XX”"."""
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
        return BadRecord(f"{self.name} line {self.line(path)}: {key or 'the file'}: {why}")

    def _not_json(self, position: int, why: str) -> BadRecord:
        line = self._line_at(position)
        column = position - (self._breaks[line - 2] if line > 1 else -1)
        why = why[:1].lower() + why[1:]
        return BadRecord(f"{self.name} line {line}, column {column}: this is not JSON: {why}")

    def _line_at(self, position: int) -> int:
        return bisect_left(self._breaks, position) + 1

    def _skip(self, position: int) -> int:
        match = SPACE.match(self.text, position)
        return match.end() if match else position

    def _value(self, at: int, path: tuple[Any, ...]) -> tuple[Any, int]:
        self._lines[path] = self._line_at(at)
        if len(path) > DEEPEST:
            raise self.refuse(path, "nested too deeply")
        match self.text[at]:
            case "{":
                return self._object(at + 1, path)
            case "[":
                return self._array(at + 1, path)
            case '"':
                text, end = scanstring(self.text, at + 1, True)
                if UNSTORABLE.search(text):
                    raise self.refuse(path, "holds a character that cannot be stored")
                return text, end
        match = SCALAR.match(self.text, at)
        if match is None:
            raise json.JSONDecodeError("a value is missing", self.text, at)
        try:
            return json.loads(match.group()), match.end()
        except ValueError as error:
            raise json.JSONDecodeError("not a value", self.text, at) from error

    def _object(self, at: int, path: tuple[Any, ...]) -> tuple[dict[str, Any], int]:
        found: dict[str, Any] = {}
        at = self._skip(at)
        while self.text[at] != "}":
            if self.text[at] != '"':
                raise json.JSONDecodeError("a key is missing", self.text, at)
            key, at = scanstring(self.text, at + 1, True)
            if key in found:
                raise self.refuse((*path, key), "given twice")
            at = self._skip(at)
            if self.text[at] != ":":
                raise json.JSONDecodeError("a colon is missing", self.text, at)
            found[key], at = self._value(self._skip(at + 1), (*path, key))
            at = self._next(at, "}")
        return found, at + 1

    def _array(self, at: int, path: tuple[Any, ...]) -> tuple[list[Any], int]:
        found: list[Any] = []
        at = self._skip(at)
        while self.text[at] != "]":
            value, at = self._value(at, (*path, len(found)))
            found.append(value)
            at = self._next(at, "]")
        return found, at + 1

    def _next(self, at: int, close: str) -> int:
        """Past the comma to the next member, or at the closing bracket."""
        at = self._skip(at)
        if self.text[at] == ",":
            at = self._skip(at + 1)
            if self.text[at] == close:
                raise json.JSONDecodeError("a comma before the end", self.text, at)
        elif self.text[at] != close:
            raise json.JSONDecodeError("a comma is missing", self.text, at)
        return at
