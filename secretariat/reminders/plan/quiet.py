"""The hours of the night in which nothing is sent that goes at once. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `since`, inclusive, to `until`, exclusive, on the recipient's clock; over midnight when since is later."""

    since: time
    until: time

    def covers(self, at: time) -> bool:
        if self.since < self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until


def awake_at(at: datetime, zone: str, quiet: Quiet | None) -> datetime:
    """The first instant at or after `at` that is not in quiet hours on the clock of `zone`, in UTC."""
    if quiet is None:
        return at
    local = at.astimezone(ZoneInfo(zone))
    if not quiet.covers(local.time()):
        return at
    # A clock that is set back shows the end of the night twice, one that is set forward may jump over it: each
    # reading of it is tried, on this day and the next.
    ends = [
        datetime.combine(local.date() + timedelta(days=days), quiet.until, tzinfo=ZoneInfo(zone)).replace(
            fold=fold
        )
        for days in (0, 1, 2)
        for fold in (0, 1)
    ]
    return min(
        end
        for end in (each.astimezone(UTC) for each in ends)
        if end >= at and not quiet.covers(end.astimezone(ZoneInfo(zone)).time())
    )
