"""Checks the record file whole, before anything is written. Pure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rotation.cleaning import clean_prose
from rotation.periods import BadPeriod, read_period
from rotation.zones import zone_names

from .checks import (
    check_form,
    check_known,
    check_languages,
    check_once,
    check_range,
    check_shape,
    check_texts,
    checked_rows,
)
from .defaults import check_defaults
from .positions import BadRecord, Document
from .rotation_entries import check_decisions, check_memberships
from .shapes import FILE, HOST_RULES, LEVELS, MECHANISM, SEAT, SIDE, STATE, TEXTS, TRACK
from .timetable import check_meetings

SLUG, CODE = r"[-a-zA-Z0-9_]+", r"[A-Z][A-Z0-9-]*"
SLUG_FORM, CODE_FORM = "letters, digits and hyphens", "capital letters, such as KZ,"


def read_record(path: Path) -> dict[str, Any]:
    """The record as the file has it, checked. Raises BadRecord naming the line and the key."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadRecord(f"{path.name}: byte {error.start}: this is not UTF-8") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise BadRecord(f"{path}: {getattr(error, 'strerror', None) or error}") from error
    document = Document(clean_prose(text), path.name)
    check_shape(document, (), document.value, FILE)
    _check_mechanism(document)
    states = _check_states(document)
    tracks = _check_tracks(document)
    check_meetings(document, states, tracks)
    _check_seats(document, states)
    check_defaults(document, tracks)
    check_memberships(document)
    check_decisions(document, states)
    return document.value  # type: ignore[no-any-return]


def _check_mechanism(document: Document) -> None:
    mechanism, path = document.value["mechanism"], ("mechanism",)
    check_shape(document, path, mechanism, MECHANISM)
    check_form(document, (*path, "slug"), mechanism["slug"], SLUG, SLUG_FORM)
    check_texts(document, (*path, "name"), mechanism["name"])
    check_known(document, (*path, "zone"), mechanism["zone"], zone_names(), "time zone")
    check_range(document, (*path, "step_months"), mechanism["step_months"], 1, 1200)
    try:
        read_period(mechanism["first_period"], mechanism["step_months"])
    except BadPeriod as error:
        raise document.refuse((*path, "first_period"), str(error)) from error
    if not mechanism["sides"]:
        raise document.refuse((*path, "sides"), "empty")
    seen: dict[Any, tuple[Any, ...]] = {}
    for index, side in enumerate(mechanism["sides"]):
        at = (*path, "sides", index)
        check_shape(document, at, side, SIDE)
        if "names" in side:
            check_texts(document, (*at, "names"), side["names"])
        check_known(document, (*at, "order"), side["order"], ("listed", "alphabetical"), "order")
        check_known(document, (*at, "locale"), side.get("locale", "en"), TEXTS, "language of names")
        check_once(document, (*at, "name"), seen, side["name"], f"there is a side “{side['name']}” already")


def _check_states(document: Document) -> set[str]:
    sides = {side["name"] for side in document.value["mechanism"]["sides"]}
    seen: dict[Any, tuple[Any, ...]] = {}
    for index, state in checked_rows(document, "states", STATE):
        path = ("states", index)
        check_form(document, (*path, "code"), state["code"], CODE, CODE_FORM)
        check_once(
            document, (*path, "code"), seen, state["code"], f"state “{state['code']}” is given already"
        )
        check_known(document, (*path, "zone"), state["zone"], zone_names(), "time zone")
        if "side" in state:
            check_known(document, (*path, "side"), state["side"], sides, "side")
        check_texts(document, (*path, "name"), state["name"])
        if "formal" in state:
            check_texts(document, (*path, "formal"), state["formal"])
        check_languages(document, (*path, "languages"), state.get("languages", []))
        for place, day in enumerate(state.get("weekend", [])):
            check_range(document, (*path, "weekend", place), day, 1, 7)
    first = document.value["mechanism"].get("first_holder")
    if first is not None:
        check_known(document, ("mechanism", "first_holder"), first, seen, "state")
    return set(seen)


def _check_tracks(document: Document) -> set[str]:
    seen: dict[Any, tuple[Any, ...]] = {}
    for index, track in checked_rows(document, "tracks", TRACK):
        path = ("tracks", index)
        check_form(document, (*path, "slug"), track["slug"], SLUG, SLUG_FORM)
        check_once(
            document, (*path, "slug"), seen, track["slug"], f"track “{track['slug']}” is given already"
        )
        check_known(document, (*path, "level"), track["level"], LEVELS, "level")
        if "host_rule" in track:
            check_known(document, (*path, "host_rule"), track["host_rule"], HOST_RULES, "host rule")
        if isinstance(track["name"], dict):
            check_texts(document, (*path, "name"), track["name"])
        if "cadence_months" in track:
            check_range(document, (*path, "cadence_months"), track["cadence_months"], 1, 240)
        if "cadence_months" in track and "cadence" in track:
            raise document.refuse((*path, "cadence"), "give the months or the words, not both")
    for key in ("summit_track", "committee_track"):
        if key in document.value["mechanism"]:
            check_known(document, ("mechanism", key), document.value["mechanism"][key], seen, "track")
    return set(seen)


def _check_seats(document: Document, states: set[str]) -> None:
    rows = checked_rows(document, "industrialists_committee", SEAT)
    if rows and "committee_track" not in document.value["mechanism"]:
        raise document.refuse(("mechanism", "committee_track"), "missing, and there are seats to fill")
    seen: dict[Any, tuple[Any, ...]] = {}
    for index, seat in rows:
        path = ("industrialists_committee", index)
        check_known(document, (*path, "state"), seat["state"], states, "state")
        why = f"“{seat['name']}” has a seat already"
        check_once(document, (*path, "name"), seen, (seat["state"], seat["name"]), why)
