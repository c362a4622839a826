"""What the ledger should hold: one thing to be said to one contact about one thing, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from meetings.schedule.dates import instant

from .digests import Digest
from .hours import Hours

# What is spoken of, and its key; "closing" is the last day on which an item of an agenda may be asked for,
# "digest" is a week of a contact.
Subject = Literal["due", "silence", "term", "agenda", "closing", "meeting", "digest"]
About = tuple[Subject, int]

# How long something that happened is worth telling to who was not told of it.
NEWS = timedelta(days=14)
# What would reach its reader with less than so long before a moment of which it speaks is not put off for closed days.
LEAST_NOTICE = timedelta(days=3)
# Nobody has to act on it any more, however near the moment is, or it comes after it.
UNHURRIED = ("received", "overdue", "escalated")
# How far the clocks of the database and of a worker may be apart.
SKEW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ContactFact:
    """Who gets one mail of one thing, with the days on which its ministry answers for the track.

    Both days inclusive, None is open. roles: those of all the contacts with its address in its state.
    """

    id: int
    state: str
    zone: str
    answers_from: date | None = None
    answers_until: date | None = None
    roles: frozenset[str] = frozenset()
    digest: Digest | None = None
    email: str = ""  # in small letters, where contacts with one address are to be told apart from others
    since: datetime | None = None  # when it came to be written to; None is always

    def was_there(self, at: datetime) -> bool:
        """Whether it was written to already when something happened: what was over by then is not told to it."""
        return self.since is None or self.since <= at + SKEW

    def answers_on(self, day: date) -> bool:
        return (self.answers_from is None or self.answers_from <= day) and (
            self.answers_until is None or day <= self.answers_until
        )


@dataclass(frozen=True, slots=True)
class Told:
    """The last thing that a contact was told of something, or may have been.

    says: the moment it named. dated_at: when its mail was written; None of what a digest told.
    """

    kind: str
    sequence: int
    says: datetime
    message_id: str
    planned_at: datetime
    offset_code: str = ""
    dated_at: datetime | None = None

    @property
    def written_at(self) -> datetime:
        return self.dated_at or self.planned_at


@dataclass(frozen=True, slots=True)
class Undated:
    """A meeting that takes place on no day that is known: since when, and when it was cancelled, if it was."""

    since: datetime
    cancelled_at: datetime | None = None

    def is_told_by(self, before: Told) -> bool:
        """Whether a contact was told how it stands now, by the last mail about it."""
        return self._is_since(before) and not self._waits(before)

    def until(self, before: Told) -> datetime | None:
        """How long to say that it is cancelled to who was told that a new day follows; None for others."""
        waits = self._is_since(before) and self._waits(before)
        return self.cancelled_at + NEWS if waits and self.cancelled_at else None

    def _is_since(self, before: Told) -> bool:
        return before.kind in ("withdrawn", "off") and before.written_at >= self.since - SKEW

    def _waits(self, before: Told) -> bool:
        return self.cancelled_at is not None and before.written_at < self.cancelled_at


# By what it was about, and the contact.
ToldOf = dict[tuple[About, int], Told]


@dataclass(frozen=True, slots=True)
class Wanted:
    """sequence: which version of the thing it speaks of. offset_code: of a reminder; of an invitation that is sent
    anew, the how many-th; empty for any other notice.

    goes_at: when it is sent, where that is not when it was planned: missed, or kept until the morning.
    is_item: it stands in a digest and does not go by itself.
    """

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
    goes_at: datetime | None = None
    is_item: bool = False

    @property
    def key(self) -> tuple[str, About, int, str, int]:
        return (self.kind, self.about, self.sequence, self.offset_code, self.contact_id)

    @property
    def day_it_goes(self) -> date:
        """On the recipient's calendar."""
        return (self.goes_at or self.planned_at).astimezone(ZoneInfo(self.zone)).date()


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


def in_hours(want: Wanted, hours: Hours, now: datetime) -> Iterator[Wanted]:
    """What goes at once, or in the morning where it is night for the recipient, or on the next working day: in the night
    or on a closed day where that would be too late, since such a mail is better than none. Nothing that is untrue
    already."""
    soonest = max(want.planned_at, now)
    if soonest >= want.expires_at:
        return
    awake = hours.awake(soonest, want.zone)
    goes_at = awake if awake < want.expires_at else soonest
    worked = hours.worked(goes_at, want.zone)
    may_wait = worked < want.expires_at and not _is_urgent(want, worked, now)
    yield replace(want, goes_at=worked if may_wait else goes_at)


def _is_urgent(want: Wanted, at: datetime, now: datetime) -> bool:
    """Whether `at` is too near to a moment to come of which it speaks, or spoke before."""
    said = (want.says_due_at, want.was_due_at)
    to_come = [moment for moment in said if moment is not None and moment > now]
    return want.kind not in UNHURRIED and any(at + LEAST_NOTICE > moment for moment in to_come)


def while_it_answers(wanted: Iterable[Wanted], contact: ContactFact, now: datetime) -> Iterator[Wanted]:
    """What goes out on a day on which the contact's ministry answers for the track; it expires with that."""
    until = contact.answers_until
    end = instant(until + timedelta(days=1), time(0), contact.zone) if until else None
    for want in wanted:
        goes_at = want.goes_at or max(want.planned_at, now)
        if contact.answers_on(goes_at.astimezone(ZoneInfo(contact.zone)).date()):
            yield replace(want, expires_at=min(want.expires_at, end)) if end else want
