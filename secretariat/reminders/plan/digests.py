"""The weekly digest: which week's mail a moment belongs to. Pure.

Each moment belongs to one digest, the last before it, so it stands in one mail once. Changes, withdrawals, what is
overdue, and the reminders of the last day are not for a digest: they go by themselves.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from meetings.days.workdays import Direction, WorkCalendar
from meetings.schedule.dates import instant

from .hours import working_day
from .policy import Rule

LAST_DAYS = 1  # a reminder so many days before or nearer is of the last day
ITEM = "P1W"  # the offset code of what stands in a digest


@dataclass(frozen=True, slots=True)
class Digest:
    """When a contact has its digest: an ISO weekday and an hour on its own clock."""

    weekday: int
    at: time


def digest_before(
    moment: datetime, digest: Digest, zone: str, calendar: WorkCalendar | None = None
) -> datetime:
    """The last digest that goes before `moment`, in UTC.

    calendar: of the reader's state, where its digests keep to working days: one of a closed day goes on the next working
    day, or on the one before where that would be too late.
    """
    local = moment.astimezone(ZoneInfo(zone)).date()
    day = local - timedelta(days=(local.isoweekday() - digest.weekday) % 7)
    if instant(day, digest.at, zone) >= moment:
        day -= timedelta(days=7)
    directions: tuple[Direction, ...] = ("later", "earlier")
    landed = [working_day(day, calendar, direction) for direction in directions] if calendar else [day]
    goes = [at for at in (instant(each, digest.at, zone) for each in landed) if at < moment]
    return goes[0] if goes else instant(day, digest.at, zone)


def singly(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules that still make mails of their own for who has a digest."""
    return tuple(
        rule
        for rule in rules
        if rule.occasion not in ("first", "received")
        and not (rule.occasion == "before" and rule.days > LAST_DAYS)
    )
