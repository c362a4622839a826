"""Checks the record file whole, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from ..dates import BadSpan, parse_span
from .positions import BadRecord, Document

TEXTS = ("en", "zh", "ru")
LEVELS = {
    "heads of state", "ministers", "heads of agency", "senior officials", "working group", "dialogue", "forum",
    "committee", "programme",
}  # fmt: skip
# The record's words for how settled a meeting is, and ours.
STATUSES = {
    "held": "held", "announced": "confirmed", "confirmed": "confirmed", "offered": "proposed",
    "proposed": "proposed", "cancelled": "cancelled", "postponed": "postponed",
}  # fmt: skip
FORMATS = {"in person", "video", "hybrid"}

# Key → (types, required). What is not listed is refused: a misspelt key would be lost in silence.
Shape = dict[str, tuple[type | tuple[type, ...], bool]]
NULL = type(None)
MECHANISM: Shape = {
    "slug": (str, True), "name": (dict, True), "basis": (str, True), "first_period": (str, True),
    "step_months": (int, True), "first_holder": (str, False), "summit_track": (str, False),
    "committee_track": (str, False), "zone": (str, True), "sides": (list, True),
}  # fmt: skip
SIDE: Shape = {"name": (str, True), "order": (str, True), "locale": (str, False)}
STATE: Shape = {
    "code": (str, True), "alpha3": (str, False), "side": (str, True), "name": (dict, True), "formal": (dict, False),
    "capital": (str, False), "zone": (str, True), "languages": (list, False), "weekend": (list, False),
}  # fmt: skip
TRACK: Shape = {"slug": (str, True), "name": ((str, dict), True), "level": (str, True), "basis": (str, False)}
MEETING: Shape = {
    "track": (str, True), "ordinal": ((int, NULL), True), "start": ((str, NULL), True), "end": ((str, NULL), True),
    "precision": (str, True), "city": ((str, NULL), True), "host": ((str, NULL), True), "format": (str, True),
    "status": (str, True), "source": (str, False), "title": (str, False), "note": (str, False),
    "outcomes": (list, False),
}  # fmt: skip
SEAT: Shape = {"state": (str, True), "name": (str, True), "role": (str, True)}
FILE: Shape = {
    "about": (str, False), "mechanism": (dict, True), "states": (list, True), "tracks": (list, True),
    "meetings": (list, True), "industrialists_committee": (list, False),
    "lead_times_days_before_summit": (dict, False),
}  # fmt: skip


def read_record(path: Path) -> dict[str, Any]:
    """The record as the file has it, checked. Raises BadRecord naming the line and the key."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadRecord(f"{path.name}: byte {error.start}: this is not UTF-8") from error
    except OSError as error:
        raise BadRecord(f"{path}: {error.strerror}") from error
    document = Document(text, path.name)
    _shape(document, (), document.value, FILE)
    _check_mechanism(document)
    states = _check_states(document)
    tracks = _check_tracks(document)
    _check_meetings(document, states, tracks)
    for index, seat in _rows(document, "industrialists_committee", SEAT):
        _known(document, ("industrialists_committee", index, "state"), seat["state"], states, "state")
    return document.value  # type: ignore[no-any-return]


def _shape(document: Document, path: tuple[Any, ...], value: Any, shape: Shape) -> None:
    if not isinstance(value, dict):
        raise document.refuse(path, "an object is expected")
    for key in value:
        if key not in shape:
            raise document.refuse((*path, key), "unknown key")
    for key, (types, required) in shape.items():
        if key not in value:
            if required:
                raise document.refuse((*path, key), "missing")
        elif not isinstance(value[key], types) or isinstance(value[key], bool):
            raise document.refuse((*path, key), "of the wrong type")
        elif isinstance(value[key], str) and (not value[key].strip() or len(value[key]) > 2000):
            raise document.refuse((*path, key), "empty, or longer than 2,000 characters")


def _rows(document: Document, key: str, shape: Shape) -> list[tuple[int, dict[str, Any]]]:
    rows = list(enumerate(document.value.get(key, [])))
    for index, row in rows:
        _shape(document, (key, index), row, shape)
    return rows


def _known(document: Document, path: tuple[Any, ...], value: Any, known: Any, what: str) -> None:
    if value not in known:
        raise document.refuse(path, f"unknown {what} “{value}”")


def _texts(document: Document, path: tuple[Any, ...], texts: dict[str, Any]) -> None:
    for code, text in texts.items():
        if code not in TEXTS or not isinstance(text, str) or not text.strip():
            raise document.refuse((*path, code), "a text in en, zh or ru is expected")
    if not texts:
        raise document.refuse(path, "empty")


def _check_mechanism(document: Document) -> None:
    mechanism = document.value["mechanism"]
    _shape(document, ("mechanism",), mechanism, MECHANISM)
    _texts(document, ("mechanism", "name"), mechanism["name"])
    _known(document, ("mechanism", "zone"), mechanism["zone"], available_timezones(), "time zone")
    for index, side in enumerate(mechanism["sides"]):
        _shape(document, ("mechanism", "sides", index), side, SIDE)
        order = ("mechanism", "sides", index, "order")
        _known(document, order, side["order"], ("listed", "alphabetical"), "order")


def _check_states(document: Document) -> set[str]:
    sides = {side["name"] for side in document.value["mechanism"]["sides"]}
    codes: set[str] = set()
    for index, state in _rows(document, "states", STATE):
        path = ("states", index)
        if state["code"] in codes:
            raise document.refuse((*path, "code"), f"state “{state['code']}” is given twice")
        codes.add(state["code"])
        _known(document, (*path, "zone"), state["zone"], available_timezones(), "time zone")
        _known(document, (*path, "side"), state["side"], sides, "side")
        _texts(document, (*path, "name"), state["name"])
        _texts(document, (*path, "formal"), state.get("formal", state["name"]))
    first = document.value["mechanism"].get("first_holder")
    if first is not None:
        _known(document, ("mechanism", "first_holder"), first, codes, "state")
    return codes


def _check_tracks(document: Document) -> set[str]:
    slugs: set[str] = set()
    for index, track in _rows(document, "tracks", TRACK):
        if track["slug"] in slugs:
            raise document.refuse(("tracks", index, "slug"), f"track “{track['slug']}” is given twice")
        slugs.add(track["slug"])
        _known(document, ("tracks", index, "level"), track["level"], LEVELS, "level")
    for key in ("summit_track", "committee_track"):
        if key in document.value["mechanism"]:
            _known(document, ("mechanism", key), document.value["mechanism"][key], slugs, "track")
    return slugs


def _check_meetings(document: Document, states: set[str], tracks: set[str]) -> None:
    numbers: dict[tuple[str, int], int] = {}
    for index, meeting in _rows(document, "meetings", MEETING):
        path = ("meetings", index)
        _known(document, (*path, "track"), meeting["track"], tracks, "track")
        _known(document, (*path, "host"), meeting["host"], {*states, None}, "state")
        _known(document, (*path, "format"), meeting["format"], FORMATS, "format")
        _known(document, (*path, "status"), meeting["status"], STATUSES, "status")
        _check_dates(document, path, meeting)
        ordinal = meeting["ordinal"]
        if ordinal is not None:
            if not 1 <= ordinal <= 1000:
                raise document.refuse((*path, "ordinal"), "a number from 1 to 1000 is expected")
            twin = numbers.setdefault((meeting["track"], ordinal), index)
            if twin != index:
                line = document.line(("meetings", twin, "ordinal"))
                why = f"“{meeting['track']}” already has a meeting {ordinal}, in line {line}"
                raise document.refuse((*path, "ordinal"), why)
        for number, outcome in enumerate(meeting.get("outcomes", [])):
            if not isinstance(outcome, str) or not outcome.strip():
                raise document.refuse((*path, "outcomes", number), "a text is expected")


def _check_dates(document: Document, path: tuple[Any, ...], meeting: dict[str, Any]) -> None:
    try:
        span = parse_span(meeting["start"], meeting["end"], "UTC")
    except BadSpan as error:
        field = "end" if error.field in ("end", "last_on") else "start"
        raise document.refuse((*path, field), f"bad date “{meeting[field]}” ({error.code})") from error
    if span.precision.value != meeting["precision"]:
        raise document.refuse((*path, "precision"), f"the date is known to the {span.precision.value}")
