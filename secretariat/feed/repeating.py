"""The shortest way to an answer: who asks again what was answered a moment ago, of a feed that has not moved since.

Most requests to a feed are these. What a view said to a question is remembered; asked again, one query tells whether the
feed and the reader are as they were then: the answer is 304 for who has it, and else the body that is kept. Whatever
differs goes the whole way.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone
from django.utils.http import parse_etags

from ..database import short_questions
from ..prepared import prepared_cursor
from .audiences import Audience
from .bodies import kept, key_of, packed
from .problems import unavailable
from .readers import Reader
from .throttles import quota_of
from .token_warnings import expiry_headers
from .tokens import USE_GRAIN, digest_of

Key = tuple[str, ...]
REMEMBERED = 2000
# What a view says may depend on the clock, too: it is asked again once a minute.
REMEMBERED_SECONDS = 60
OF_UNCHANGED = (
    "ETag", "Last-Modified", "Cache-Control", "Content-Language", "Vary", "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
)  # fmt: skip
# Of an answer, what is another at each request.
OWN = {"content-length", "content-encoding", "ratelimit", "ratelimit-policy", "token-expires"}
# Conditions that come before the tag that a reader has (RFC 9110 §13.2.2): they go the whole way.
CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"}
OF_ANY_ANSWER = {"Vary", "Access-Control-Allow-Origin", "Access-Control-Expose-Headers"}
ANYBODY = "SELECT epoch, high_seq FROM feed_feed WHERE audience = %s"
SYSTEM = """
SELECT feed.epoch, feed.high_seq, system.id, token.expires_at, token.scopes, token.last_used_at,
    ARRAY(SELECT track_id FROM feed_partnersystem_tracks WHERE partnersystem_id = system.id ORDER BY track_id),
    ARRAY(SELECT state_id FROM feed_partnersystem_states WHERE partnersystem_id = system.id ORDER BY state_id)
FROM feed_partnertoken AS token
JOIN feed_partnersystem AS system ON system.id = token.system_id
JOIN feed_feed AS feed ON feed.audience = system.feed_id
WHERE token.digest = %s AND token.revoked_at IS NULL AND token.expires_at > %s
"""


class Remembered:
    """The answers given last, by question, with the state that they speak of."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._rows: OrderedDict[Key, tuple[float, Any, dict[str, str]]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Key) -> tuple[Any, dict[str, str]] | None:
        row = self._rows.get(key)
        if row is None or time.monotonic() - row[0] > REMEMBERED_SECONDS:
            return None
        return row[1:]

    def put(self, key: Key, state: Any, headers: dict[str, str]) -> None:
        with self._lock:
            self._rows[key] = time.monotonic(), state, headers
            self._rows.move_to_end(key)
            while len(self._rows) > self.room:
                self._rows.popitem(last=False)

    def empty(self) -> None:
        with self._lock:
            self._rows.clear()


remembered = Remembered(REMEMBERED)


def question(request: HttpRequest) -> Key:
    """All of a request that its answer may depend on, but for conditions and codings; the token last, as its hash."""
    meta = request.META
    names = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
    header = meta.get("HTTP_AUTHORIZATION")
    kind, _space, secret = (header or "").partition(" ")
    token = "" if header is None else digest_of(secret.strip())
    return (*(meta.get(name, "") for name in names), kind.lower(), token)


def state_now(token: str) -> Any:
    """The feed and the reader as they are; None where the whole way has to be gone."""
    with short_questions(), prepared_cursor() as cursor:
        if not token:
            cursor.execute(ANYBODY, [Audience.PUBLIC.value])
            return cursor.fetchone()
        now = timezone.now()
        cursor.execute(SYSTEM, [token, now])
        row = cursor.fetchone()
    # The use of a token is noted once an hour, on the whole way.
    if row is None or row[5] is None or now - row[5] > USE_GRAIN:
        return None
    return (*row[:5], *row[6:])


def state_of(reader: Reader, token: Any) -> Any:
    """The same of a reader in hand: what an answer given to it speaks of."""
    seen = reader.feed.epoch, reader.feed.high_seq
    if token is None:
        return seen
    return (
        *seen,
        token.system_id,
        token.expires_at,
        token.scopes,
        sorted(reader.tracks or ()),
        sorted(token.of_states),
    )


def remember(response: HttpResponse, state: Any) -> None:
    """Let this answer be remembered, and the state of the feed and of the reader of which it was given."""
    response._of_state = state  # type: ignore[attr-defined]


class Repeating:
    """Middleware, before all that only a page needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.again(request) if request.method in ("GET", "HEAD") else None
        if response is None:
            response = self.get_response(request)
            # Here and not where it was made, with what others add on the way out.
            if (state := getattr(response, "_of_state", None)) is not None:
                headers = {name: value for name, value in response.items() if name.lower() not in OWN}
                remembered.put(question(request), state, headers)
        return response

    def again(self, request: HttpRequest) -> HttpResponse | None:
        key = question(request)
        found = remembered.get(key)
        if found is None or CONDITIONS & request.META.keys():
            return None
        state, headers = found
        body = None
        is_unchanged = has_it(request, headers["ETag"])
        if not is_unchanged and (body := body_again(request, headers)) is None:
            return None
        try:
            if state_now(key[-1]) != state:
                return None
        except OperationalError as error:
            # Said here: the whole way would only wait for the database once more.
            return self.unavailable(error, headers)
        is_partner = bool(key[-1])
        quota = quota_of(request, system=state[2] if is_partner else None)
        if quota.is_used_up:
            return None
        own = quota.headers() | (expiry_headers(state[3], timezone.now()) if is_partner else {})
        if body is None:
            repeated = {name: headers[name] for name in OF_UNCHANGED if name in headers}
            return HttpResponseNotModified(headers=repeated | own)
        coding, content = body
        own["Content-Length"] = str(len(content))
        if coding != "identity":
            own["Content-Encoding"] = coding
        return HttpResponse(content, headers=headers | own)

    def unavailable(self, error: OperationalError, headers: dict[str, str]) -> HttpResponse:
        response = unavailable(error)
        for name in OF_ANY_ANSWER & headers.keys():
            response[name] = headers[name]
        return response


def has_it(request: HttpRequest, etag: str) -> bool:
    """Whether the reader says that it has what this tag names (If-None-Match, weak comparison, RFC 9110 §13.1.2)."""
    tags = [tag.removeprefix("W/") for tag in parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))]
    return etag.removeprefix("W/") in tags


def body_again(request: HttpRequest, headers: dict[str, str]) -> tuple[str, bytes] | None:
    """The kept body of the answer with these headers, and its coding; None where the whole way has to be gone.

    A 304 says nothing of a body, and HEAD wants none.
    """
    asked = request.META
    is_conditional = "HTTP_IF_MODIFIED_SINCE" in asked or asked.get("HTTP_IF_NONE_MATCH") == "*"
    if request.method != "GET" or is_conditional or "Content-Type" not in headers:
        return None
    plain = kept.get(key_of(request, headers["ETag"]))
    return None if plain is None else packed(request, headers["ETag"], plain)
