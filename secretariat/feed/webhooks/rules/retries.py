"""What an answer means, and when to try again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

Fate = Literal["taken", "retry", "gone"]

# After the first try, the second, …; together a little more than three days.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
TRIES = len(PAUSES) + 1
SPREAD = 0.2
# A receiver that has answered nothing but failures for so long is switched off.
LASTING = timedelta(days=5)
LONGEST_WISH = timedelta(hours=24)  # more patience than that nobody gets by Retry-After
REST = timedelta(minutes=1)  # of a whole receiver that is overloaded or cannot be reached
OVERLOADED = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an answer means. rest: how long the receiver is left in peace altogether; 0 where it may be asked on."""

    fate: Fate
    rest: timedelta = timedelta(0)


def verdict_on(status: int | None, wish: timedelta | None = None) -> Verdict:
    """Only 2xx is success. 410 asks for no more. All else is tried again, redirects too, since none is followed.

    status: None where no answer came. wish: what Retry-After says.
    """
    if status is not None and 200 <= status < 300:
        return Verdict("taken")
    if status == 410:
        return Verdict("gone")
    if wish is not None:
        return Verdict("retry", wish)
    return Verdict("retry", REST if status is None or status in OVERLOADED else timedelta(0))


def pause_after(tries: int, chance: float, wish: timedelta | None = None) -> timedelta | None:
    """The wait after so many tries; None when there is no further one.

    chance: 0 to 1, spreads it by a fifth so that a recovered receiver is not met by all at once. wish: it is not
    asked before that.
    """
    if tries >= TRIES:
        return None
    pause = PAUSES[max(tries, 1) - 1] * (1 - SPREAD + 2 * SPREAD * chance)
    return max(pause, wish or timedelta(0))


def wish_in(header: str | None, now: datetime) -> timedelta | None:
    """What Retry-After asks for (RFC 9110 §10.2.3: seconds or a date), within limits; None where it says nothing."""
    text = (header or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WISH)
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return min(max(at - now, timedelta(0)), LONGEST_WISH)


def is_lasting(failing_since: datetime | None, now: datetime) -> bool:
    return failing_since is not None and now - failing_since >= LASTING
