"""Checks the meetings of a record, and says which of them is which turn. Pure."""

from __future__ import annotations

from typing import Any

from rotation.periods import write_period

from ..schedule.dates import BadSpan, Precision, parse_span
from .checks import (
    Path,
    check_known,
    check_once,
    check_range,
    check_texts,
    checked_rows,
)
from .delegation_entries import check_delegations
from .outcome_entries import check_outcomes
from .positions import Document
from .shapes import FORMATS, LONGEST, MEETING, STATUSES


def entry_key(meeting: dict[str, Any]) -> str:
    """What a meeting is known by from load to load: its number, else its date and title."""
    name = meeting["ordinal"] or f"{meeting['start']} {meeting.get('title', '')}".strip()
    return f"{meeting['track']}:{name}"


def is_turn(mechanism: dict[str, Any], meeting: dict[str, Any]) -> bool:
    """Whether a meeting is one of the mechanism's turns; an informal summit is none."""
    return meeting["track"] == mechanism.get("summit_track") and meeting["ordinal"] is not None


def period_of(mechanism: dict[str, Any], meeting: dict[str, Any]) -> str | None:
    """The period of a turn; None where its date is not known well enough to say."""
    span = parse_span(meeting["start"], meeting["end"], "UTC")
    if span.first_on is None:
        return None
    if span.precision is Precision.YEAR and mechanism["step_months"] % 12:
        return None
    return write_period(span.first_on.year * 12 + span.first_on.month - 1, mechanism["step_months"])


def check_meetings(document: Document, states: set[str], tracks: set[str]) -> None:
    seen: dict[Any, Path] = {}
    for index, meeting in checked_rows(document, "meetings", MEETING):
        path = ("meetings", index)
        check_known(document, (*path, "track"), meeting["track"], tracks, "track")
        check_known(document, (*path, "host"), meeting["host"], {*states, None}, "state")
        check_known(document, (*path, "format"), meeting["format"], FORMATS, "format")
        check_known(document, (*path, "status"), meeting["status"], STATUSES, "status")
        if "titles" in meeting:
            check_texts(document, (*path, "titles"), meeting["titles"])
        _check_dates(document, path, meeting)
        check_outcomes(document, path, meeting, states)
        check_delegations(document, path, meeting, states)
        if meeting["ordinal"] is None:
            why = "the same track, date and title as the meeting"
        else:
            check_range(document, (*path, "ordinal"), meeting["ordinal"], 1, 1000)
            why = f"“{meeting['track']}” already has a meeting {meeting['ordinal']}"
        check_once(document, (*path, "ordinal"), seen, entry_key(meeting), why)
        if is_turn(document.value["mechanism"], meeting):
            _check_turn(document, path, meeting, seen)
        if "announced_on" in meeting:
            _check_announcement(document, path, meeting)


def _check_dates(document: Document, path: Path, meeting: dict[str, Any]) -> None:
    try:
        span = parse_span(meeting["start"], meeting["end"], "UTC")
    except BadSpan as error:
        field = "end" if error.field in ("end", "last_on") else "start"
        raise document.refuse((*path, field), f"bad date “{meeting[field]}” ({error.code})") from error
    if span.precision.value != meeting["precision"]:
        raise document.refuse((*path, "precision"), f"the date is known to the {span.precision.value}")


def _check_turn(document: Document, path: Path, meeting: dict[str, Any], seen: dict[Any, Path]) -> None:
    if meeting["host"] is None:
        raise document.refuse((*path, "host"), "a numbered summit is a turn and names its host")
    period = period_of(document.value["mechanism"], meeting)
    if period is None:
        raise document.refuse((*path, "start"), "a numbered summit is a turn and names its period")
    check_once(
        document, (*path, "start"), seen, ("period", period), f"the period {period} already has a summit"
    )


def _check_announcement(document: Document, path: Path, meeting: dict[str, Any]) -> None:
    if not is_turn(document.value["mechanism"], meeting):
        raise document.refuse((*path, "announced_on"), "only a numbered summit is announced as a turn")
    try:
        is_day = parse_span(meeting["announced_on"], None, "UTC").has_day
    except BadSpan:
        is_day = False
    if not is_day:
        raise document.refuse((*path, "announced_on"), "a day such as 2025-06-17 is expected")
    # The source becomes the legal basis of a decision, whose column is shorter.
    if not 0 < len(meeting.get("source", "")) <= LONGEST["basis"]:
        raise document.refuse(
            path, f"an announcement names its source, of at most {LONGEST['basis']} characters"
        )
