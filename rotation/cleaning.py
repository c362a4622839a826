"""Text as people enter it: composed, without the invisible signs that come along when it is pasted. Pure.

A word processor leaves soft hyphens and a messenger marks of direction, which break a mail's header and make two
equal names differ; Macs paste letters in pieces (й as и with a breve).
"""

from __future__ import annotations

from unicodedata import category, is_normalized, normalize

# Joiners hold emoji and the letters of some scripts together; the vowel separator shapes a Mongolian word.
JOINERS = frozenset("\u200c\u200d\u180e")
# The signs of Unicode's "Prepended_Concatenation_Mark", which are seen although they count as format characters.
SEEN = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
BREAKS = frozenset("\n\r\t")


class _Signs(dict[int, str]):
    """What becomes of each sign by its number, worked out when it is first met: mails are cleaned by the thousand."""

    def __init__(self, kept: frozenset[str]) -> None:
        super().__init__()
        self._kept = kept

    def __missing__(self, number: int) -> str:
        self[number] = made = self._made(chr(number))
        return made

    def _made(self, sign: str) -> str:
        match category(sign):
            case (
                "Cf"
            ):  # marks and overrides of direction, soft hyphens, zero-width blanks, byte order marks, tags
                return sign if sign in JOINERS or sign in SEEN else ""
            case "Cc" | "Zl" | "Zp":
                if sign in self._kept:
                    return sign
                # What ends a line ends it in a way that everything understands; bells and NULs have no width.
                return ("\n" if self._kept else " ") if sign.isspace() else ""
            case "Cs":  # half a character, which neither a database nor a mail can hold
                return ""
        return sign


_OF_A_LINE, _OF_PROSE = _Signs(frozenset()), _Signs(BREAKS)


def clean_line(text: str) -> str:
    """One line of text: whatever would break or hide within it becomes a blank, or is dropped if it has no width."""
    return _cleaned(text, _OF_A_LINE)


def clean_prose(text: str) -> str:
    """The same for text of several lines, whose line breaks and tabs stay."""
    return _cleaned(text, _OF_PROSE)


def _cleaned(text: str, signs: _Signs) -> str:
    if text.isascii() and text.isprintable():
        return text
    cleaned = text.translate(signs)
    if not is_normalized("NFC", cleaned):
        cleaned = normalize("NFC", cleaned)
    return text if cleaned == text else cleaned
