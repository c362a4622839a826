"""Counts shared by all processes, told to the broker's server once a second: asking it at each request would cost more
than the whole of a 304.

A process knows at once what it counted itself, and within a second what the others did. So a reader may overrun its limit
by what several processes answer in one second, and no more. Where the server is down each process counts for itself.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from threading import Lock

import redis

from ..broker import server

logger = logging.getLogger(__name__)
TELL_SECONDS = 1.0


class Counters:
    """Events by key within one window; a new window begins with nothing known."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.clock, self.told_at, self.window = clock, float("-inf"), 0
        self.shared: dict[str, int] = {}
        self.own: dict[str, int] = defaultdict(int)
        self._lock = Lock()

    def count(self, key: str, window: int, seconds: int) -> int:
        """Count one event of `key`; how many there are of it in this window. seconds: how long a window is."""
        with self._lock:
            if window != self.window:
                self.window, self.shared, self.own = window, {}, defaultdict(int)
            self.own[key] += 1
            if self.clock() - self.told_at >= TELL_SECONDS:
                self.told_at = self.clock()
                self._tell(seconds)
            return self.shared.get(key, 0) + self.own[key]

    def _tell(self, seconds: int) -> None:
        names = list(self.own)
        try:
            with server().pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.incrby(f"feed.{name}.{self.window}", self.own[name])
                    pipe.expire(f"feed.{name}.{self.window}", seconds)
                totals = pipe.execute()[::2]
        except redis.RedisError as error:
            logger.warning("Requests are counted by this process alone: %s", error)
            return
        self.shared |= dict(zip(names, totals, strict=True))
        self.own.clear()


counters = Counters()
