"""VTIMEZONE (RFC 5545 §3.6.5) over the days that a calendar uses, and no longer.

`icalendar` can write one, but adds a COMMENT that a strict parser refuses, and gives the onset of summer time
in the new offset where the standard wants the old one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

STEP = timedelta(days=7)
LEAD = timedelta(days=2)


@lru_cache(maxsize=512)
def render_zone(name: str, first: date | None, last: date | None) -> str:
    """The observances of zone `name` in force from `first` to `last`; None stands for 2025-01-01."""
    first, last = first or date(2025, 1, 1), last or date(2025, 1, 1)
    zone = ZoneInfo(name)
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - LEAD
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + LEAD
    before = start.astimezone(zone)
    parts = [_observance(before, before)]
    parts += [_observance(old, new) for old, new in _changes(zone, start, end)]
    return "".join(["BEGIN:VTIMEZONE\r\n", f"TZID:{name}\r\n", *parts, "END:VTIMEZONE\r\n"])


def _changes(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Each change of offset or name: the same instant as the old rule and the new rule write it."""
    at = start
    while at < end:
        after = min(at + STEP, end)
        if _rule(at, zone) != _rule(after, zone):
            onset = _onset(zone, at, after)
            old = onset - timedelta(seconds=1)
            yield old.astimezone(zone) + timedelta(seconds=1), onset.astimezone(zone)
        at = after


def _onset(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The first second, UTC, of the new rule between two instants."""
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (middle, high) if _rule(middle, zone) == _rule(low, zone) else (low, middle)
    return high


def _rule(at: datetime, zone: ZoneInfo) -> tuple[timedelta, str | None]:
    local = at.astimezone(zone)
    return _offset_of(local), local.tzname()


def _offset_of(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta(0)


def _observance(old: datetime, new: datetime) -> str:
    """One STANDARD or DAYLIGHT. DTSTART is the onset as a clock still on the old offset shows it."""
    old_offset = _offset_of(old - timedelta(seconds=1) if old is not new else new)
    kind = "DAYLIGHT" if new.dst() else "STANDARD"
    onset = (new.astimezone(UTC).replace(tzinfo=None) + old_offset).strftime("%Y%m%dT%H%M%S")
    return (
        f"BEGIN:{kind}\r\nDTSTART:{onset}\r\nTZOFFSETFROM:{_offset(old_offset)}\r\n"
        f"TZOFFSETTO:{_offset(_offset_of(new))}\r\nTZNAME:{new.tzname()}\r\nEND:{kind}\r\n"
    )


def _offset(offset: timedelta) -> str:
    seconds = int(offset.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("+", seconds)
    text = f"{sign}{seconds // 3600:02d}{seconds % 3600 // 60:02d}"
    return text + (f"{seconds % 60:02d}" if seconds % 60 else "")
