"""Tables for spreadsheets: CSV that opens as a table in the reader's language, and in which no text is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

from django.utils.formats import get_format

# A cell that begins so is carried out by a spreadsheet as a formula; the wide forms by one in Chinese too.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def as_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """The lines, the head among them, as CSV in UTF-8 with the mark by which a spreadsheet knows it."""
    text = StringIO()
    # A spreadsheet expects semicolons wherever the comma stands in numbers, as in Russian.
    writer = csv.writer(text, delimiter=";" if get_format("DECIMAL_SEPARATOR") == "," else ",")
    writer.writerows([_plain(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
