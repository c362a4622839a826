"""What is told of a silence procedure: its acts as they happen, and reminders in hours before it closes. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType

from meetings.days.workdays import WorkCalendar
from meetings.silence.rules import Notice

from .policy import Rule, told_to
from .wanted import NEWS, ContactFact, Told, ToldOf, Wanted, in_hours, notice, while_it_answers

RUNNING = ("opened", "extended")


def wanted_of_silence(
    procedure_id: int,
    notices: Sequence[Notice],
    contacts: Iterable[ContactFact],
    rules: Collection[Rule],
    told: ToldOf,
    now: datetime,
    calendars: Mapping[str, WorkCalendar] = MappingProxyType({}),
) -> Iterator[Wanted]:
    """All that should be open or already said of one procedure; `notices` as meetings.silence tells them.

    rules: who is told its acts, and who is reminded; the hours are the notices' own. calendars: of the contacts' states,
    where a rule keeps to working days.
    """
    contacts = list(contacts)
    past = [each.at for each in notices if each.hours_before is not None and each.at <= now]
    for each in notices:
        expires_at = _expiry(each, notices)
        if expires_at <= now:
            continue
        for contact in contacts:
            before = told.get((("silence", procedure_id), contact.id))
            rule = told_to(rules, "first" if each.hours_before is None else "before", contact.roles)
            if (
                contact.state == each.state
                and rule
                and not _is_overtaken(each, past, before)
                and _concerns(each, contact)
            ):
                want = _wanted(procedure_id, each, contact, before, expires_at)
                hours = rule.hours(calendars.get(contact.state))
                yield from while_it_answers(in_hours(want, hours, now), contact, now)


def _concerns(each: Notice, contact: ContactFact) -> bool:
    """Who comes while silence runs is told of it; of what is over, who was there when it ended."""
    return each.kind in RUNNING or each.hours_before is not None or contact.was_there(each.at)


def _is_overtaken(each: Notice, past: Sequence[datetime], before: Told | None) -> bool:
    """A reminder whose hour is past, where a newer one is too, or the notice of an act says the same yet or since."""
    if each.at not in past or each.hours_before is None:
        return False
    return each.at < max(past) or before is None or before.planned_at > each.at


def _expiry(each: Notice, notices: Sequence[Notice]) -> datetime:
    """That silence runs is true until the next act that is told, or its closing; that it ended is news for a while."""
    if each.untrue_from is not None:
        return each.untrue_from
    if each.kind not in RUNNING:
        return each.at + NEWS
    later = [other.at for other in notices if other.act > each.act and other.hours_before is None]
    return min([*later, each.closing.instant])


def _wanted(
    procedure_id: int, each: Notice, contact: ContactFact, before: Told | None, expires_at: datetime
) -> Wanted:
    want = notice(
        each.kind,
        ("silence", procedure_id),
        each.act,
        contact,
        before,
        at=each.at,
        expires_at=expires_at,
        says=each.closing.instant,
    )
    return want if each.hours_before is None else replace(want, offset_code=f"PT{each.hours_before}H")
