"""The shortest way to a 304: who asks again what was answered a moment ago, of a feed that has not moved since.

Most requests to a feed are these. The view remembers what it said to a question; asked again, one query tells whether the
feed and the reader are as they were then, and nothing else need be done. Whatever differs goes the whole way.
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

from ..prepared import prepared_cursor
from .audiences import Audience
from .problems import unavailable
from .readers import Reader
from .throttles import quota_of
from .token_warnings import expiry_headers
from .tokens import USE_GRAIN, digest_of

Key = tuple[str, ...]
REMEMBERED = 2000
# What a view says may depend on the clock, too: it is asked again once a minute.
REMEMBERED_SECONDS = 60
REPEATED = (
    "ETag", "Last-Modified", "Cache-Control", "Content-Language", "Vary", "Access-Control-Allow-Origin",
    "Access-Control-Expose-Headers",
)  # fmt: skip
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
    """All of a request that its answer may depend on, but for the tag that it sends; a token as its hash."""
    meta = request.META
    names = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE")
    return (*(meta.get(name, "") for name in names), token_of(request))


def token_of(request: HttpRequest) -> str:
    header = request.META.get("HTTP_AUTHORIZATION", "")
    return digest_of(header.partition(" ")[2].strip()) if header else ""


def state_now(token: str) -> Any:
    """The feed and the reader as they are; None where the whole way has to be gone."""
    with prepared_cursor() as cursor:
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


def remember(request: HttpRequest, response: HttpResponse, state: Any) -> None:
    """Keep what was said to a question, and the state of which it was said."""
    headers = {name: response[name] for name in REPEATED if name in response}
    remembered.put(question(request), state, headers)


class Revalidation:
    """Middleware, before all that only a page needs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "HTTP_IF_NONE_MATCH" in request.META and request.method in ("GET", "HEAD"):
            return self.again(request) or self.get_response(request)
        return self.get_response(request)

    def again(self, request: HttpRequest) -> HttpResponse | None:
        key = question(request)
        found = remembered.get(key)
        if found is None:
            return None
        state, headers = found
        tags = [tag.removeprefix("W/") for tag in parse_etags(request.META["HTTP_IF_NONE_MATCH"])]
        if headers["ETag"].removeprefix("W/") not in tags:
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
        expiry = expiry_headers(state[3], timezone.now()) if is_partner else {}
        return HttpResponseNotModified(headers={**headers, **quota.headers(), **expiry})

    def unavailable(self, error: OperationalError, headers: dict[str, str]) -> HttpResponse:
        response = unavailable(error)
        for name in OF_ANY_ANSWER & headers.keys():
            response[name] = headers[name]
        return response
