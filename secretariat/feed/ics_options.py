"""What a subscriber may ask of stored VEVENTs: an alarm in each, and meetings of several days as whole days. Pure text."""

from __future__ import annotations

import re
from datetime import date, timedelta

# A duration in one unit, as RFC 5545 §3.3.6 and RFC 8984 §1.4.6 both have it.
DURATION = re.compile(r"P([0-9]{1,2}W|[0-9]{1,3}D|T[0-9]{1,4}H|T[0-9]{1,5}M)")
# From the start of a line: a text that goes on in a line of its own has a blank there.
TIMES = re.compile(
    r"^DTSTART(?:;TZID=[^:\r]+)?:(\d{8})T\d{6}Z?\r\nDTEND(?:;TZID=[^:\r]+)?:(\d{8})T(\d{6})Z?\r\n",
    re.MULTILINE,
)
END = "END:VEVENT\r\n"


def with_alarm(event: str, before: str, words: str) -> str:
    """The VEVENT with an alarm `before` it begins, which shows `words`, one line of plain text."""
    alarm = f"BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-{before}\r\nDESCRIPTION:{words}\r\nEND:VALARM\r\n"
    # Only its own last line: a title may end in the same words.
    return f"{event.removesuffix(END)}{alarm}{END}"


def as_days(event: str, in_hours: str) -> str:
    """The VEVENT with whole days, on the clock that it names, where it goes over more than one; else `in_hours`.

    in_hours: the same VEVENT with its hours on the clock asked for; on that of UTC it may touch other days.
    """
    shown = TIMES.sub(_as_days, event, count=1)
    return in_hours if shown == event else shown


def _as_days(found: re.Match[str]) -> str:
    first, last, ends = found.groups()
    if first == last:
        return found[0]
    after = date(int(last[:4]), int(last[4:6]), int(last[6:])) + timedelta(days=ends != "000000")
    if after - date(int(first[:4]), int(first[4:6]), int(first[6:])) == timedelta(days=1):
        return found[0]  # until midnight: one day after all
    return f"DTSTART;VALUE=DATE:{first}\r\nDTEND;VALUE=DATE:{after:%Y%m%d}\r\n"
