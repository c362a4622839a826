"""The outcomes of a meeting in a record: a title alone, or with kind, stage and by whom. Pure."""

from __future__ import annotations

from datetime import date
from typing import Any

from ..outcomes.stages import Stage
from .checks import Path, check_known, check_once, check_shape, check_text
from .positions import Document
from .shapes import OUTCOME, OUTCOME_KINDS


def entry_of(outcome: str | dict[str, Any]) -> dict[str, Any]:
    """An outcome as an object; a title alone is one too."""
    return {"title": outcome} if isinstance(outcome, str) else outcome


def check_outcomes(document: Document, path: Path, meeting: dict[str, Any], states: set[str]) -> None:
    seen: dict[Any, Path] = {}
    for index, outcome in enumerate(meeting.get("outcomes", [])):
        at = (*path, "outcomes", index)
        if not isinstance(outcome, str | dict):
            raise document.refuse(at, "a title or an object is expected")
        entry = entry_of(outcome)
        if isinstance(outcome, str):
            check_text(document, at, outcome, "outcomes")
        else:
            check_shape(document, at, entry, OUTCOME)
            check_text(document, (*at, "title"), entry["title"], "outcomes")
            _check_entry(document, at, entry, states)
            if "stage" in entry and not meeting.get("source"):
                raise document.refuse((*at, "stage"), "a stage needs the source of the meeting")
        # Two of one title could not be told apart when the record is loaded again.
        check_once(document, at, seen, entry["title"], f"“{entry['title']}” is an outcome already")


def _check_entry(document: Document, at: Path, entry: dict[str, Any], states: set[str]) -> None:
    if "kind" in entry:
        check_known(document, (*at, "kind"), entry["kind"], OUTCOME_KINDS, "kind")
    if "stage" in entry:
        check_known(document, (*at, "stage"), entry["stage"], {stage.value for stage in Stage}, "stage")
    elif set(entry) & {"on", "adopted_by", "apart"}:
        raise document.refuse((*at, "stage"), "missing, and a step is told")
    if "on" in entry:
        _check_day(document, (*at, "on"), entry["on"])
    for code in entry.get("adopted_by", []):
        check_known(document, (*at, "adopted_by"), code, states, "state")
    for code, text in entry.get("apart", {}).items():
        check_known(document, (*at, "apart", code), code, states - set(entry.get("adopted_by", [])), "state")
        if not isinstance(text, str) or len(text) > 200:
            raise document.refuse((*at, "apart", code), "a text of at most 200 characters is expected")


def _check_day(document: Document, path: Path, text: str) -> None:
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise document.refuse(path, "a day such as 2025-06-17 is expected") from error
