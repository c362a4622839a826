"""What an act answers when it refuses: a sentence for a person."""

from __future__ import annotations

from django.utils.functional import Promise


class Refused(Exception):
    """Nothing has changed; str() says why, in the reader's language.

    A class has the sentence, an instance the values that stand in it.
    """

    message: Promise

    def __init__(self, **values: object) -> None:
        super().__init__()
        self.values = values

    def __str__(self) -> str:
        return str(self.message) % self.values
