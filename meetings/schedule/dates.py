"""When a meeting is: dates known to the year, the month, the day or the minute. Pure.

A partial date is never padded to a false day: `Span.first_on` and `last_on` bound it, and its
precision says what they are worth. Moments are derived from the local decision and its zone.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

# A year outside of these is a slip of the pen; and at the ends of the calendar no day lies before or behind a day.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Precision(StrEnum):
    NONE = "none"
    YEAR = "year"
    MONTH = "month"
    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class BadSpan(ValueError):
    """A span that contradicts itself: `field` names what to mend, `code` why."""

    field: str
    code: str

    def __str__(self) -> str:
        return f"{self.field}: {self.code}"


@dataclass(frozen=True, slots=True)
class Span:
    """A local decision about when: civil dates (both inclusive), hours where known, and the zone.

    `starts` and `ends` are local wall times, given only with precision `time`; `ends` is the first
    minute after the meeting on `last_on`.
    """

    precision: Precision
    first_on: date | None
    last_on: date | None
    zone: str
    starts: time | None = None
    ends: time | None = None

    def __post_init__(self) -> None:
        if self.precision is Precision.NONE:
            if self.first_on or self.last_on or self.starts or self.ends:
                raise BadSpan("precision", "no_date_but_a_day")
            return
        if self.first_on is None or self.last_on is None:
            raise BadSpan("first_on", "missing")
        check_years(self.first_on, self.last_on)
        if self.last_on < self.first_on:
            raise BadSpan("last_on", "before_first")
        if (self.precision is Precision.TIME) != (self.starts is not None):
            raise BadSpan("starts", "hour_and_precision_disagree")
        if self.ends is not None and self.starts is None:
            raise BadSpan("ends", "end_without_start")
        if self.starts and self.ends and self.first_on == self.last_on and self.ends <= self.starts:
            raise BadSpan("ends", "before_start")

    @property
    def has_day(self) -> bool:
        return self.precision in (Precision.DAY, Precision.TIME)

    @property
    def starts_at(self) -> datetime | None:
        """The first instant, UTC; None while no day is known."""
        if not self.has_day or self.first_on is None:
            return None
        return instant(self.first_on, self.starts or time(0), self.zone)

    @property
    def ends_at(self) -> datetime | None:
        """The first instant after the meeting, UTC; without an hour the local midnight after the last day."""
        if not self.has_day or self.last_on is None:
            return None
        if self.ends is not None:
            return instant(self.last_on, self.ends, self.zone)
        return instant(self.last_on + timedelta(days=1), time(0), self.zone)


def is_last_day_left_over(before: Span, after: Span) -> bool:
    """Whether a meeting that was known to its year or month keeps the end of that as its last day.

    "2027" set to 14 May said "14 May – 31 December 2027": nobody had given that last day. Up to a week is taken as
    meant: a meeting may end with its month.
    """
    if before.has_day or not after.has_day or before.last_on is None or after.first_on is None:
        return False
    return after.last_on == before.last_on and (before.last_on - after.first_on).days >= 7


def check_years(first: date, last: date) -> None:
    """Raises BadSpan for a day of another age."""
    for field, day in (("first_on", first), ("last_on", last)):
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise BadSpan(field, "another_age")


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant of a local wall time.

    A time skipped by a zone change moves forward by the gap; one that occurs twice means the first
    (RFC 5545 §3.3.5 says the same of both).
    """
    return datetime.combine(day, at, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def year_span(year: int, zone: str) -> Span:
    return Span(Precision.YEAR, date(year, 1, 1), date(year, 12, 31), zone)


def month_span(year: int, month: int, zone: str) -> Span:
    last = calendar.monthrange(year, month)[1]
    return Span(Precision.MONTH, date(year, month, 1), date(year, month, last), zone)


def parse_span(start: str | None, end: str | None, zone: str) -> Span:
    """A span from ISO 8601 dates of reduced precision: "2027", "2025-05" or "2025-06-17"; None is no date.

    `end` is the last day, month or year, inclusive, and of the same precision; None means that of `start`.
    Raises BadSpan naming `start` or `end`.
    """
    if start is None:
        if end is not None:
            raise BadSpan("end", "end_without_start")
        return Span(Precision.NONE, None, None, zone)
    first = _partial("start", start, zone)
    last = _partial("end", end, zone) if end is not None else first
    if first.precision is not last.precision:
        raise BadSpan("end", "other_precision_than_start")
    return Span(first.precision, first.first_on, last.last_on, zone)


def _partial(field: str, text: str, zone: str) -> Span:
    match = re.fullmatch(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", text)
    if match is None:
        raise BadSpan(field, "not_a_date")
    year, month, day = match.groups()
    try:
        if day:
            on = date(int(year), int(month), int(day))
            return Span(Precision.DAY, on, on, zone)
        return month_span(int(year), int(month), zone) if month else year_span(int(year), zone)
    except BadSpan as error:
        raise BadSpan(field, error.code) from error
    except (ValueError, calendar.IllegalMonthError) as error:
        raise BadSpan(field, "not_a_date") from error


def value_of(span: Span) -> str | None:
    """The date as far as it is known, ISO 8601 reduced precision: "2027", "2025-05", "2025-06-17"."""
    if span.first_on is None:
        return None
    return span.first_on.isoformat()[: {Precision.YEAR: 4, Precision.MONTH: 7}.get(span.precision, 10)]
