"""What is told of a meeting to who follows it: an invitation, each change of it, and its end. Pure.

As RFC 5546 has it: a REQUEST, the same with a higher SEQUENCE, a CANCEL to who had one of these and to nobody else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from meetings.days.workdays import WorkCalendar
from meetings.schedule.dates import instant

from . import policy
from .hours import ANY_HOUR
from .policy import Rule
from .wanted import About, ContactFact, Told, ToldOf, Undated, Wanted, in_hours, notice

OCCASION: Mapping[str, policy.Occasion] = {"invited": "first", "changed": "changed", "withdrawn": "withdrawn"}
# At which hour of its own day a contact is invited to what it follows from that day on.
HOUR = time(9)


@dataclass(frozen=True, slots=True)
class Slot:
    """A day that is known, on the clock of the meeting's place, and its moments; `ends_at` is the first after it."""

    first_on: date
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Occasion:
    """A meeting as calendars know it.

    sequence: its SEQUENCE. slot: None when it stands in no calendar: cancelled, postponed without a day, known to
    the month only, or shown to nobody outside. is_over: nothing is said of it any more.
    """

    meeting_id: int
    sequence: int
    slot: Slot | None
    is_over: bool = False
    undated: Undated | None = None


@dataclass(frozen=True, slots=True)
class Follower:
    """A contact, and the days on which it follows the meeting, by whatever: both inclusive, None is open."""

    contact: ContactFact
    days: tuple[tuple[date | None, date | None], ...] = ()


def wanted_of_occasion(
    occasion: Occasion, followers: Iterable[Follower], told: ToldOf, now: datetime
) -> Iterator[Wanted]:
    """All that should be open or already said of one meeting.

    followers: also who was told of it and follows it no longer. A meeting that begins after the last day on which
    a contact follows is not one that it follows.
    """
    if occasion.is_over:
        return
    about: About = ("meeting", occasion.meeting_id)
    for follower in followers:
        before = told.get((about, follower.contact.id))
        is_invited = before is not None and before.kind != "withdrawn"
        since = occasion.slot and _followed_since(occasion.slot, follower, now)
        until = occasion.undated.until(before) if occasion.undated and before else None
        if occasion.slot and since:
            kind = "changed" if is_invited else "invited"
            yield _request(kind, about, occasion.sequence, occasion.slot, follower.contact, before, since)
        elif before is not None and is_invited and before.says > now:
            yield _cancel(about, occasion.sequence, follower.contact, before, now, before.says)
        elif before is not None and follower.days and until is not None:
            yield _cancel(about, occasion.sequence, follower.contact, before, now, until)


def awake(
    want: Wanted, rules: Iterable[Rule], now: datetime, calendar: WorkCalendar | None = None
) -> Iterator[Wanted]:
    """The same outside of the quiet hours, and on the working days, that the rules say for it; without a rule at once.

    rules: those of invitations on the meeting's track. Who is invited is not for them to say. calendar: of the contact's
    state, where a rule keeps to working days.
    """
    rule = next((rule for rule in rules if rule.occasion == OCCASION[want.kind]), None)
    yield from in_hours(want, rule.hours(calendar) if rule else ANY_HOUR, now)


def _followed_since(slot: Slot, follower: Follower, now: datetime) -> datetime | None:
    """When the contact may first be written to about the meeting, now or later; None when it does not follow it."""
    zone = follower.contact.zone
    today = now.astimezone(ZoneInfo(zone)).date()
    days = [
        since or today
        for since, until in follower.days
        if (since is None or since <= slot.first_on) and (until is None or until >= max(slot.first_on, today))
    ]
    if not days:
        return None
    return instant(min(days), HOUR, zone) if min(days) > today else now


def _request(
    kind: str,
    about: About,
    sequence: int,
    slot: Slot,
    contact: ContactFact,
    before: Told | None,
    at: datetime,
) -> Wanted:
    code = ""
    if before is not None and before.sequence == sequence:
        # The same once more is the row that said it; after a CANCEL of it, another.
        code = before.offset_code if before.kind != "withdrawn" else str(int(before.offset_code or 1) + 1)
        kind = before.kind if before.kind != "withdrawn" else kind
    want = notice(kind, about, sequence, contact, before, at=at, expires_at=slot.ends_at, says=slot.starts_at)
    return replace(want, offset_code=code)


def _cancel(
    about: About,
    sequence: int,
    contact: ContactFact,
    before: Told,
    now: datetime,
    expires_at: datetime,
) -> Wanted:
    """It tells the moment that the contact knows: another one may not be known, or not be for it."""
    want = notice(
        "withdrawn",
        about,
        sequence,
        contact,
        before,
        at=now,
        expires_at=expires_at,
        says=before.says,
    )
    return replace(want, offset_code=before.offset_code if before.sequence == sequence else "")
