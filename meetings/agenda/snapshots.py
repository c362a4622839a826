"""An agenda as one piece of JSON: the draft as it stands, which freezing keeps, and its parts as the rules take them.

A snapshot holds all names in all languages, so that a paper of an old stage says what was said then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date, time
from typing import Any

from ..deadlines.dues import states_of
from ..models import Agenda, AgendaItem, AgendaStage
from ..schedule.dates import Precision, Span
from .stages import PUBLIC, Item, session_minutes

Snapshot = Mapping[str, Any]


def draft_of(agenda: Agenda) -> dict[str, Any]:
    """The draft as it stands: what would be frozen now. The meeting and its track come with `agenda`."""
    meeting = agenda.meeting
    rows = agenda.items.filter(status=AgendaItem.Status.LISTED).prefetch_related("proposals__state")
    parties = states_of(meeting)
    names = {state.code: dict(state.names) for state in parties}
    names |= {each.state_id: dict(each.state.names) for row in rows for each in row.proposals.all()}
    span = meeting.span
    return {
        "mechanism": dict(meeting.track.mechanism.names),
        "meeting": meeting.titles_by_language(),
        "when": {
            "precision": span.precision.value,
            "first_on": _iso(span.first_on),
            "last_on": _iso(span.last_on),
            "zone": span.zone,
            "starts": _iso(span.starts),
            "ends": _iso(span.ends),
        },
        "place": ", ".join(part for part in (meeting.venue, meeting.city) if part),
        "states": names,
        "parties": [state.code for state in parties],
        "session_minutes": session_length(agenda),
        "items": [_written(row) for row in rows],
    }


def session_length(agenda: Agenda) -> int | None:
    """The minutes of sitting: as staff set them, else between the hours of a meeting of one day."""
    return agenda.session_minutes or session_minutes(agenda.meeting.span)


def item_of(row: AgendaItem) -> Item:
    """A stored item as the rules take it; its proposals are read ahead."""
    waits = row.considered_from is not None and row.considered_from != row.decided_on
    return Item(
        key=str(row.uid),
        titles=dict(row.titles),
        annotations=dict(row.annotations),
        proposers=tuple(sorted(proposal.state_id for proposal in row.proposals.all())),
        mandate=row.mandate,
        action=row.action,
        minutes=row.minutes,
        rapporteur=row.rapporteur,
        papers=tuple(row.papers),
        kind=row.kind,
        is_sub=row.is_sub,
        is_bis=row.is_bis,
        considered_from=_iso(row.considered_from) or "" if waits else "",
    )


def fingerprint(row: AgendaItem) -> str:
    """Changes with anything that an item says; a form that was shown before such a change carries the old one."""
    text = json.dumps([_written(row), row.urgency], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _written(row: AgendaItem) -> dict[str, Any]:
    item = asdict(item_of(row))
    return item | {"proposers": list(item["proposers"]), "papers": list(item["papers"])}


def items_of(snapshot: Snapshot) -> tuple[Item, ...]:
    """The items of a snapshot; what an older one does not know has its default."""
    known = {each.name for each in fields(Item)}
    return tuple(
        Item(
            **{name: value for name, value in entry.items() if name in known}
            | {"proposers": tuple(entry["proposers"]), "papers": tuple(entry["papers"])}
        )
        for entry in snapshot["items"]
    )


def span_of(snapshot: Snapshot) -> Span:
    """When the meeting was to be, as the snapshot has it."""
    when = snapshot["when"]
    return Span(
        Precision(when["precision"]),
        date.fromisoformat(when["first_on"]) if when["first_on"] else None,
        date.fromisoformat(when["last_on"]) if when["last_on"] else None,
        when["zone"],
        time.fromisoformat(when["starts"]) if when["starts"] else None,
        time.fromisoformat(when["ends"]) if when["ends"] else None,
    )


def last_public(stages: Sequence[AgendaStage]) -> AgendaStage | None:
    """The last stage that was issued to everybody; `stages` in their order."""
    return next((row for row in reversed(stages) if row.stage in PUBLIC), None)


def _iso(value: date | time | None) -> str | None:
    return value.isoformat() if value else None
