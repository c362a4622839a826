"""Lines of the log: the time in UTC, the request that caused them, and one line for each request.

Of a query the names are logged and no value: tokens stand there. Keys in paths are left out by secretariat/redaction.py.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from urllib.parse import quote

from django.http import HttpRequest, HttpResponseBase

access = logging.getLogger("secretariat.access")
HEADER = "X-Request-ID"
WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
NAME = re.compile(r"[A-Za-z][A-Za-z0-9._-]{0,40}", re.ASCII)
# Asked every few seconds, or by every page: of interest to who looks for a fault there.
UNREMARKABLE = ("/health/", "/static/")
_request_id: ContextVar[str] = ContextVar("request_id", default="-")


class Line(logging.Formatter):
    """Its time is UTC with its offset, whatever zone the process is in (Django sets that of the secretariat)."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class OfRequest(logging.Filter):
    """Gives each line the id of the request in whose course it is written."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = _request_id.get()
        return True


class RequestLog:
    """Middleware around all others: an id for the request, in its lines and its answer, and the access line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        number = given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex
        _request_id.set(
            number
        )  # until the thread's next request: Django's own line of a refusal comes after us
        begin = time.perf_counter()
        response = self.get_response(request)
        response[HEADER] = number
        took = (time.perf_counter() - begin) * 1000
        level = logging.DEBUG if request.path.startswith(UNREMARKABLE) else logging.INFO
        size = response.get("Content-Length", "-")
        access.log(
            level, "%s %s %s %s %.0fms", request.method, asked(request), response.status_code, size, took
        )
        return response


def asked(request: HttpRequest) -> str:
    """The address as it may be logged, on one line whatever was sent."""
    path = quote(request.path)
    query = request.META.get("QUERY_STRING", "")
    if not query:
        return path
    parts = [part.partition("=") for part in query.split("&")]
    names = [name if equals and NAME.fullmatch(name) else "…" for name, equals, _value in parts]
    return f"{path}?{'&'.join(names)}"
