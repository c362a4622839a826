"""How many mails may go to one domain now. Pure.

A bucket of tokens, told by one moment: the slot of the next mail. Slots that nobody took while a tick slept are
made up for, so that the pace holds however rarely somebody looks.
"""

from __future__ import annotations

from datetime import datetime, timedelta


def slots(
    next_slot: datetime, now: datetime, pause: timedelta, slept: timedelta, wanted: int
) -> tuple[int, datetime]:
    """How many of `wanted` may go now, and the slot of the next after them.

    pause: between two mails, more than nothing. slept: at most so much of the past is made up for.
    """
    first = max(next_slot, now - slept)
    if first > now:
        return 0, next_slot
    taken = min(wanted, (now - first) // pause + 1)
    return taken, first + taken * pause
