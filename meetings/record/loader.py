"""Writes a checked record into the database; what the desk changed since the last load stays.

Every entry of the file is remembered as it was loaded. The next load applies only what differs from that, so
an unchanged file changes nothing, and a corrected file corrects just the fields it corrects.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction

from rotation.models import Mechanism, Membership, Side, State, Summit

from ..dates import parse_span
from ..models import Meeting, Organisation, Outcome, RecordEntry, Seat, Track
from ..saving import save_meeting
from .reader import STATUSES

Values = dict[str, Any]


@dataclass(slots=True)
class LoadSummary:
    """Rows by kind: created, changed, unchanged."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


class Loader:
    """One load of one file; `progress` is told after each entry."""

    def __init__(self, record: Values, progress: Callable[[int, int], None]) -> None:
        self.record, self.progress = record, progress
        self.summary = LoadSummary()
        self.entries = {entry.key: entry for entry in RecordEntry.objects.all()}
        self.done = 0
        self.total = 1 + sum(
            len(record.get(key, [])) for key in ("states", "tracks", "meetings", "industrialists_committee")
        )

    def load(self) -> LoadSummary:
        """Everything, in one transaction."""
        with transaction.atomic():
            for state in self.record["states"]:
                self._state(state)
            mechanism = self._mechanism(self.record["mechanism"])
            for position, track in enumerate(self.record["tracks"]):
                self._track(mechanism, track, position)
            for meeting in self.record["meetings"]:
                self._meeting(mechanism, meeting)
            for seat in self.record.get("industrialists_committee", []):
                self._seat(seat)
        return self.summary

    def _entry(
        self, kind: str, key: str, model: type[models.Model], values: Values, save: Callable[[Any], None]
    ) -> Any:
        """Create the row, or apply to it the values that the file changed since it was last loaded."""
        entry = self.entries.get(f"{kind}:{key}")
        row = model.objects.filter(pk=entry.object_id).first() if entry else None
        stored = {name: _plain(value) for name, value in values.items()}
        if entry is not None and row is not None:
            changed = [name for name in values if entry.values.get(name) != stored[name]]
            outcome = "changed" if changed else "unchanged"
        else:
            row, changed, outcome = model(), list(values), "created"
        for name in changed:
            setattr(row, name, values[name])
        if changed:
            save(row)
            RecordEntry.objects.update_or_create(
                key=f"{kind}:{key}", defaults={"values": stored, "object_id": str(row.pk)}
            )
        self.summary.counts[kind][outcome] += 1
        self.done += 1
        self.progress(self.done, self.total)
        return row

    def _state(self, state: Values) -> None:
        values = {
            "code": state["code"],
            "alpha3": state.get("alpha3", ""),
            "names": state["name"],
            "formal_names": state.get("formal", {}),
            "capital": state.get("capital", ""),
            "zone": state["zone"],
            "languages": state.get("languages", []),
            "weekend": state.get("weekend", [6, 7]),
        }
        self._entry("state", state["code"], State, values, _save)

    def _mechanism(self, record: Values) -> Mechanism:
        values = {
            "slug": record["slug"],
            "names": record["name"],
            "basis": record["basis"],
            "first_period": record["first_period"],
            "step_months": record["step_months"],
            "first_holder_id": record.get("first_holder"),
        }
        mechanism: Mechanism = self._entry("mechanism", record["slug"], Mechanism, values, _save)
        for position, side in enumerate(record["sides"]):
            row, _created = Side.objects.get_or_create(
                mechanism=mechanism,
                position=position,
                defaults={
                    "names": {"en": side["name"]},
                    "order": side["order"],
                    "locale": side.get("locale", "en"),
                },
            )
            members = [state["code"] for state in self.record["states"] if state["side"] == side["name"]]
            for place, code in enumerate(members):
                Membership.objects.get_or_create(side=row, state_id=code, defaults={"position": place})
        return mechanism

    def _track(self, mechanism: Mechanism, track: Values, position: int) -> None:
        is_summit = track["slug"] == self.record["mechanism"].get("summit_track")
        values = {
            "mechanism_id": mechanism.pk,
            "slug": track["slug"],
            "names": track["name"] if isinstance(track["name"], dict) else {"en": track["name"]},
            "level": track["level"],
            "basis": track.get("basis", ""),
            "host_rule": Track.HostRule.FOLLOWS_SUMMIT if is_summit else Track.HostRule.BY_OFFER,
            "position": position,
        }
        self._entry("track", track["slug"], Track, values, _save)

    def _meeting(self, mechanism: Mechanism, meeting: Values) -> None:
        host = State.objects.filter(code=meeting["host"]).first()
        span = parse_span(
            meeting["start"], meeting["end"], host.zone if host else self.record["mechanism"]["zone"]
        )
        track = Track.objects.get(slug=meeting["track"])
        values = {
            "track_id": track.pk,
            "ordinal": meeting["ordinal"],
            "titles": {"en": meeting["title"]} if "title" in meeting else {},
            "status": STATUSES[meeting["status"]],
            "visibility": Meeting.Visibility.PUBLIC,
            "format": meeting["format"],
            "precision": span.precision.value,
            "first_on": span.first_on,
            "last_on": span.last_on,
            "zone": span.zone,
            "city": meeting["city"] or "",
            "country_id": meeting["host"] if meeting["city"] else None,
            "host_id": meeting["host"],
            "source": meeting.get("source", ""),
            "note": meeting.get("note", ""),
            "summit_id": self._summit(mechanism, meeting),
        }
        name = meeting["ordinal"] or f"{meeting['start']} {meeting.get('title', '')}".strip()

        def save(row: Meeting) -> None:
            save_meeting(row, reason="the mechanism's record")

        row = self._entry("meeting", f"{meeting['track']}:{name}", Meeting, values, save)
        for position, title in enumerate(meeting.get("outcomes", [])):
            Outcome.objects.get_or_create(meeting=row, position=position, defaults={"title": title})

    def _summit(self, mechanism: Mechanism, meeting: Values) -> int | None:
        """The turn that a numbered summit holds; an announced one is a turn too."""
        if meeting["track"] != self.record["mechanism"].get("summit_track") or meeting["ordinal"] is None:
            return None
        status = Summit.Status.HELD if meeting["status"] == "held" else Summit.Status.ANNOUNCED
        summit, _created = Summit.objects.get_or_create(
            mechanism=mechanism,
            ordinal=meeting["ordinal"],
            defaults={
                "period": meeting["start"][:4],
                "host_id": meeting["host"],
                "status": status,
                "source": meeting.get("source", ""),
            },
        )
        return summit.pk

    def _seat(self, seat: Values) -> None:
        organisation = self._entry(
            "organisation",
            f"{seat['state']}:{seat['name']}",
            Organisation,
            {"state_id": seat["state"], "names": {"en": seat["name"]}},
            _save,
        )
        committee = self.record["mechanism"].get("committee_track")
        if committee:
            Seat.objects.get_or_create(
                track=Track.objects.get(slug=committee),
                organisation=organisation,
                defaults={"role": seat["role"]},
            )


def _save(row: models.Model) -> None:
    row.save()


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
