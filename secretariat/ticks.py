"""That the service still ticks: said by a worker at its work, read by a web process and by the worker's own probe."""

from __future__ import annotations

import contextlib
import logging
import tempfile
from pathlib import Path

import redis

from .broker import server

log = logging.getLogger(__name__)
SECONDS = (
    120  # how long a tick is remembered; the broker forgets it by its own clock, so that none is compared
)
KEY = "secretariat:tick"
# Of this machine's worker alone: its container is probed by the age of this file, without a word to the broker.
MARK = Path(tempfile.gettempdir()) / "secretariat-tick"


def note() -> None:
    """Say that a worker is at work now. Of no weight: what cannot be said is left unsaid."""
    with contextlib.suppress(OSError):  # another account's, on a machine of several
        MARK.touch()
    try:
        server().set(KEY, 1, ex=SECONDS)
    except redis.RedisError as error:
        log.warning("a tick is not remembered: %s", error)


def is_recent() -> bool:
    """Raises redis.RedisError where the broker is away."""
    return bool(server().exists(KEY))
