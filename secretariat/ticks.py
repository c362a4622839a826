"""That the service still ticks: said by a worker at its work, read by a web process and by the worker's own probe."""

from __future__ import annotations

import contextlib
import logging
import math
import tempfile
import time
from pathlib import Path

import redis

from .broker import server

log = logging.getLogger(__name__)
SECONDS = (
    120  # how long a tick is remembered; the broker forgets it by its own clock, so that none is compared
)
SOME_SECONDS = 10
KEY = "secretariat:tick"
# Of this machine's worker alone: its container is probed by the age of this file, without a word to the broker.
MARK = Path(tempfile.gettempdir()) / "secretariat-tick"


# When this process said so last. Between mails it is asked thousands of times, and a broker that hangs takes half a
# second each time.
_said_at = -math.inf


def note() -> None:
    """Say that a worker is at work now. Of no weight: what cannot be said is left unsaid."""
    global _said_at
    _said_at = time.monotonic()
    with contextlib.suppress(OSError):  # another account's, on a machine of several
        MARK.touch()
    try:
        server().set(KEY, 1, ex=SECONDS)
    except redis.RedisError as error:
        log.warning("a tick is not remembered: %s", error)


def note_now_and_then() -> None:
    """The same, if it was not said in the last seconds."""
    if time.monotonic() - _said_at > SOME_SECONDS:
        note()


def is_recent() -> bool:
    """Raises redis.RedisError where the broker is away."""
    return bool(server().exists(KEY))
