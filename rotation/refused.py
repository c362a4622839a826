"""The one way in which a verb says no: a code with values, which become a sentence where the reader's language is known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django.utils.functional import Promise


class Refused(Exception):
    """Nothing has changed; str() says why, in the reader's language.

    A class has one sentence, or one for each code; an instance has the code and the values that stand in it. `field`
    is the one of a form that it concerns; None where it concerns the act as a whole.
    """

    sentences: ClassVar[Mapping[str, Promise | str]] = {}
    fields: ClassVar[Mapping[str, str]] = {}
    message: Promise | str
    field: str | None = None

    def __init__(self, code: str = "", /, **values: object) -> None:
        super().__init__(code)
        self.code, self.values = code, values
        if code:
            self.message, self.field = self.sentences[code], self.fields.get(code)

    def __str__(self) -> str:
        return str(self.message) % self.values
