"""When a reader gets what goes at once: not in quiet hours, and where the policy says so on working days. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from meetings.days.workdays import Direction, NoWorkingDay, WorkCalendar, land
from meetings.schedule.dates import instant

from .quiet import Quiet, awake_at

# Quiet hours may lead from the hour on a working day to a closed one, from which the next working day is looked for.
ROUNDS = 3


def working_day(day: date, calendar: WorkCalendar, direction: Direction) -> date:
    """The day on which `day` lands; itself where the calendar has no working day in a month: that is wrong, and the mail
    still goes."""
    try:
        return land(day, calendar, direction).day
    except NoWorkingDay:
        return day


@dataclass(frozen=True, slots=True)
class Hours:
    """calendar: of the reader's state; None where closed days do not matter. at: the hour of the working day to which
    something is put off, on the reader's clock."""

    quiet: Quiet | None = None
    calendar: WorkCalendar | None = None
    at: time = time(9)

    def awake(self, moment: datetime, zone: str) -> datetime:
        """The first instant at or after `moment` that is not in quiet hours."""
        return awake_at(moment, zone, self.quiet)

    def worked(self, moment: datetime, zone: str) -> datetime:
        """`moment` on a working day; else the hour, or the end of quiet hours, on the next one."""
        if self.calendar is None:
            return moment
        for _round in range(ROUNDS):
            day = moment.astimezone(ZoneInfo(zone)).date()
            landed = working_day(day, self.calendar, "later")
            if landed == day:
                break
            moment = self.awake(instant(landed, self.at, zone), zone)
        return moment

    def news_from(self, moment: datetime, zone: str) -> datetime:
        """From when that something happened at `moment` is news: when it may go, where it waits for a working day."""
        return moment if self.calendar is None else self.worked(self.awake(moment, zone), zone)


ANY_HOUR = Hours()
