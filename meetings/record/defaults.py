"""What a record gives the desk to begin with: who prepares whose meetings, and how papers are called. Pure."""

from __future__ import annotations

import re
from math import ceil
from statistics import median
from typing import Any

from ..papers.symbols import NATURE, PARTS, BadPattern, Pattern
from .checks import (
    Path,
    check_known,
    check_languages,
    check_list_of_texts,
    check_once,
    check_range,
    check_shape,
    checked_rows,
)
from .positions import Document
from .shapes import FORMATS, STEP, SYMBOLS

LONGEST_LEAD, LONGEST_MEETING = 1000, 30


def preparatory_steps(record: dict[str, Any]) -> list[dict[str, Any]]:
    """The lines of the preparatory chains: those before a summit by what was observed, then those given as such.

    Where a track met at several distances from a summit, the middle one is proposed, and all are named as the source.
    """
    summit = record["mechanism"].get("summit_track")
    observed = [
        {
            "track": summit,
            "prepared_by": track,
            "lead_days": ceil(median(days)),
            "basis": f"observed: {', '.join(str(n) for n in days)} days before earlier summits",
        }
        for track, days in record.get("lead_times_days_before_summit", {}).items()
    ]
    given: list[dict[str, Any]] = record.get("preparation", [])
    return observed + given


def check_defaults(document: Document, tracks: set[str]) -> None:
    """Raises BadRecord where a line of a chain, or the scheme of symbols, makes no sense."""
    seen = _check_lead_times(document, tracks)
    for index, step in checked_rows(document, "preparation", STEP):
        path: Path = ("preparation", index)
        check_known(document, (*path, "track"), step["track"], tracks, "track")
        others = tracks - {step["track"]}
        check_known(document, (*path, "prepared_by"), step["prepared_by"], others, "other track")
        check_range(document, (*path, "duration_days"), step.get("duration_days", 1), 1, LONGEST_MEETING)
        shortest = step.get("duration_days", 1)
        check_range(document, (*path, "lead_days"), step["lead_days"], shortest, LONGEST_LEAD)
        check_known(document, (*path, "format"), step.get("format", "in person"), FORMATS, "format")
        pair = (step["track"], step["prepared_by"])
        check_once(document, path, seen, pair, "the one track prepares the other already")
    if "symbols" in document.value:
        _check_symbols(document, document.value["symbols"])


def _check_lead_times(document: Document, tracks: set[str]) -> dict[Any, Path]:
    """Where each pair of a summit's track and one that prepares it is given."""
    key = "lead_times_days_before_summit"
    times = document.value.get(key, {})
    summit = document.value["mechanism"].get("summit_track")
    if times and summit is None:
        raise document.refuse(
            ("mechanism", "summit_track"), "missing, and there are lead times before a summit"
        )
    for track, days in times.items():
        check_known(document, (key, track), track, tracks - {summit}, "track")
        if not isinstance(days, list) or not days:
            raise document.refuse((key, track), "a list of days is expected")
        for index, count in enumerate(days):
            check_range(document, (key, track, index), count, 1, LONGEST_LEAD)
    return {(summit, track): (key, track) for track in times}


def _check_symbols(document: Document, scheme: Any) -> None:
    path: Path = ("symbols",)
    check_shape(document, path, scheme, SYMBOLS)
    try:
        Pattern(scheme["pattern"])
    except BadPattern as error:
        raise document.refuse((*path, "pattern"), f"no pattern of symbols ({error.code})") from error
    if not re.fullmatch(PARTS["body"], scheme["body"]):
        raise document.refuse((*path, "body"), "capital letters and digits are expected")
    for key in ("languages", "authentic_languages"):
        check_languages(document, (*path, key), scheme[key])
    check_list_of_texts(document, (*path, "natures"), scheme["natures"])
    for index, nature in enumerate(scheme["natures"]):
        if not re.fullmatch(NATURE, nature):
            raise document.refuse((*path, "natures", index), "letters and a sign, such as L., are expected")
    if not scheme["languages"]:
        raise document.refuse((*path, "languages"), "empty")
