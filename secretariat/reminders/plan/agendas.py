"""What is told of an agenda: that a stage of it was issued, and to whom it was sent, that its meeting moved. Pure.

The last day for an item of it is a moment as any other: see plan/dated.py.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from meetings.days.workdays import WorkCalendar

from .policy import Occasion, Rule, told_to
from .wanted import (
    About,
    ContactFact,
    Told,
    ToldOf,
    Undated,
    Wanted,
    in_hours,
    notice,
    while_it_answers,
)

OCCASION: dict[str, Occasion] = {"issued": "first", "moved": "changed", "off": "withdrawn"}


@dataclass(frozen=True, slots=True)
class Issue:
    """The last stage of an agenda that was issued, and its meeting.

    number: of the stage, from 1. at: when it was issued. untrue_from: no news any more. meets_at: None while no
    day is known. stands: the parties expect the meeting, or it was held. meeting_sequence: up with each move of it.
    """

    agenda_id: int
    number: int
    at: datetime
    untrue_from: datetime
    meets_at: datetime | None
    stands: bool
    meeting_sequence: int
    undated: Undated | None = None
    is_over: bool = False  # the agenda as it was adopted, which is no longer worked by

    @property
    def has_day(self) -> bool:
        """The parties expect the meeting on a day that is known."""
        return self.stands and self.meets_at is not None

    @property
    def says(self) -> datetime:
        return self.meets_at or self.at


@dataclass(frozen=True, slots=True)
class Invited:
    """What a contact was told last of a meeting that it follows. stands: an invitation, and not the end of one.

    has_heard: that the meeting takes place on no day that is known, as it stands now. is_to_hear: it was told that a
    new day follows, and will be that none does.
    """

    stands: bool
    has_heard: bool
    is_to_hear: bool


def wanted_of_issue(
    issue: Issue,
    contacts: Iterable[ContactFact],
    rules: Collection[Rule],
    told: ToldOf,
    now: datetime,
    invited: Mapping[int, Invited] = MappingProxyType({}),
    calendars: Mapping[str, WorkCalendar] = MappingProxyType({}),
) -> Iterator[Wanted]:
    """All that should be open or already said of it; an earlier stage that was not told is not told any more.

    invited: by contact, who was invited to the meeting itself. They hear of a move or an end by that, and not twice.
    calendars: of the contacts' states, where a rule keeps to working days.
    """
    for contact in contacts:
        before = told.get((("agenda", issue.agenda_id), contact.id))
        for want in (*_issued(issue, contact, before, now), *_moved(issue, contact, before, now)):
            rule = told_to(rules, OCCASION[want.kind], contact.roles)
            if rule is not None and not (want.kind != "issued" and _hears(invited.get(contact.id), issue)):
                hours = rule.hours(calendars.get(contact.state))
                yield from while_it_answers(in_hours(want, hours, now), contact, now)


def _hears(invited: Invited | None, issue: Issue) -> bool:
    """Whether this move, or end, of the meeting is or will be told by the invitation to it. That a contact follows the
    meeting no longer tells neither."""
    if invited is None or invited.stands or invited.is_to_hear:
        return invited is not None
    return not issue.has_day and invited.has_heard


def _issued(issue: Issue, contact: ContactFact, before: Told | None, now: datetime) -> Iterator[Wanted]:
    if issue.stands and issue.untrue_from > now and (not issue.is_over or contact.was_there(issue.at)):
        yield _notice("issued", issue, contact, before, at=issue.at, expires_at=issue.untrue_from)


def _moved(issue: Issue, contact: ContactFact, before: Told | None, now: datetime) -> Iterator[Wanted]:
    """Who has an agenda with a day that is still to come is told when that day no longer holds."""
    if before is None or (before.says <= now and before.kind != "off"):
        return
    if not issue.has_day:
        if before.kind != "off":
            yield _notice("off", issue, contact, before, at=now, expires_at=before.says)
        elif issue.undated and (until := issue.undated.until(before)):
            yield _notice("off", issue, contact, before, at=now, expires_at=until)
    elif (before.kind == "off" or before.says != issue.says) and issue.says > now:
        yield _notice("moved", issue, contact, before, at=now, expires_at=issue.says)


def _notice(
    kind: str, issue: Issue, contact: ContactFact, before: Told | None, *, at: datetime, expires_at: datetime
) -> Wanted:
    sequence = issue.number if kind == "issued" else issue.meeting_sequence
    about: About = ("agenda", issue.agenda_id)
    # That a day no longer holds names this day, which the next notice may have to compare with.
    says = before.says if kind == "off" and before else issue.says
    return notice(kind, about, sequence, contact, before, at=at, expires_at=expires_at, says=says)
