"""Numbers in the addresses and forms of pages, where anybody can write anything."""

from __future__ import annotations

LONGEST = 18  # digits; what is longer is the key of no row


def number_in(text: str | None) -> int | None:
    """The number that `text` is, in the digits 0 to 9 and nothing else; None where it is none.

    `str.isdigit` holds of "²" too, of which `int` makes an error, and `int` reads "١" and " 1" as well.
    """
    if text and len(text) <= LONGEST and text.isascii() and text.isdigit():
        return int(text)
    return None
