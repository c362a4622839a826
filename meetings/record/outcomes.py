"""Writes the outcomes of a meeting as the record has them; what has a history of its own stays."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import F

from ..models import Meeting, Outcome
from ..outcomes.acts import record_step
from ..outcomes.stages import Stage

APART = 10_000  # beyond any position that a record gives


def write_outcomes(meeting: Meeting, entries: Sequence[dict[str, Any]]) -> None:
    """Make the meeting's outcomes those of the record, in its order; rows are told apart by their titles.

    One that the record no longer names is deleted, unless stages or a paper hang on it: then it stands at the end.
    A stage of the record is written where the outcome has none: steps are append-only, and the desk's come first.
    """
    known = {row.title: row for row in meeting.outcomes.all()}
    titles = [entry["title"] for entry in entries]
    for title, row in known.items():
        if title not in titles and row.document_id is None and not row.steps.exists():
            row.delete()
    meeting.outcomes.update(position=F("position") + APART)
    for position, entry in enumerate(entries):
        row = known.get(entry["title"]) or Outcome(meeting=meeting, title=entry["title"])
        row.position, row.kind = position, entry.get("kind", row.kind)
        row.save()
        if "stage" in entry and not row.steps.exists():
            _write_step(row, entry, meeting.source)
    for position, row in enumerate(meeting.outcomes.filter(position__gte=APART), len(entries)):
        row.position = position
        row.save()


def _write_step(outcome: Outcome, entry: dict[str, Any], source: str) -> None:
    apart = entry.get("apart", {})
    record_step(
        outcome.pk,
        stage=Stage(entry["stage"]),
        on=date.fromisoformat(entry["on"]) if "on" in entry else None,
        basis=source,
        actor=None,
        states=entry.get("adopted_by", []),
        apart=list(apart),
        represented_by=apart,
    )
