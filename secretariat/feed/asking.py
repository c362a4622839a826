"""What a reader may ask and what every answer carries, for OpenAPI: parameters, headers, problems."""

from __future__ import annotations

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from meetings.models import Due

from .ics_options import DURATION
from .jscalendar import MEDIA_TYPE
from .query import LIMIT, MOST, ORDERS, STATUSES
from .schema import MEETING_MEMBERS, ProblemSerializer
from .words import languages

# The day is a date; the month and the year are written alike, only shorter (ISO 8601-1 §4.3).
WHEN = {
    "anyOf": [
        {"type": "string", "format": "date"},
        {"type": "string", "pattern": "^[1-9][0-9]{3}-(0[1-9]|1[0-2])$"},
        {"type": "string", "pattern": "^[1-9][0-9]{3}$"},
    ]
}
DESCRIPTIONS: dict[str, tuple[Any, dict[str, Any]]] = {
    "track": (str, {"description": "slug of a track"}),
    "state": (str, {"description": "code of a state that hosts, takes part, or has the place in it"}),
    "host": (str, {"description": "code of the host"}),
    "status": (str, {"enum": STATUSES}),
    "due_status": (str, {"enum": Due.Status.values}),
    "from": (
        WHEN,
        {"description": "what is not over before this day, month or year: 2027-05-18, 2027-05, 2027"},
    ),
    "to": (
        WHEN,
        {"description": "what begins no later than this day, month or year: 2027-05-18, 2027-05, 2027"},
    ),
    "sync_token": (str, {"description": "from the last page of the sync before; opaque"}),
    "page_token": (str, {"description": "from the page before; opaque"}),
    "updated_since": (
        OpenApiTypes.DATETIME,
        {"description": "changed at or after; removals are not told here"},
    ),
    "q": (
        {"type": "string", "pattern": "^[^\\x00]*$"},
        {"description": "words in any title, track name, host, city or venue; all must occur"},
    ),
    "order": (str, {"enum": list(ORDERS), "default": "start"}),
    "fields": (
        {
            "type": "array",
            "minItems": 1,
            "items": {"type": "string", "enum": list(MEETING_MEMBERS)},
        },
        {
            "description": "members to return, with commas between; `uid` always",
            "style": "form",
            "explode": False,
        },
    ),
    "lang": (str, {"enum": languages(), "description": "beats Accept-Language"}),
    "limit": (
        {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT},
        {"description": f"1 to {MOST}"},
    ),
    "cursor": (str, {"description": "from `next`; opaque"}),
    "tz": (str, {"enum": ["utc"], "description": "instants in UTC, for readers with old zone tables"}),
    "partial": (str, {"enum": ["span"], "description": "show what is known to the month as a span of days"}),
    "days": (str, {"enum": ["whole"], "description": "meetings of several days as whole days"}),
    "alarm": (
        {"type": "string", "pattern": f"^{DURATION.pattern}$"},
        {"description": "an alarm so long before each meeting: P1D, PT2H"},
    ),
    "as": (
        str,
        {
            "enum": ["host", "participant"],
            "description": "host: only what the state hosts; else all of its meetings",
        },
    ),
    "until": (str, {"required": True, "description": "last period, such as 2043"}),
    "known_on": (OpenApiTypes.DATE, {"description": "with the decisions made up to and on this day only"}),
    "mechanism": (str, {"description": "slug; the first mechanism when left out"}),
}


SAID = {
    "ETag": ([200, 304], "names this state of the answer; send it back in If-None-Match"),
    "Last-Modified": ([200, 304], "without a token, once no other change can fall into the same second"),
    "Content-Language": ([200, 304], "the language of the answer"),
    "Link": ([200], "the next page (RFC 8288); a notice of deprecation (RFC 9745)"),
    "RateLimit-Policy": ([200, 304, 429], "IETF draft, may change with it: requests in a window of seconds"),
    "RateLimit": ([200, 304, 429], "IETF draft, may change with it: what is left, and for how long"),
    "Retry-After": ([429, 503], "seconds to wait"),
    "Token-Expires": ([200, 304], "when the token sent ends, an HTTP date; told in its last thirty days"),
    "Deprecation": ([200], "since when the address is going away (RFC 9745)"),
    "Sunset": ([200], "when it will be gone (RFC 8594)"),
}


def parameters(*names: str) -> list[OpenApiParameter]:
    """The parameters named, and the headers that every answer carries."""
    asked = [
        OpenApiParameter(name.removeprefix("due_"), DESCRIPTIONS[name][0], **DESCRIPTIONS[name][1])
        for name in names
    ]
    return asked + [
        OpenApiParameter(name, str, OpenApiParameter.HEADER, response=statuses, description=text)
        for name, (statuses, text) in SAID.items()
    ]


def responses(success: Any, *more: int) -> dict[Any, Any]:
    """The answer, with its media types where it is no JSON, and the problems that any address may give."""
    body, *types = success if isinstance(success, tuple) else (success, "application/json")
    found: dict[Any, Any] = {(200, media): body for media in types} | {
        304: OpenApiResponse(description="Unchanged since the ETag in If-None-Match"),
        431: OpenApiResponse(
            description="Address and headers are too long; from the web server, no problem document"
        ),
    }
    for status in (400, 401, 403, *more, 406, 412, 429, 500, 503):
        found[(status, "application/problem+json")] = ProblemSerializer
    return found


CALENDAR = responses((OpenApiTypes.STR, "text/calendar"), 404) | {(200, MEDIA_TYPE): OpenApiTypes.OBJECT}
