"""Whether what ends at an instant ends on a day on which a state does not work: a reason to warn. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from .workdays import Step, WorkCalendar, closed_step

INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class ClosedEnd:
    """The day, on a state's own clock, on which something ends for it and which it does not work.

    step: why, as in a due's trail. has_workday: whether the state works on some day after that on which it begins.
    """

    state: str
    day: date
    step: Step
    has_workday: bool


def closed_end(calendar: WorkCalendar, zone: str, since: datetime, until: datetime) -> ClosedEnd | None:
    """Where a time from `since` to `until`, the first instant after it, ends on a closed day; None where it does not.

    The day of `since` does not count as one to work on: who is told at noon has the days after it (secretariat
    conventions §1). What ends on the day on which it began is judged by that day alone.
    """
    begins, ends = (moment.astimezone(ZoneInfo(zone)).date() for moment in (since, until - INSTANT))
    step = closed_step(ends, (calendar,))
    if step is None:
        return None
    # The end is closed, so that only a day before it can be worked.
    days = (ends - timedelta(days=back) for back in range(1, (ends - begins).days))
    return ClosedEnd(calendar.state, ends, step, any(calendar.closure(day) is None for day in days))
