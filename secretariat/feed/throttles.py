"""How often one reader may ask in an hour, counted by partner system, else by address; and how much is left.

The headers are those of the IETF draft "RateLimit header fields for HTTP": a draft, so the guide says they may change.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from ..addresses import network_of
from .counters import counters

WINDOW = 3600  # seconds
FAILURES_AN_HOUR = 60


@dataclass(frozen=True, slots=True)
class Quota:
    """Of `limit` requests in the window `used` are gone; in `left_seconds` a new window begins."""

    name: str
    limit: int
    used: int
    left_seconds: int

    @property
    def is_used_up(self) -> bool:
        return self.used > self.limit

    def headers(self) -> dict[str, str]:
        rest = max(0, self.limit - self.used)
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.limit};w={WINDOW}',
            "RateLimit": f'"{self.name}";r={rest};t={self.left_seconds}',
        }


def counted(name: str, key: str, limit: int) -> Quota:
    """Count one event of a kind, by one reader."""
    window, passed = divmod(int(time.time()), WINDOW)
    return Quota(name, limit, counters.count(f"{name}.{key}", window, WINDOW), WINDOW - passed)


def address_of(request: Any) -> str:
    """Whom a limit counts as one reader without a token: the address behind NUM_PROXIES proxies, of IPv6 its /64."""
    return network_of(request)


def failed(request: Any) -> Quota:
    """Count a secret that opens nothing, by the caller's address: a counter for each secret would count nothing."""
    address = salted_hmac("feed.failures", address_of(request), algorithm="sha256").hexdigest()
    return counted("failures", address, FAILURES_AN_HOUR)


def quota_of(request: Any, *, system: int | None) -> Quota:
    """Count a request: by partner system, not by address, where there is one: a ministry sits behind one address."""
    name, key = ("public", address_of(request)) if system is None else ("partner", str(system))
    return counted(name, key, settings.FEED_REQUESTS_AN_HOUR)


class ReaderThrottle(BaseThrottle):
    def allow_request(self, request: Request, view: Any) -> bool:
        system = request.auth.system_id if request.auth else None
        view.quota = self.quota = quota_of(request, system=system)
        return not self.quota.is_used_up

    def wait(self) -> int:
        return self.quota.left_seconds
