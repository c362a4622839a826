"""The broker's server, for the few facts that processes share beside the database and may lose."""

from __future__ import annotations

from functools import cache
from typing import Any

import redis
from django.conf import settings


@cache
def server() -> Any:
    """One client a process; it waits half a second and no longer, then raises redis.RedisError."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=0.5, socket_timeout=0.5)
