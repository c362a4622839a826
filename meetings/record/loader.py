"""Writes a checked record into the database; what the desk changed since the last load stays.

Every entry of the file is remembered as it was loaded. The next load applies only what differs from that, so
an unchanged file changes nothing, and a corrected file corrects just the fields it corrects.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any

import pghistory
from django.db import connection, models, transaction
from django.utils import timezone, translation

from rotation.deciding import record_decision
from rotation.held import held_turns_stay
from rotation.models import Mechanism, Membership, Side, State, Summit
from rotation.rule import Decision

from ..changes import announced_together
from ..models import (
    Committee,
    HostOffer,
    Meeting,
    Organisation,
    PreparatoryStep,
    RecordEntry,
    Seat,
    SymbolScheme,
    Track,
)
from ..saving import save_meeting
from ..schedule.dates import parse_span
from .decisions import LANGUAGE, DecisionEdited, contradictions_said, draft_of, recorded
from .defaults import preparatory_steps
from .delegations import digest_of, write_delegations
from .outcome_entries import entry_of
from .outcomes import write_outcomes
from .shapes import LONGEST, STATUSES
from .states import AnotherMechanismsRow, others_of, refuse_changes, state_values
from .timetable import entry_key, is_turn, period_of

Values = dict[str, Any]
REASON = "the mechanism's record"
LONGEST_KEY = 200  # beside the mechanism's slug
# A date is one decision: half of the file's with half of the desk's would contradict itself.
DATE = ("precision", "first_on", "last_on")
NOT_CANCELLED = [status for status in Meeting.Status.values if status != Meeting.Status.CANCELLED]


@dataclass(slots=True)
class LoadSummary:
    """Rows by kind: created, changed, unchanged."""

    counts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))


class Loader:
    """One load of one checked file; `progress` is told after each entry of it.

    Every key is the mechanism's own, so that no record meets the rows of another. said: what the reader of the
    load should know, such as that the history contradicts the rotation.
    """

    def __init__(self, record: Values, progress: Callable[[int, int], None]) -> None:
        self.record, self.progress = record, progress
        self.summary = LoadSummary()
        self.slug: str = record["mechanism"]["slug"]
        self.said: list[str] = []
        self.entries: dict[str, RecordEntry] = {}
        self.tracks: dict[str, Track] = {}
        self.zones = {state["code"]: state["zone"] for state in record["states"]}
        self.mechanism: Mechanism

    def load(self) -> LoadSummary:
        """Everything, in one transaction; a second load at the same moment waits for the first."""
        steps: list[Callable[[], None]] = [
            *(partial(self._state, state) for state in self.record["states"]),
            partial(self._mechanism, self.record["mechanism"]),
            *(partial(self._decision, *numbered) for numbered in enumerate(self.record.get("decisions", []))),
            *(partial(self._track, *numbered) for numbered in enumerate(self.record["tracks"])),
            *(partial(self._meeting, meeting) for meeting in self.record["meetings"]),
            *([self._committee] if "committee_track" in self.record["mechanism"] else []),
            *(partial(self._seat, seat) for seat in self.record.get("industrialists_committee", [])),
            *(partial(self._step, step) for step in preparatory_steps(self.record)),
            *([partial(self._scheme, self.record["symbols"])] if "symbols" in self.record else []),
        ]
        with transaction.atomic(), pghistory.context(reason=REASON), translation.override(LANGUAGE):
            with connection.cursor() as cursor:
                table = connection.ops.quote_name(RecordEntry._meta.db_table)
                cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            own = RecordEntry.objects.filter(key__startswith=f"{self.slug}:")
            self.entries = {entry.key: entry for entry in own}
            with held_turns_stay(), announced_together():
                for done, step in enumerate(steps, 1):
                    step()
                    self.progress(done, len(steps))
            self.said += contradictions_said(self.mechanism)
        return self.summary

    def _key(self, key: str) -> str:
        """The key as the table holds it; a long one ends in its hash."""
        if len(key) > LONGEST_KEY:
            key = f"{key[: LONGEST_KEY - 33]}:{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        return f"{self.slug}:{key}"

    def _entry(
        self,
        model: type[models.Model],
        key: str,
        values: Values,
        natural: Values | None = None,
        save: Callable[[Any], None] | None = None,
    ) -> Any:
        """Create the row, or apply to it the values that the file changed since it was last loaded.

        natural: what a row that the desk entered before the record did is found by; the record then has its say.
        """
        kind = str(model._meta.verbose_name)
        key = self._key(f"{model._meta.model_name}:{key}")
        stored = {name: _plain(value) for name, value in values.items()}
        entry = self.entries.get(key)
        row: Any = model._default_manager.filter(pk=entry.object_id).first() if entry else None
        before = entry.values if entry and row else {}
        if row is None and natural:
            row = model._default_manager.filter(**natural).order_by("-pk").first()
            before = {name: _plain(getattr(row, name)) for name in values} if row else {}
        outcome = "created" if row is None else "unchanged"
        row = row or model()
        changed = [name for name in values if name not in before or before[name] != stored[name]]
        if set(changed) & set(DATE) and model is Meeting:
            row.starts = row.ends = None
            changed += DATE
        if changed:
            for name in changed:
                setattr(row, name, values[name])
            save(row) if save else row.save()
            outcome = "created" if outcome == "created" else "changed"
        self._remember(key, stored, row)
        self.summary.counts[kind][outcome] += 1
        return row

    def _default(self, model: type[models.Model], key: str, values: Values, own: Values) -> None:
        """As `_entry`, for what the desk may do without: one that it deleted stays away until the file changes.

        own: what a row is found by that the desk made before the record did; that one stays as it is.
        """
        entry = self.entries.get(self._key(f"{model._meta.model_name}:{key}"))
        rows = model._default_manager.filter(**({"pk": entry.object_id} if entry else own))
        is_same = entry is None or entry.values == values
        if rows.exists() is (entry is None) and is_same:
            self.summary.counts[str(model._meta.verbose_name)]["unchanged"] += 1
            return
        self._entry(model, key, values)

    def _remember(self, key: str, stored: Values, row: models.Model) -> None:
        entry = self.entries.get(key)
        if entry is None or (entry.values, entry.object_id) != (stored, str(row.pk)):
            entry = self.entries.setdefault(key, RecordEntry(key=key))
            entry.values, entry.object_id = stored, str(row.pk)
            entry.save()

    def _state(self, state: Values) -> None:
        values = state_values(state)
        row = State.objects.filter(code=state["code"]).first()
        if row is not None and (others := others_of(row, self.slug)):
            entry = self.entries.get(self._key(f"state:{row.code}"))
            refuse_changes(row, state, entry.values if entry else {}, others)
            # What the file leaves out, another mechanism may have said.
            values = {name: getattr(row, name) for name in values}
        self._entry(State, state["code"], values, {"code": state["code"]})

    def _mechanism(self, record: Values) -> None:
        slug = record["slug"]
        values = {
            "slug": slug,
            "names": record["name"],
            "basis": record["basis"],
            "first_period": record["first_period"],
            "step_months": record["step_months"],
            "first_holder_id": record.get("first_holder"),
        }
        self.mechanism = self._entry(Mechanism, slug, values, {"slug": slug})
        for position, side in enumerate(record["sides"]):
            own = {"mechanism_id": self.mechanism.pk, "position": position}
            order = {"order": side["order"], "locale": side.get("locale", "en")}
            names = {"names": {"en": side["name"]} | side.get("names", {})}
            row = self._entry(Side, str(position), own | names | order, own)
            members = [state for state in self.record["states"] if state.get("side") == side["name"]]
            for place, state in enumerate(members):
                seat = {"side_id": row.pk, "state_id": state["code"]}
                # What the file does not say, the desk may have said.
                periods = {f"{key}_period": state[key] for key in ("from", "until") if key in state}
                values = seat | {"position": place} | periods
                self._entry(Membership, f"{position}:{state['code']}", values, seat)

    def _decision(self, index: int, entry: Values) -> None:
        """A decision of the file; one that the desk recorded before is taken as it."""
        key, before = self._key(f"decision:{index}"), self.entries.get(self._key(f"decision:{index}"))
        if before is not None:
            if before.values != entry:
                raise DecisionEdited(index)
            self.summary.counts["decision"]["unchanged"] += 1
            return
        revoked = entry["decision"] if entry["kind"] == "revoke" else None
        of = self.entries[self._key(f"decision:{revoked}")] if revoked is not None else None
        draft = draft_of(entry, self.mechanism, of.object_id if of else None)
        row = recorded(self.mechanism, draft)
        outcome = "unchanged" if row else "created"
        row = row or record_decision(self.mechanism.pk, draft, actor=None, note=REASON)
        self._remember(key, entry, row)
        self.summary.counts["decision"][outcome] += 1

    def _track(self, position: int, track: Values) -> None:
        is_summit = track["slug"] == self.record["mechanism"].get("summit_track")
        own_rule = Track.HostRule.FOLLOWS_SUMMIT if is_summit else Track.HostRule.BY_OFFER
        slug = self._address(track["slug"])
        values = {
            "mechanism_id": self.mechanism.pk,
            "slug": slug,
            "names": track["name"] if isinstance(track["name"], dict) else {"en": track["name"]},
            "level": track["level"],
            "basis": track.get("basis", ""),
            "host_rule": track.get("host_rule", own_rule),
            "rotation_id": self.mechanism.pk if is_summit else None,
            "position": position,
        }
        if track.keys() & {"cadence", "cadence_months"}:
            values |= {
                "cadence_months": track.get("cadence_months"),
                "cadence_note": track.get("cadence", ""),
            }
        natural = {"mechanism_id": self.mechanism.pk, "slug": slug}
        self.tracks[track["slug"]] = self._entry(Track, track["slug"], values, natural)

    def _address(self, slug: str) -> str:
        """The slug that stands in the feed's addresses: with the mechanism's before it where another has it."""
        entry = self.entries.get(self._key(f"track:{slug}"))
        if entry is not None and Track.objects.filter(pk=entry.object_id).exists():
            return str(entry.values["slug"])
        other = Track.objects.filter(slug=slug).exclude(mechanism=self.mechanism).first()
        if other is None:
            return slug
        own = f"{self.slug}-{slug}"
        taken = Track.objects.filter(slug=own).select_related("mechanism").first()
        if taken or len(own) > LONGEST["slug"] or own in {track["slug"] for track in self.record["tracks"]}:
            raise AnotherMechanismsRow(
                f"the track “{slug}” is one of “{other.mechanism}” (“{other}”); give yours another slug"
            )
        self.said.append(
            f"track “{slug}”: that is the address of a track of “{other.mechanism}”; yours is “{own}”"
        )
        return own

    def _meeting(self, meeting: Values) -> None:
        zone = self.zones.get(meeting["host"], self.record["mechanism"]["zone"])
        span = parse_span(meeting["start"], meeting["end"], zone)
        track = self.tracks[meeting["track"]]
        values = {
            "track_id": track.pk,
            "ordinal": meeting["ordinal"],
            "titles": ({"en": meeting["title"]} if "title" in meeting else {}) | meeting.get("titles", {}),
            "status": STATUSES[meeting["status"]],
            "visibility": Meeting.Visibility.PUBLIC.value,
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
            "summit_id": self._summit(meeting),
        }
        natural = {"track_id": track.pk, "ordinal": meeting["ordinal"], "status__in": NOT_CANCELLED}
        known = natural if meeting["ordinal"] else None
        row = self._entry(Meeting, entry_key(meeting), values, known, _save_meeting)
        self._outcomes(row, entry_key(meeting), meeting.get("outcomes", []))
        self._delegations(row, entry_key(meeting), meeting.get("delegations", []))
        if meeting["status"] == "offered" and meeting["host"] and span.first_on and row.source:
            self._offer(track, meeting, span.first_on.year)

    def _offer(self, track: Track, meeting: Values, year: int) -> None:
        own = {"track_id": track.pk, "state_id": meeting["host"], "year": year}
        key = f"{meeting['track']}:{meeting['host']}:{year}"
        self._entry(HostOffer, key, own | {"basis": meeting["source"]}, own)

    def _outcomes(self, meeting: Meeting, key: str, outcomes: list[Any]) -> None:
        """The list as a whole: the file's when the file changed it, else what the desk made of it."""
        key, entries = self._key(f"outcomes:{key}"), [entry_of(outcome) for outcome in outcomes]
        stored: Values = {"titles": [entry["title"] for entry in entries]}
        if any(len(entry) > 1 for entry in entries):
            stored["entries"] = entries
        entry = self.entries.get(key)
        if (entry.values if entry else {"titles": []}) == stored:
            self.summary.counts["outcome"]["unchanged"] += len(entries)
            return
        is_new = entry is None and not meeting.outcomes.exists()
        write_outcomes(meeting, entries)
        self._remember(key, stored, meeting)
        self.summary.counts["outcome"]["created" if is_new else "changed"] += len(entries)

    def _delegations(self, meeting: Meeting, key: str, entries: list[Values]) -> None:
        key = self._key(f"delegations:{key}")
        entry = self.entries.get(key)
        # Digests, no texts: an erasure could not reach a copy here.
        digests = {row["state"]: digest_of(row) for row in entries}
        before = entry.values if entry else {}
        if before == digests:
            self.summary.counts["delegation"]["unchanged"] += len(entries)
            return
        write_delegations(meeting, entries, before)
        self._remember(key, digests, meeting)
        self.summary.counts["delegation"]["changed" if entry else "created"] += len(entries)

    def _summit(self, meeting: Values) -> int | None:
        """The turn that a numbered summit holds; an announced one is a turn too."""
        if not is_turn(self.record["mechanism"], meeting):
            return None
        is_held = STATUSES[meeting["status"]] == Meeting.Status.HELD
        own = {"mechanism_id": self.mechanism.pk, "ordinal": meeting["ordinal"]}
        values = own | {
            "period": period_of(self.record["mechanism"], meeting),
            "host_id": meeting["host"],
            "status": (Summit.Status.HELD if is_held else Summit.Status.ANNOUNCED).value,
            "source": meeting.get("source", ""),
        }
        row: Summit = self._entry(Summit, str(meeting["ordinal"]), values, own)
        if "announced_on" in meeting:
            self._announcement(meeting, row)
        return row.pk

    def _announcement(self, meeting: Values, summit: Summit) -> None:
        """The day on which the parties announced a turn, as a decision; a corrected day revokes the former."""
        key = self._key(f"announcement:{meeting['ordinal']}")
        decided_on, basis = date.fromisoformat(meeting["announced_on"]), meeting["source"]
        stored = {"decided_on": meeting["announced_on"], "basis": basis}
        entry = self.entries.get(key)
        if entry and entry.values == stored:
            self.summary.counts["announcement"]["unchanged"] += 1
            return
        if entry:
            former = self.mechanism.decisions.get(pk=entry.object_id)
            revocation = Decision("revoke", former.decided_on, basis, revokes=former.number - 1)
            record_decision(self.mechanism.pk, revocation, actor=None, note=REASON)
        announcement = Decision("announce", decided_on, basis, period=summit.period)
        row = record_decision(self.mechanism.pk, announcement, actor=None, note=REASON)
        self._remember(key, stored, row)
        self.summary.counts["announcement"]["changed" if entry else "created"] += 1

    def _committee(self) -> None:
        """The record knows no rule of its own for a quorum: that of the model holds until one is set."""
        slug = self.record["mechanism"]["committee_track"]
        own = {"track_id": self.tracks[slug].pk}
        self._entry(Committee, slug, own, own)

    def _seat(self, seat: Values) -> None:
        key = f"{seat['state']}:{seat['name']}"
        values = {"state_id": seat["state"], "names": {"en": seat["name"]}}
        organisation = self._entry(Organisation, key, values, values)
        slug = self.record["mechanism"]["committee_track"]
        own = {"track_id": self.tracks[slug].pk, "organisation_id": organisation.pk}
        self._entry(Seat, f"{slug}:{key}", own | {"role": seat["role"]}, own)

    def _step(self, step: Values) -> None:
        own = {
            "track_id": self.tracks[step["track"]].pk,
            "prepared_by_id": self.tracks[step["prepared_by"]].pk,
        }
        values = own | {
            "lead_days": step["lead_days"],
            "duration_days": step.get("duration_days", 1),
            "format": step.get("format", Meeting.Format.IN_PERSON.value),
            "basis": step.get("basis", ""),
        }
        self._default(PreparatoryStep, f"{step['track']}:{step['prepared_by']}", values, own)

    def _scheme(self, symbols: Values) -> None:
        own = {"mechanism_id": self.mechanism.pk, "track_id": None}
        self._default(SymbolScheme, self.mechanism.slug, own | symbols, own)


def _save_meeting(row: Meeting) -> None:
    if row.status == Meeting.Status.CANCELLED and row.cancelled_at is None:
        row.cancelled_at = timezone.now()
    save_meeting(row, reason=REASON, act=None)


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
