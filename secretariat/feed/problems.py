"""Errors as problem details (RFC 9457), one shape for every status under /api/."""

from __future__ import annotations

import json
import logging
import uuid
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from rest_framework import exceptions
from rest_framework.views import set_rollback

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
TYPES = {
    308: "another-address",
    400: "bad-request",
    401: "not-authenticated",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    406: "not-acceptable",
    410: "gone",
    412: "precondition-failed",
    429: "rate-limited",
    500: "internal-error",
    503: "unavailable",
}
UNREADABLE = "This request cannot be read: it names another host, or has more parameters than are read."
NOT_FOUND = "There is nothing at this address that this reader may see."


class BadParameter(exceptions.APIException):
    """A query parameter that is unknown or has no meaning: named, with its remedy. more: as of Gone."""

    status_code = 400

    def __init__(self, parameter: str, message: str, remedy: str, **more: str) -> None:
        super().__init__(message)
        self.errors = [{"parameter": parameter, "message": message, "remedy": remedy}]
        self.more = more


class Gone(exceptions.APIException):
    """What was here is no more. kind: the problem's stable name; more: members beyond RFC 9457's own."""

    status_code = 410

    def __init__(self, detail: str, *, kind: str = "gone", wait: int | None = None, **more: str) -> None:
        super().__init__(detail)
        self.kind, self.wait, self.more = kind, wait, more


class AnotherReaders(exceptions.PermissionDenied):
    """What was given to another reader. kind, more: as of Gone."""

    def __init__(self, detail: str, *, kind: str, **more: str) -> None:
        super().__init__(detail)
        self.kind, self.more = kind, more


class NoSuchAddress(exceptions.NotFound):
    """An address that nobody has promised; more: as of Gone."""

    def __init__(self, **more: str) -> None:
        super().__init__()
        self.more = more


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_detail = "This is not what the request expects to find; see its If-Match or If-Unmodified-Since."


def problem(
    status: int,
    detail: str,
    errors: list[dict[str, str]] | None = None,
    *,
    kind: str = "",
    more: dict[str, str] | None = None,
) -> HttpResponse:
    """A problem document; `type` is a stable name, `errors` is empty unless a parameter is at fault."""
    body = {
        "type": f"urn:secretariat:problem:{kind or TYPES.get(status, 'error')}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "errors": errors or [],
        **(more or {}),
    }
    response = HttpResponse(json.dumps(body, ensure_ascii=False), content_type=CONTENT_TYPE, status=status)
    response["Content-Language"] = "en"
    response["Cache-Control"] = "no-store"
    return response


def problem_response(error: Exception, context: dict[str, Any]) -> HttpResponse:
    """DRF's exception handler. What nobody foresaw is logged under a number that the reader can quote."""
    set_rollback()
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, SuspiciousOperation):
        return problem(400, UNREADABLE)
    if isinstance(error, OperationalError):
        return unavailable(error)
    if not isinstance(error, exceptions.APIException):
        number = uuid.uuid4()
        logger.exception("Error %s", number, exc_info=error)
        return problem(500, f"Something failed here; it is logged as {number}.")
    return _of_api_exception(error)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of what is refused before any view; of pages it answers as it would have."""
    if request.path.startswith("/api/"):
        return problem(400, UNREADABLE)
    return defaults.bad_request(request, exception)


def unavailable(error: OperationalError) -> HttpResponse:
    """The database does not answer: that much is told, and why is logged."""
    logger.error("The database does not answer: %s", error)
    response = problem(503, "The service cannot reach its database; try again in a minute.")
    response["Retry-After"] = "60"
    return response


def _of_api_exception(error: exceptions.APIException) -> HttpResponse:
    detail = NOT_FOUND if error.status_code == 404 else _text(error.detail)
    response = problem(
        error.status_code,
        detail,
        getattr(error, "errors", None),
        kind=getattr(error, "kind", ""),
        more=getattr(error, "more", None),
    )
    if challenge := getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = challenge
    wait = getattr(error, "wait", None)
    if wait is not None:
        response["Retry-After"] = str(int(wait) or 1)
    return response


def _text(detail: Any) -> str:
    return str(detail) if isinstance(detail, str) else json.dumps(detail, ensure_ascii=False, default=str)
