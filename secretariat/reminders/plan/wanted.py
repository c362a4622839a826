"""What the ledger should hold: one thing to be said to one contact about one thing, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from meetings.dates import instant

# What is spoken of, and its key; "closing" is the last day on which an item of an agenda may be asked for.
Subject = Literal["due", "silence", "term", "agenda", "closing", "meeting"]
About = tuple[Subject, int]

# How long something that happened is worth telling to who was not told of it.
NEWS = timedelta(days=14)


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
class Told:
    """The last thing that a contact was told of something, or may have been; `says` is the moment it named."""

    kind: str
    sequence: int
    says: datetime
    message_id: str
    planned_at: datetime
    offset_code: str = ""


# By what it was about, and the contact.
ToldOf = dict[tuple[About, int], Told]


@dataclass(frozen=True, slots=True)
class Wanted:
    """sequence: which version of the thing it speaks of. offset_code: of a reminder; of an invitation that is sent
    anew, the how many-th; empty for any other notice."""

    kind: str
    about: About
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
    def key(self) -> tuple[str, About, int, str, int]:
        return (self.kind, self.about, self.sequence, self.offset_code, self.contact_id)


def notice(
    kind: str,
    about: About,
    sequence: int,
    contact: ContactFact,
    before: Told | None,
    *,
    at: datetime,
    expires_at: datetime,
    says: datetime,
) -> Wanted:
    """Something to be told as it happens, at `at`; it answers the last mail about the same thing."""
    local = at.astimezone(ZoneInfo(contact.zone))
    return Wanted(
        kind=kind,
        about=about,
        sequence=sequence,
        offset_code="",
        contact_id=contact.id,
        planned_on=local.date(),
        planned_hour=local.time().replace(microsecond=0),
        zone=contact.zone,
        planned_at=at,
        expires_at=expires_at,
        says_due_at=says,
        was_due_at=before.says if before else None,
        in_reply_to=before.message_id if before else "",
    )


def while_it_answers(wanted: Iterable[Wanted], contact: ContactFact, now: datetime) -> Iterator[Wanted]:
    """What goes out on a day on which the contact's ministry answers for the track; it expires with that."""
    until = contact.answers_until
    end = instant(until + timedelta(days=1), time(0), contact.zone) if until else None
    for want in wanted:
        goes_at = max(want.planned_at, now).astimezone(ZoneInfo(contact.zone))
        if contact.answers_on(goes_at.date()):
            yield replace(want, expires_at=min(want.expires_at, end)) if end else want
