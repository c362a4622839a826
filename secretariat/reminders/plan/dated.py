"""Mails about a moment: before it, after it, and when it moved, no longer stands, or was met. Pure.

A due is such a moment, the end of a term, the last day for an item of an agenda.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from meetings.days.workdays import WorkCalendar
from meetings.schedule.dates import instant

from .digests import ITEM, digest_before, singly
from .policy import AFTER, Occasion, Rule
from .wanted import (
    NEWS,
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

# How long it is worth saying that something is overdue, and to thank for it.
OVERDUE_NEWS = timedelta(days=7)
THANKS_NEWS = timedelta(days=2)
# The offset code of what is said to who waits in vain for a new day.
IN_VAIN = "never"
KINDS = {"before": "reminder"}  # of an occasion, where it is not the same word


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment that people are reminded of.

    sequence: up with each new moment; None where the thing itself does not count them: then it is counted how
    often this contact was told another one. state: whose contacts are told; empty for all states'. on: the day that
    reminders are counted from; at: the moment itself, which ends them. status: `open`; `received`, at
    `received_at`; `settled` otherwise, then nothing is said of it any more; `withdrawn`, then who was told of it is
    told so. undated: its meeting, where that takes place on no day that is known.
    """

    about: About
    sequence: int | None
    state: str
    on: date
    at: datetime
    status: Literal["open", "received", "settled", "withdrawn"] = "open"
    received_at: datetime | None = None
    undated: Undated | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One moment and one contact, with the rules for its roles and what it was told last."""

    moment: Dated
    contact: ContactFact
    rules: tuple[Rule, ...]
    before: Told | None
    now: datetime
    calendar: WorkCalendar | None = None

    def rules_of(self, *occasions: Occasion) -> list[Rule]:
        """Those that make a mail of its own for this contact."""
        rules = self.rules if self.contact.digest is None else singly(self.rules)
        return [rule for rule in rules if rule.occasion in occasions]

    @property
    def is_changed(self) -> bool:
        """The contact was told another moment, or that there is none."""
        told = self.before
        return told is not None and (told.kind in ("withdrawn", "received") or told.says != self.moment.at)

    @property
    def sequence(self) -> int:
        if self.moment.sequence is not None:
            return self.moment.sequence
        return self.before.sequence + self.is_changed if self.before else 0


def wanted_of_dated(
    moments: Iterable[Dated],
    contacts: Iterable[ContactFact],
    rules: Iterable[Rule],
    told: ToldOf,
    now: datetime,
    calendars: Mapping[str, WorkCalendar] | None = None,
) -> Iterator[Wanted]:
    """All that should be open or already said of these moments.

    rules: those chosen for them. calendars: of the contacts' states, where a rule keeps to working days.
    """
    rules = list(rules)
    people = [(contact, tuple(rule for rule in rules if rule.is_for(contact.roles))) for contact in contacts]
    for moment in moments:
        for contact, own in people:
            if moment.state and contact.state != moment.state:
                continue
            before, calendar = told.get((moment.about, contact.id)), (calendars or {}).get(contact.state)
            case = Case(moment, contact, own, before, now, calendar)
            yield from while_it_answers(_wanted_of(case), contact, now)


def _wanted_of(case: Case) -> Iterator[Wanted]:
    match case.moment.status:
        case "withdrawn":
            yield from _withdrawal(case)
        case "received":
            yield from _thanks(case)
        case "open" if case.moment.at > case.now:
            yield from _ahead(case)
            yield from _counted(case, case.rules_of(*AFTER))
        case "open":
            yield from _counted(case, case.rules_of(*AFTER))


def _withdrawal(case: Case) -> Iterator[Wanted]:
    """Who was told of a moment that no longer stands is told so; who was not hears nothing of it."""
    before = case.before
    if before is None:
        return
    if before.kind == "withdrawn":
        until = case.moment.undated.until(before) if case.moment.undated else None
        for want in _at_once("withdrawn", case, until) if until else ():
            yield replace(want, offset_code=IN_VAIN, says_due_at=before.says)
        return
    # Who was told after the moment, that it is overdue or that it stays, hears of it for a while too.
    expires_at = before.says if before.says > before.planned_at else before.planned_at + NEWS
    for want in _at_once("withdrawn", case, expires_at):
        # It names the moment that no longer stands: the next notice may have to compare with it.
        yield replace(want, says_due_at=before.says)


def _thanks(case: Case) -> Iterator[Wanted]:
    is_thanked = case.before is not None and case.before.kind == "received"
    at = case.moment.received_at
    if at is not None and not is_thanked and (case.before is not None or case.contact.was_there(at)):
        news = [
            rule.hours(case.calendar).news_from(at, case.contact.zone) for rule in case.rules_of("received")
        ]
        yield from _at_once("received", case, max(news, default=at) + THANKS_NEWS)


def _ahead(case: Case) -> Iterator[Wanted]:
    """Of a moment to come: that it moved, else that it is there, else the reminders of it."""
    notices: list[Wanted] = []
    if case.before is None:
        notices = list(_at_once("first", case, case.moment.at))
    elif case.is_changed:
        notices = list(_at_once("changed", case, case.moment.at))
    yield from notices
    yield from _counted(case, case.rules_of("before"), is_said=bool(notices), item=_item(case))


def _at_once(kind: Occasion, case: Case, expires_at: datetime) -> Iterator[Wanted]:
    rules = case.rules_of(kind)
    if not rules or expires_at <= case.now:
        return
    want = notice(
        kind,
        case.moment.about,
        case.sequence,
        case.contact,
        case.before,
        at=case.now,
        expires_at=expires_at,
        says=case.moment.at,
    )
    yield from in_hours(want, rules[0].hours(case.calendar), case.now)


def _counted(
    case: Case, rules: Iterable[Rule], *, is_said: bool = False, item: tuple[Wanted, Rule] | None = None
) -> Iterator[Wanted]:
    """What is counted in days from the moment, on one side of it.

    is_said: a notice that goes now says it too. item: what stands in a digest; one whose digest is past goes by
    itself, as a reminder that was missed.
    """
    planned: dict[date, tuple[Wanted, Rule]] = {item[0].planned_on: item} if item else {}
    for rule in sorted(rules, key=_order):
        want = _reminder(case, rule)
        # Before the moment a reminder, after it that it is overdue; the other way round they say nothing of use.
        # Moved off closed days several may meet on one; so may a reminder and an escalation to one person. The
        # last in the count is left.
        if (want.planned_at > case.moment.at) == (rule.occasion in AFTER):
            planned[want.planned_on] = (want, rule)
    wanted = sorted(planned.values(), key=lambda each: each[0].planned_at)
    missed = [each for each in wanted if each[0].planned_at <= case.now]
    # Of those whose hour is past only the newest is still worth saying, and only to a contact who was told
    # nothing of this moment since then: a notice of change says it too, as does the same moment told before, and as
    # will the reminder that is to come on the day on which this one would go.
    ahead = [want for want, _rule in wanted if want.planned_at > case.now]
    if missed and not is_said:
        want, by = missed[-1]
        is_news = case.before is None or case.is_changed or case.before.planned_at < want.planned_at
        if is_news and want.expires_at > case.now:
            late = in_hours(replace(want, is_item=False), by.hours(case.calendar), case.now)
            days = {want.planned_on for want in ahead}
            yield from (want for want in late if want.day_it_goes not in days)
    yield from ahead


def _item(case: Case) -> tuple[Wanted, Rule] | None:
    """The moment as it stands in the contact's digest, and the rule that it keeps to; None without one, or where nothing
    is ruled of it."""
    digest, zone = case.contact.digest, case.contact.zone
    rules = [rule for rule in case.rules if rule.occasion in ("first", "before")]
    if digest is None or not rules:
        return None
    rule = max(rules, key=lambda rule: (rule.on_working_days, rule.occasion == "before"))
    at = digest_before(case.moment.at, digest, zone, case.calendar if rule.on_working_days else None)
    item = Wanted(
        kind="reminder",
        about=case.moment.about,
        sequence=case.sequence,
        offset_code=ITEM,
        contact_id=case.contact.id,
        planned_on=at.astimezone(ZoneInfo(zone)).date(),
        planned_hour=digest.at,
        zone=zone,
        planned_at=at,
        expires_at=case.moment.at,
        says_due_at=case.moment.at,
        is_item=True,
    )
    return item, rule


def _order(rule: Rule) -> tuple[int, bool]:
    return (rule.days if rule.occasion in AFTER else -rule.days, rule.occasion == "escalated")


def _reminder(case: Case, rule: Rule) -> Wanted:
    day = rule.day(case.moment.on, case.calendar)
    at = instant(day, rule.at, case.contact.zone)
    return Wanted(
        kind=KINDS.get(rule.occasion, rule.occasion),
        about=case.moment.about,
        sequence=case.sequence,
        offset_code=rule.code,
        contact_id=case.contact.id,
        planned_on=day,
        planned_hour=rule.at,
        zone=case.contact.zone,
        planned_at=at,
        expires_at=at + OVERDUE_NEWS if rule.occasion in AFTER else case.moment.at,
        says_due_at=case.moment.at,
    )
