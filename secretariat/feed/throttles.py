"""How often one reader may ask: 600 requests an hour, counted by token, else by address."""

from __future__ import annotations

import logging
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle, SimpleRateThrottle

logger = logging.getLogger(__name__)
WINDOW = 3600  # seconds
REQUESTS_AN_HOUR = getattr(settings, "FEED_REQUESTS_AN_HOUR", 600)


def count_in_window(key: str, limit: int) -> int | None:
    """Count one event; None while within `limit` in this window, else the seconds until the next window.

    A cache that is down counts nothing: a calendar that can be read matters more than its limit.
    """
    window, passed = divmod(int(time.time()), WINDOW)
    try:
        cache.add(f"{key}.{window}", 0, timeout=WINDOW)
        return WINDOW - passed if cache.incr(f"{key}.{window}") > limit else None
    except Exception as error:
        logger.warning("Requests are not counted: %s", error)
        return None


def address_of(request: Request) -> str:
    """The reader's address behind NUM_PROXIES proxies, as DRF takes it."""
    return str(BaseThrottle().get_ident(request))


class ReaderThrottle(SimpleRateThrottle):
    """By token, not by address, where there is one: a ministry sits behind one address."""

    rate = f"{REQUESTS_AN_HOUR}/hour"

    def allow_request(self, request: Request, view: Any) -> bool:
        reader = f"token.{request.auth.pk}" if request.auth else f"address.{address_of(request)}"
        self.left = count_in_window(f"feed.requests.{reader}", self.num_requests)
        return self.left is None

    def wait(self) -> int | None:
        return self.left
