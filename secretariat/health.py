"""Probes: `live` asks nothing of anyone; `ready` says whether a request could be answered now, and why not."""

from __future__ import annotations

from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

PATIENCE = 2  # seconds for the broker
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
    found = {name: _reason(check) for name, check in CHECKS.items()}
    reasons = {name: reason for name, reason in found.items() if reason}
    status = "unavailable" if reasons else "ok"
    body = {"status": status, "reasons": reasons}
    return JsonResponse(body, status=503 if reasons else 200, headers=IN_ENGLISH)


def _reason(check: Callable[[], str]) -> str:
    try:
        return check()
    except Exception as error:
        return f"does not answer ({type(error).__name__})"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(missing)} migrations are not applied" if missing else ""


def _broker() -> str:
    client = redis.from_url(
        settings.CELERY_BROKER_URL, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE
    )
    with client:
        client.ping()
    return ""


CHECKS = {"database": _database, "migrations": _migrations, "broker": _broker}
