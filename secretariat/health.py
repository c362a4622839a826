"""Probes: `live` asks nothing of anyone; `ready` says whether a request could be answered now, and why not."""

from __future__ import annotations

import time
from collections.abc import Callable

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from . import ticks
from .broker import server

AWAY = "does not answer"
GRACE_SECONDS = 120  # without a tick, also of a process that has just begun
BEGAN = time.monotonic()
IN_ENGLISH = {"Content-Language": "en"}  # whatever the interface would speak


@csrf_exempt  # so that who writes is told that nobody does
@require_safe
@never_cache
def live(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"}, headers=IN_ENGLISH)


@csrf_exempt
@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """200, or 503 with a reason for each part that is not ready. Reasons name no host and no secret."""
    reasons: dict[str, str] = {}
    for name, check, stands_on in CHECKS:
        # What stands on a part that is away is not asked: it would only wait once more.
        if stands_on not in reasons and (reason := _reason(check)):
            reasons[name] = reason
    status = "unavailable" if reasons else "ok"
    body = {"status": status, "reasons": reasons}
    return JsonResponse(body, status=503 if reasons else 200, headers=IN_ENGLISH)


def _reason(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:
        return f"{AWAY} ({type(error).__name__})"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are not applied" if missing else ""


def _broker() -> str:
    server().ping()
    return ""


def _tick() -> str:
    """Beat rings, a worker hears it: where either is dead or stuck nothing goes out, and nobody would see it."""
    if ticks.is_recent() or time.monotonic() - BEGAN < GRACE_SECONDS:
        return ""
    return f"no tick has run for {GRACE_SECONDS} seconds: see beat and the workers"


# The name of each part, how it is asked, and the part without which it need not be asked.
CHECKS = (
    ("database", _database, ""),
    ("migrations", _migrations, "database"),
    ("broker", _broker, ""),
    ("tick", _tick, "broker"),
)
