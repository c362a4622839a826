"""The delegations to a meeting in a record: who led one, of which rank, and in whose place. Pure."""

from __future__ import annotations

from typing import Any

from .checks import Path, check_known, check_once, check_shape, check_texts
from .positions import Document
from .shapes import DELEGATION, RANKS


def check_delegations(document: Document, path: Path, meeting: dict[str, Any], states: set[str]) -> None:
    seen: dict[Any, Path] = {}
    rows = meeting.get("delegations", [])
    if rows and not meeting.get("source"):
        raise document.refuse((*path, "delegations"), "a delegation needs the source of the meeting")
    for index, row in enumerate(rows):
        at = (*path, "delegations", index)
        check_shape(document, at, row, DELEGATION)
        check_known(document, (*at, "state"), row["state"], states, "state")
        why = f"there is a delegation of “{row['state']}” already"
        check_once(document, (*at, "state"), seen, row["state"], why)
        check_known(document, (*at, "rank"), row["rank"], RANKS, "rank")
        check_texts(document, (*at, "office"), row["office"])
        for key in ("name", "substitute_for"):
            if key in row:
                check_texts(document, (*at, key), row[key])
