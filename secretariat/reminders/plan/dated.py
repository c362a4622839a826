"""Reminders of a moment: before it, and when it moved or no longer stands after somebody was told of it. Pure.

A due is such a moment, the end of a term, the last day for an item of an agenda.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from meetings.dates import instant

from .wanted import About, ContactFact, Told, ToldOf, Wanted, notice, while_it_answers


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment that people are reminded of.

    sequence: up with each new moment; None where the thing itself does not count them: then it is counted how
    often this contact was told another one. state: whose contacts are told; empty for all states'. on: the day that
    reminders are counted from; at: the moment itself, which ends them. status: `open`; `settled`, then nothing
    is said of it any more; `withdrawn`, then who was told of it is told so.
    """

    about: About
    sequence: int | None
    state: str
    on: date
    at: datetime
    status: Literal["open", "settled", "withdrawn"] = "open"


@dataclass(frozen=True, slots=True)
class Offset:
    days_before: int
    at: time

    @property
    def code(self) -> str:
        """As an ISO 8601 duration of calendar days: P7D is seven days before."""
        return f"P{self.days_before}D"


def wanted_of_dated(
    moments: Iterable[Dated],
    contacts: Iterable[ContactFact],
    offsets: Iterable[Offset],
    told: ToldOf,
    now: datetime,
) -> Iterator[Wanted]:
    """All that should be open or already said of these moments. One that is settled or past wants nothing."""
    offsets = sorted(offsets, key=lambda offset: -offset.days_before)
    contacts = list(contacts)
    for moment in moments:
        for contact in contacts:
            if moment.state and contact.state != moment.state:
                continue
            before = told.get((moment.about, contact.id))
            if moment.status == "withdrawn":
                wanted = _withdrawal(moment, contact, before, now)
            elif moment.status == "open" and moment.at > now:
                wanted = _reminders(moment, contact, offsets, before, now)
            else:
                continue
            yield from while_it_answers(wanted, contact, now)


def _withdrawal(moment: Dated, contact: ContactFact, before: Told | None, now: datetime) -> Iterator[Wanted]:
    """Who was told of a moment that no longer stands is told so; who was not hears nothing of it."""
    if before is not None and before.kind != "withdrawn" and before.says > now:
        yield _notice("withdrawn", moment, contact, before, now, expires_at=before.says)


def _reminders(
    moment: Dated, contact: ContactFact, offsets: list[Offset], before: Told | None, now: datetime
) -> Iterator[Wanted]:
    is_changed = before is not None and (before.kind == "withdrawn" or before.says != moment.at)
    if is_changed and before is not None:
        yield _notice("changed", moment, contact, before, now, expires_at=moment.at)
    sequence = _sequence(moment, before, is_changed=is_changed)
    planned = [_reminder(moment, sequence, contact, offset) for offset in offsets]
    # A reminder at or after the moment itself says nothing of use.
    planned = [reminder for reminder in planned if reminder.planned_at < moment.at]
    missed = [reminder for reminder in planned if reminder.planned_at <= now]
    # Of those whose hour is past only the newest is still worth saying, and only to a contact who was told
    # nothing of this moment since then: a notice of change says it too, as does the same moment told before.
    if missed and not is_changed and (before is None or before.planned_at < missed[-1].planned_at):
        yield missed[-1]
    yield from (reminder for reminder in planned if reminder.planned_at > now)


def _sequence(moment: Dated, before: Told | None, *, is_changed: bool) -> int:
    if moment.sequence is not None:
        return moment.sequence
    return before.sequence + is_changed if before else 0


def _reminder(moment: Dated, sequence: int, contact: ContactFact, offset: Offset) -> Wanted:
    day = moment.on - timedelta(days=offset.days_before)
    return Wanted(
        kind="reminder",
        about=moment.about,
        sequence=sequence,
        offset_code=offset.code,
        contact_id=contact.id,
        planned_on=day,
        planned_hour=offset.at,
        zone=contact.zone,
        planned_at=instant(day, offset.at, contact.zone),
        expires_at=moment.at,
        says_due_at=moment.at,
    )


def _notice(
    kind: str, moment: Dated, contact: ContactFact, before: Told, now: datetime, *, expires_at: datetime
) -> Wanted:
    return notice(
        kind,
        moment.about,
        _sequence(moment, before, is_changed=True),
        contact,
        before,
        at=now,
        expires_at=expires_at,
        says=moment.at,
    )
