"""The turns as a picture: bands of columns, a column for each period, a row before and a row after. Pure.

A column is a period and not a stretch of time: a turn that is held a month later stays as legible as the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

Row = Mapping[str, Any]  # a period as turn_tables.pairs_shown says it

# All lengths are in the picture's own units; a page shows about one pixel for each.
WIDTH = 1000
MOST_COLUMNS = 8
GAP = 6
AXIS, LABEL, CELL, BETWEEN = 24, 26, 50, 18
LETTER = 14


def bands(rows: Sequence[Row]) -> list[Sequence[Row]]:
    """The periods in bands of at most MOST_COLUMNS, as alike in length as can be."""
    count = -(-len(rows) // MOST_COLUMNS)
    length = -(-len(rows) // count) if count else 1
    return [rows[start : start + length] for start in range(0, len(rows), length)]


def picture(rows: Sequence[Row], sides: Sequence[str] = ("before", "after")) -> dict[str, Any]:
    """Where everything stands. sides: the rows of each band, one of them where nothing is compared."""
    banded = bands(rows)
    columns = len(banded[0]) if banded else 1
    height = AXIS + len(sides) * (LABEL + CELL) + BETWEEN
    return {
        "width": WIDTH,
        "height": height * len(banded),
        "bands": [_band(band, sides, place * height, WIDTH // columns) for place, band in enumerate(banded)],
    }


def _band(band: Sequence[Row], sides: Sequence[str], top: int, column: int) -> dict[str, Any]:
    lefts = [place * column for place in range(len(band))]
    tops = [top + AXIS + place * (LABEL + CELL) for place in range(len(sides))]
    return {
        "top": top,
        "width": column * len(band) - GAP,
        "periods": [
            {"x": left, "y": top + 16, "text": row["period"]} for left, row in zip(lefts, band, strict=True)
        ],
        "rows": [
            {
                "side": side,
                "y": y + 19,
                "cells": [
                    _cell(row, side, left, y + LABEL, column - GAP)
                    for left, row in zip(lefts, band, strict=True)
                ],
            }
            for side, y in zip(sides, tops, strict=True)
        ],
    }


def _cell(row: Row, side: str, x: int, y: int, width: int) -> dict[str, Any]:
    lines = name_lines(row[side]["holder"], (width - 18) / LETTER) if row[side] else []
    return {
        "x": x,
        "y": y,
        "width": width,
        "height": CELL,
        "period": row["period"],
        "shown": row[side],
        "is_changed": row["is_changed"],
        "lines": [{"x": x + 10, "y": y + 21 + 18 * place, "text": line} for place, line in enumerate(lines)],
        "text_x": x + 10,
        "text_y": y + 21,
        "status_y": y + 39 if len(lines) < 2 else None,
        "mark": f"M{x + width - 8} {y + 8}l5 9h-10z",
    }


def name_lines(name: str, ems: float) -> list[str]:
    """A name in at most two lines of `ems` times the letter size; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if len(lines) < 2 and lines[-1] and _ems(longer) > ems:
            lines.append(word)
        else:
            lines[-1] = longer
    return [_cut(line, ems) for line in lines]


def _cut(line: str, ems: float) -> str:
    if _ems(line) <= ems:
        return line
    while line and _ems(line) + 1 > ems:
        line = line[:-1]
    return line.rstrip() + "…"


def _ems(text: str) -> float:
    """About how wide a text is: a Chinese character fills its square, a letter a little over half of it."""
    return sum(1 if east_asian_width(char) in "WF" else 0.6 for char in text)
