"""From a meeting's date and a deadline's rule to what each state owes by when. Pure.

At close of business in that state's own zone, on the last day on or before the target that is worked
there; with the trail of how the day was found.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeVar
from zoneinfo import ZoneInfo

from ..days.workdays import Direction, LandedDay, Step, WorkCalendar, land
from ..schedule.dates import Span, instant

Addressees = Literal["all", "host", "guests"]
Calendars = Literal["state", "secretariat", "host", "all"]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Line:
    """A deadline's rule. `offset_days`: calendar days, counted from the meeting's first day when negative or
    zero (the first day itself does not count: -1 is the day before), from its last day when positive.

    calendars: whose working days count beside the responsible state's own.
    min_notice_days: a state is told so many days before at least; less is short notice.
    chain_place: lines that follow one another bear rising numbers; None stands alone.
    """

    offset_days: int
    close_at: time = time(18)
    roll: Direction = "earlier"
    addressee: Addressees = "all"
    calendars: Calendars = "state"
    min_notice_days: int = 0
    chain_place: int | None = None


@dataclass(frozen=True, slots=True)
class Party:
    """A state that may owe something: its zone, its calendar, and those that a line may ask for besides."""

    state: str
    zone: str
    calendar: WorkCalendar
    is_host: bool = False
    secretariat: WorkCalendar | None = None
    host: WorkCalendar | None = None

    def others(self, calendars: Calendars) -> tuple[WorkCalendar, ...]:
        """The calendars that count beside the state's own, each once."""
        asked = {
            "state": (),
            "secretariat": (self.secretariat,),
            "host": (self.host,),
            "all": (self.secretariat, self.host),
        }[calendars]
        named = {book.state: book for book in asked if book is not None and book.state != self.state}
        return tuple(named.values())


@dataclass(frozen=True, slots=True)
class DueMoment:
    """What `state` owes by when: `due_at` is UTC and the first instant that is too late."""

    state: str
    zone: str
    target_on: date
    due_on: date
    due_at: datetime
    trail: tuple[Step, ...]


def owes(line: Line, party: Party) -> bool:
    return line.addressee == "all" or (line.addressee == "host") == party.is_host


def target_day(line: Line, span: Span) -> tuple[date, Step] | None:
    """The civil day that the rule names, before any calendar; None while the meeting has no day."""
    if not span.has_day or span.first_on is None or span.last_on is None:
        return None
    anchor = span.last_on if line.offset_days > 0 else span.first_on
    target = anchor + timedelta(days=line.offset_days)
    return target, Step("offset", target, {"days": line.offset_days, "anchor": anchor.isoformat()})


def due_moments(line: Line, span: Span, parties: Iterable[Party]) -> Mapping[str, DueMoment]:
    """What each party owes, by state code, in the parties' order; empty while the meeting has no day.

    Looks at this line alone; `moments_of` keeps a chain in order too. Raises NoWorkingDay.
    """
    found = target_day(line, span)
    if found is None:
        return {}
    target, first_step = found
    moments = {}
    for party in parties:
        if owes(line, party):
            landed = land(target, party.calendar, line.roll, party.others(line.calendars))
            moments[party.state] = closing(line, party, target, landed, (first_step,))
    return moments


def closing(
    line: Line, party: Party, target: date, landed: LandedDay, before: tuple[Step, ...] = ()
) -> DueMoment:
    """Close of business on the day on which a target landed: the line's hour, or the day's own where it is earlier."""
    hour, trail = line.close_at, (*before, *landed.trail)
    early = party.calendar.closes_at(landed.day)
    if early is not None and early < hour:
        hour = early
        name = party.calendar.special[landed.day].name
        values = {"state": party.state, "name": name, "hour": f"{early:%H:%M}"}
        trail = (*trail, Step("shortened", landed.day, values))
    due_at = instant(landed.day, hour, party.zone)
    return DueMoment(party.state, party.zone, target, landed.day, due_at, trail)


def moments_of(
    lines: Mapping[Key, Line], span: Span, parties: Iterable[Party]
) -> dict[Key, Mapping[str, DueMoment]]:
    """What each party owes of all the lines, those of a chain in its order. Raises NoWorkingDay."""
    parties = list(parties)
    found = {key: due_moments(line, span, parties) for key, line in lines.items()}
    return in_chain_order(lines, found, parties)


def in_chain_order(
    lines: Mapping[Key, Line], moments: Mapping[Key, Mapping[str, DueMoment]], parties: Iterable[Party]
) -> dict[Key, Mapping[str, DueMoment]]:
    """The same moments, each of a chain's moved earlier where it would end after one that follows it.

    Rolling can turn two around: one goes later, or keeps clear of more calendars than the other. Never is the
    follower moved: it would lose the notice that its own offset promises. A state is compared with its own
    later deadlines; where it owes none of the next ones, with the first of whoever does.
    """
    by_code = {party.state: party for party in parties}
    done = dict(moments)
    following: list[DueMoment] = []
    own: dict[str, datetime] = {}
    for place in sorted(
        {line.chain_place for line in lines.values() if line.chain_place is not None}, reverse=True
    ):
        here = [key for key, line in lines.items() if line.chain_place == place and moments.get(key)]
        first = min((moment.due_at for moment in following), default=None)
        followers = {moment.state for moment in following}
        for key in here:
            done[key] = {
                code: _not_after(
                    lines[key],
                    by_code[code],
                    moment,
                    [at for at in (own.get(code), None if code in followers else first) if at is not None],
                )
                for code, moment in moments[key].items()
            }
        if here:
            following = [moment for key in here for moment in done[key].values()]
        for moment in following:
            own[moment.state] = min(moment.due_at, own.get(moment.state, moment.due_at))
    return done


def _not_after(line: Line, party: Party, moment: DueMoment, bounds: list[datetime]) -> DueMoment:
    bound = min(bounds, default=None)
    if bound is None or moment.due_at <= bound:
        return moment
    day = bound.astimezone(ZoneInfo(party.zone)).date()
    step = Step("chain", day, {"state": party.state})
    # A local day earlier is earlier in UTC too, unless the zone skips a day: then the one before that is.
    for back in range(3):
        latest = day - timedelta(days=back)
        landed = land(latest, party.calendar, "earlier", party.others(line.calendars))
        moved = closing(line, party, moment.target_on, landed, (*moment.trail, step))
        if moved.due_at <= bound:
            break
    return moved
