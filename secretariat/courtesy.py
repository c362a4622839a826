"""What the web server's threads owe to all clients alike: none of them may hold every thread.

Heads are read before a thread is asked for. Bodies, and answers longer than a file of ours, are at the pace of the
client. Small bodies are waited for by threads of their own, many of them, so that a few slow clients keep nobody from
signing in; for large bodies and answers half of the working threads at most wait. Every other request is answered beside
any number of such. A proxy in front that takes and gives whole bodies leaves little of this to do (docs/operations.md).
"""

from __future__ import annotations

import errno
import logging
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore, Lock
from typing import IO, Any

log = logging.getLogger(__name__)
Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Start = Callable[..., Any]

AT_ONCE = 4 << 20  # an answer up to so many bytes is handed over whole, and no thread waits for its reader
IN_MEMORY = 1 << 20  # of a body; the rest of it is put on disk
CHUNK = 64 << 10
SMALL = 1 << 20  # a form without a file
BUSY = "503 Service Unavailable"
CUT_OFF = "400 Bad Request"
NO_LENGTH = "411 Length Required"
NO_ROOM = "507 Insufficient Storage"
# For programs: in English, as all that comes before the service has read the request.
SENTENCES = {
    NO_LENGTH: "Send what you send with its Content-Length.\n",
    NO_ROOM: "The service has no room left for what was sent. Nothing was saved; tell the administrator.\n",
}


class InTurn:
    """A semaphore that goes to who has waited longest.

    Python's own lets a newcomer in before who was woken for it: of 64 clients who ask at once some then waited for
    eight times as long as the others.
    """

    def __init__(self, free: int) -> None:
        self._free = free
        self._waiting: deque[Lock] = deque()
        self._lock = Lock()

    def __enter__(self) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            turn = Lock()
            turn.acquire()
            self._waiting.append(turn)
        turn.acquire()

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._free += 1


class Courteous:
    """A WSGI application around another.

    threads: of this process, that work. waiting: further ones, for small bodies. most: bytes of the largest body that is
    taken; what refuses a larger one is the application. is_leaving: whether this process is about to be replaced.
    """

    def __init__(
        self,
        application: Callable[..., Any],
        *,
        threads: int,
        waiting: int,
        most: int,
        is_leaving: Callable[[], bool],
    ) -> None:
        self.application = application
        self.working = InTurn(threads)
        self.small = BoundedSemaphore(waiting)
        self.room = BoundedSemaphore(max(1, threads // 2))
        self.most = most
        self.is_leaving = is_leaving

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        told: Headers = []

        def start(status: str, headers: Headers, exc_info: Any = None) -> None:
            told[:] = headers
            leaving = [("Connection", "close")] if self.is_leaving() else []
            start_response(status, [*headers, *leaving], exc_info)

        length = _length(environ)
        # Nothing tells a body in chunks that was cut off from a whole one; Django would take it for none at all.
        if length is None:
            return _refusal(start, NO_LENGTH)
        if not length:
            return self._answer(environ, start, told)
        room = self.small if length <= SMALL else self.room
        if not room.acquire(blocking=False):
            return _refusal(start, BUSY)
        with ExitStack() as waiting:
            waiting.callback(room.release)
            if length <= self.most:
                try:
                    body = _whole(environ["wsgi.input"], length)
                except OSError as error:
                    log.error("what was sent could not be kept while it was read: %s", error.strerror)
                    return _refusal(start, NO_ROOM)
                waiting.close()
                if body is None:
                    return _refusal(start, CUT_OFF)
                environ["wsgi.input"] = body
            return self._answer(environ, start, told)

    def _answer(self, environ: Environ, start: Start, told: Headers) -> Iterable[bytes]:
        with self.working:
            response = self.application(environ, start)
            if not getattr(response, "streaming", False) or _size(told) <= AT_ONCE:
                try:
                    return [b"".join(response)]
                finally:
                    _close(response)
        if not self.room.acquire(blocking=False):
            _close(response)
            return _refusal(start, BUSY)
        return _Streamed(response, self.room.release)


class _Streamed:
    """An answer in parts; `done` is called once, at its end or when its reader is gone."""

    def __init__(self, response: Any, done: Callable[[], None]) -> None:
        self.response, self.done = response, done

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.response)

    def close(self) -> None:
        try:
            _close(self.response)
        finally:
            done, self.done = self.done, lambda: None
            done()


def _length(environ: Environ) -> int | None:
    """Of the body; None where there may be one and nobody says how long it is."""
    text = environ.get("CONTENT_LENGTH") or ""
    if not text and "HTTP_TRANSFER_ENCODING" in environ:
        return None
    return int(text) if text.isascii() and text.isdigit() else 0


def _size(headers: Headers) -> float:
    found = [int(value) for name, value in headers if name.lower() == "content-length" and value.isdigit()]
    return found[0] if found else float("inf")


def _whole(source: IO[bytes], length: int) -> IO[bytes] | None:
    """The body, read to its end; None where its sender left before: half a form must not pass for a whole one.

    Raises OSError where there is no room: also where there would be none for the file in it, which Django copies.
    """
    if length > IN_MEMORY and shutil.disk_usage(tempfile.gettempdir()).free < 2 * length:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    body: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115
    while length:
        part = source.read(min(CHUNK, length))
        if not part:
            body.close()
            return None
        try:
            body.write(part)
        except OSError:
            body.close()
            raise
        length -= len(part)
    body.seek(0)
    return body


def _refusal(start: Start, status: str) -> list[bytes]:
    text = f"{status}\n{SENTENCES.get(status, '')}".encode()
    headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]
    start(status, [*headers, *([("Retry-After", "5")] if status == BUSY else [])])
    return [text]


def _close(response: Any) -> None:
    if hasattr(response, "close"):
        response.close()
