"""Whole answers, kept by their tag in this process and compressed as the reader likes.

A tag names one state of the feed, so what is kept under it is never stale; a process that lacks it makes it.
"""

from __future__ import annotations

import gzip
import zlib
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable
from threading import Lock

from backports import zstd
from django.http import HttpRequest

KEPT_BYTES = 32 * 1024 * 1024
WORTH_KEEPING = 4 * 1024 * 1024
GZIP = 31  # zlib's way to ask for gzip's header, which names no time
SHORT = 500  # below it compressing gains nothing
CODINGS: dict[str, Callable[[bytes], bytes]] = {
    "zstd": lambda body: zstd.compress(body, 3),
    "gzip": lambda body: gzip.compress(body, 6, mtime=0),
    "identity": lambda body: body,
}


def packed_stream(coding: str, parts: Iterable[bytes]) -> Generator[bytes, None, None]:
    """The same codings for a body that is never there as a whole."""
    if coding == "identity":
        yield from parts
        return
    packer = zstd.ZstdCompressor(level=3) if coding == "zstd" else zlib.compressobj(6, wbits=GZIP)
    yield from filter(None, map(packer.compress, parts))
    yield packer.flush()


class Kept:
    """The bodies used last, as many as fit into `room` bytes."""

    def __init__(self, room: int) -> None:
        self.room, self.used = room, 0
        self._rows: OrderedDict[tuple[str, ...], bytes] = OrderedDict()
        self._lock = Lock()

    def empty(self) -> None:
        with self._lock:
            self._rows.clear()
            self.used = 0

    def get(self, key: tuple[str, ...]) -> bytes | None:
        with self._lock:
            if key in self._rows:
                self._rows.move_to_end(key)
            return self._rows.get(key)

    def put(self, key: tuple[str, ...], body: bytes) -> None:
        if len(body) > WORTH_KEEPING:
            return
        with self._lock:
            self.used += len(body) - len(self._rows.pop(key, b""))
            self._rows[key] = body
            while self.used > self.room:
                self.used -= len(self._rows.popitem(last=False)[1])


kept = Kept(KEPT_BYTES)


def key_of(request: HttpRequest, etag: str, coding: str = "") -> tuple[str, ...]:
    """Under which a body is kept; without a coding the plain one. Questions that differ in what a view ignores are one."""
    asked = getattr(request, "asked", None) or request.get_full_path()
    return (etag, asked, coding)


def packed(request: HttpRequest, etag: str, plain: bytes) -> tuple[str, bytes]:
    """The coding that the reader likes best, and the body in it; not packed twice."""
    coding = coding_for(request)
    if coding == "identity" or len(plain) < SHORT:
        return "identity", plain
    body = kept.get(key_of(request, etag, coding))
    if body is None:
        body = CODINGS[coding](plain)
        kept.put(key_of(request, etag, coding), body)
    return coding, body


def coding_for(request: HttpRequest) -> str:
    """The best coding that Accept-Encoding allows (RFC 9110 §12.5.3); what weighs equal goes to the denser."""
    weights = {"identity": 0.001}
    header = request.META.get("HTTP_ACCEPT_ENCODING", "")
    for part in header.split(","):
        name, *parameters = (text.strip().lower() for text in part.split(";"))
        weights[name] = _weight(parameters)
    anything = weights.get("*", 0.0)
    best = max(CODINGS, key=lambda name: weights.get(name, anything))
    return best if weights.get(best, anything) > 0 else "identity"


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _equals, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return float(value)
            except ValueError:
                return 0.0
    return 1.0
