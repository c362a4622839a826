"""What is to be said to whom about what and when. Pure.

Takes what staff decided and what was already told; gives the set of deliveries that should be open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetings.dates import instant


@dataclass(frozen=True, slots=True)
class DueFact:
    """A due as the plan needs it; `status` is that of meetings.models.Due."""

    id: int
    sequence: int
    state: str
    due_on: date
    due_at: datetime
    status: str


@dataclass(frozen=True, slots=True)
class ContactFact:
    """A contact, with the days on which its ministry answers for the track: both inclusive, None is open."""

    id: int
    state: str
    zone: str
    answers_from: date | None = None
    answers_until: date | None = None

    def answers_on(self, day: date) -> bool:
        return (self.answers_from is None or self.answers_from <= day) and (
            self.answers_until is None or day <= self.answers_until
        )


@dataclass(frozen=True, slots=True)
class Offset:
    days_before: int
    at: time

    @property
    def code(self) -> str:
        """As an ISO 8601 duration of calendar days: P7D is seven days before."""
        return f"P{self.days_before}D"


@dataclass(frozen=True, slots=True)
class Told:
    """The last thing that a contact was told of a due, or may have been."""

    kind: str
    due_at: datetime
    message_id: str
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    kind: str
    due_id: int
    sequence: int
    offset_code: str
    contact_id: int
    planned_on: date  # on the recipient's calendar, as is the hour
    planned_hour: time
    zone: str
    planned_at: datetime
    expires_at: datetime
    says_due_at: datetime
    was_due_at: datetime | None = None
    in_reply_to: str = ""

    @property
    def key(self) -> tuple[str, int, int, str, int]:
        return (self.kind, self.due_id, self.sequence, self.offset_code, self.contact_id)


def wanted_deliveries(
    dues: Iterable[DueFact],
    contacts: Iterable[ContactFact],
    offsets: Iterable[Offset],
    told: dict[tuple[int, int], Told],
    now: datetime,
) -> Iterator[Wanted]:
    """All that should be open or already said, for the dues of one meeting.

    told: by (due id, contact id). A due that is settled or past wants nothing.
    """
    offsets = sorted(offsets, key=lambda offset: -offset.days_before)
    people: dict[str, list[ContactFact]] = {}
    for contact in contacts:
        people.setdefault(contact.state, []).append(contact)
    for due in dues:
        for contact in people.get(due.state, []):
            before = told.get((due.id, contact.id))
            if due.status == "withdrawn":
                wanted = _withdrawal(due, contact, before, now)
            elif due.status == "open" and due.due_at > now:
                wanted = _reminders(due, contact, offsets, before, now)
            else:
                continue
            yield from _while_it_answers(wanted, contact, now)


def _while_it_answers(wanted: Iterable[Wanted], contact: ContactFact, now: datetime) -> Iterator[Wanted]:
    """What goes out on a day on which the contact's ministry answers for the track; it expires with that."""
    until = contact.answers_until
    end = instant(until + timedelta(days=1), time(0), contact.zone) if until else None
    for want in wanted:
        goes_at = max(want.planned_at, now).astimezone(ZoneInfo(contact.zone))
        if contact.answers_on(goes_at.date()):
            yield replace(want, expires_at=min(want.expires_at, end)) if end else want


def _withdrawal(due: DueFact, contact: ContactFact, before: Told | None, now: datetime) -> Iterator[Wanted]:
    """Who was told of a deadline that no longer stands is told so; who was not hears nothing of it."""
    if before is not None and before.kind != "withdrawn" and before.due_at > now:
        yield _notice("withdrawn", due, contact, before, now, expires_at=before.due_at)


def _reminders(
    due: DueFact, contact: ContactFact, offsets: list[Offset], before: Told | None, now: datetime
) -> Iterator[Wanted]:
    is_changed = before is not None and (before.kind == "withdrawn" or before.due_at != due.due_at)
    if is_changed and before is not None:
        yield _notice("changed", due, contact, before, now, expires_at=due.due_at)
    planned = [_reminder(due, contact, offset) for offset in offsets]
    # A reminder at or after the deadline itself says nothing of use.
    planned = [reminder for reminder in planned if reminder.planned_at < due.due_at]
    missed = [reminder for reminder in planned if reminder.planned_at <= now]
    # Of those whose moment is past only the newest is still worth saying, and only to a contact who was told
    # nothing of this date since then: a notice of change says it too, as does the same date told before.
    if missed and not is_changed and (before is None or before.planned_at < missed[-1].planned_at):
        yield missed[-1]
    yield from (reminder for reminder in planned if reminder.planned_at > now)


def _reminder(due: DueFact, contact: ContactFact, offset: Offset) -> Wanted:
    day = due.due_on - timedelta(days=offset.days_before)
    return Wanted(
        kind="reminder",
        due_id=due.id,
        sequence=due.sequence,
        offset_code=offset.code,
        contact_id=contact.id,
        planned_on=day,
        planned_hour=offset.at,
        zone=contact.zone,
        planned_at=instant(day, offset.at, contact.zone),
        expires_at=due.due_at,
        says_due_at=due.due_at,
    )


def _notice(
    kind: str, due: DueFact, contact: ContactFact, before: Told, now: datetime, *, expires_at: datetime
) -> Wanted:
    local = now.astimezone(ZoneInfo(contact.zone))
    return Wanted(
        kind=kind,
        due_id=due.id,
        sequence=due.sequence,
        offset_code="",
        contact_id=contact.id,
        planned_on=local.date(),
        planned_hour=local.time().replace(microsecond=0),
        zone=contact.zone,
        planned_at=now,
        expires_at=expires_at,
        says_due_at=due.due_at,
        was_due_at=before.due_at,
        in_reply_to=before.message_id,
    )
