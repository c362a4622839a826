"""Fields of a text that fetch or run something when they are brought up to date. Pure.

A field's words stand in many runs, and may themselves be made by a field within: they are put together first.
"""

from __future__ import annotations

from xml.parsers import expat

from .uploads import UploadRefused

ACTIVE = {"DDE", "DDEAUTO", "LINK", "INCLUDETEXT"}
SIGNS = (b"instrText", b"fldSimple", b"ddeLink", b"oleLink", b"altChunk", b"hlink")
# What a slide does when it is clicked, or only pointed at, that is more than to move about.
SLIDE_ACTIONS = ("ppaction://program", "ppaction://macro", "ppaction://ole")


def check_fields(content: bytes) -> None:
    """Of one XML part. Raises UploadRefused, expat.ExpatError."""
    # An element's name is written as it is in every encoding that has ASCII's bytes; the others are parsed.
    head = content[:200].lower()
    if (
        head[:5] in (b"<?xml", b"\xef\xbb\xbf<?")
        and b"utf-16" not in head
        and not any(s in content for s in SIGNS)
    ):
        return
    _Fields().read(content)


class _Fields:
    def __init__(self) -> None:
        # Of each field that is open: its words so far, and whether its words are over.
        self.open: list[list[str]] = []
        self.over: list[bool] = []
        self.is_words = False

    def read(self, content: bytes) -> None:
        parser = expat.ParserCreate()
        parser.StartElementHandler = self.start
        parser.EndElementHandler = self.end
        parser.CharacterDataHandler = self.text
        parser.StartDoctypeDeclHandler = _refuse
        parser.Parse(content, True)
        while self.open:
            _check("".join(self.open.pop()))

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local in ("ddeLink", "oleLink"):
            raise UploadRefused("active")
        if local == "altChunk":
            raise UploadRefused("embedded")
        values = {key.rpartition(":")[2]: value for key, value in attributes.items()}
        if local.startswith("hlink") and values.get("action", "").lower().startswith(SLIDE_ACTIONS):
            raise UploadRefused("active")
        if local == "fldSimple":
            _check(values.get("instr", ""))
        elif local == "instrText":
            self.is_words = True
        elif local == "fldChar":
            self.turn(values.get("fldCharType", ""))

    def turn(self, kind: str) -> None:
        if kind == "begin":
            if self.open and not self.over[-1] and not "".join(self.open[-1]).strip():
                raise UploadRefused("active")  # the field's own name is made by another one
            self.open.append([])
            self.over.append(False)
        elif kind == "separate" and self.open:
            self.over[-1] = True
            _check("".join(self.open[-1]))
        elif kind == "end" and self.open:
            self.over.pop()
            _check("".join(self.open.pop()))

    def end(self, name: str) -> None:
        if name.rpartition(":")[2] == "instrText":
            self.is_words = False

    def text(self, words: str) -> None:
        if not self.is_words:
            return
        if not self.open:  # outside of any field, where lenient readers still look
            _check(words)
        elif not self.over[-1]:
            self.open[-1].append(words)


def _check(words: str) -> None:
    first = words.split(maxsplit=1)[:1]
    if first and first[0].strip("\"'\\").upper() in ACTIVE:
        raise UploadRefused("active")


def _refuse(*_declared: object) -> None:
    raise UploadRefused("damaged")
