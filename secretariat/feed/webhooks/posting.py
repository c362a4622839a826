"""One POST to a receiver: to an address that was checked, within a time, without following anything.

urllib3's connection and not its pools: no redirects, no retries, no proxy from the environment; the name stays in SNI,
certificate check and Host, while the socket goes to the address that we looked at ourselves.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from .rules.addresses import BadAddress, Target, checked

MOST_READ = 4096  # bytes of an answer
KEPT = 200  # characters of it, for staff

Resolve = Callable[[str, int], list[str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. status: None where nothing did; then `text` says why. wish: Retry-After, as it was given."""

    status: int | None
    text: str
    milliseconds: int
    wish: str | None = None
    body: bytes = b""


def resolved(host: str, port: int) -> list[str]:
    """All addresses of a name, as this machine knows them. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def post(
    target: Target,
    body: bytes,
    headers: dict[str, str],
    *,
    seconds: float,
    may_loop: bool = False,
    resolve: Resolve = resolved,
) -> Answer:
    """Send `body`; what was answered, or why nothing was. Raises nothing of the network's.

    seconds: for all of it. The time-outs of sockets count from byte to byte, so a receiver that sends one byte a second
    is hung up on by a clock of its own.
    """
    begun = time.monotonic()

    def answer(status: int | None, text: str, **more: Any) -> Answer:
        return Answer(status, text, round((time.monotonic() - begun) * 1000), **more)

    try:
        addresses = checked(_looked_up(target, resolve, seconds), may_loop=may_loop)
    except BadAddress as refusal:
        return answer(None, f"not sent: {refusal.code} address {refusal.detail}".strip())
    except TimeoutError:
        return answer(None, f"the name was not resolved within {seconds:g} seconds")
    except OSError as error:
        return answer(None, f"the name is not known: {type(error).__name__}")
    left = max(seconds - (time.monotonic() - begun), 0.001)
    with (
        _hung_up_after(left) as line,
        contextlib.closing(_connection(target, addresses, left, line)) as way,
    ):
        try:
            way.request("POST", target.path, body=body, headers=headers, preload_content=False)
            response = way.getresponse()
            read = _beginning(response)
        except (OSError, HTTPError, HTTPException, ValueError) as error:
            if line.is_cut or isinstance(error, TimeoutError):
                return answer(None, f"no answer within {seconds:g} seconds")
            return answer(None, _why(error))
        text = read.decode("utf-8", "replace").replace("\x00", "�")[:KEPT]
        return answer(response.status, text, wish=response.headers.get("retry-after"), body=read)


def _looked_up(target: Target, resolve: Resolve, seconds: float) -> list[str]:
    """What the name resolves to. Raises OSError, TimeoutError among them.

    In a thread of its own, which is left behind when it hangs: the system's resolver takes no time-out from us.
    """
    found: Future[list[str]] = Future()

    def look() -> None:
        try:
            found.set_result(resolve(target.host, target.port))
        except Exception as error:  # whatever it is, it is raised where the addresses are waited for
            found.set_exception(error)

    threading.Thread(target=look, daemon=True).start()
    return found.result(seconds)


def _beginning(response: BaseHTTPResponse) -> bytes:
    """Not unpacked either: a few bytes could become a great many."""
    return response.read(MOST_READ, decode_content=False) or b""


def _why(error: Exception) -> str:
    return f"{type(error).__name__}: {error.__cause__ or error}"[:KEPT]


class _Line:
    """The socket in use, held by a handle of its own, so that the clock can cut it whatever is being read."""

    def __init__(self) -> None:
        self._held: socket.socket | None = None
        self._lock = threading.Lock()
        self.is_cut = False

    def hold(self, sock: socket.socket) -> None:
        with self._lock:
            self._held = sock.dup()
            if self.is_cut:
                raise TimeoutError

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            if self._held is not None:
                with contextlib.suppress(OSError):
                    self._held.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        with self._lock:
            if self._held is not None:
                self._held.close()
                self._held = None


@contextlib.contextmanager
def _hung_up_after(seconds: float) -> Iterator[_Line]:
    line = _Line()
    clock = threading.Timer(seconds, line.cut)
    clock.daemon = True
    clock.start()
    try:
        yield line
    finally:
        clock.cancel()
        line.let_go()


def _connection(target: Target, addresses: list[str], seconds: float, line: _Line) -> HTTPConnection:
    base = HTTPSConnection if target.scheme == "https" else HTTPConnection

    class ToChecked(base):  # type: ignore[valid-type, misc]
        def _new_conn(self) -> socket.socket:
            """The socket: to one of the addresses that were checked, and never to the name."""
            failure: OSError = OSError("no address")
            for address in addresses:
                try:
                    sock = socket.create_connection((address, target.port), timeout=seconds / len(addresses))
                except OSError as error:
                    failure = error
                    continue
                sock.settimeout(seconds)
                line.hold(sock)
                return sock
            raise failure

    more = {"ssl_context": ssl.create_default_context()} if target.scheme == "https" else {}
    made: HTTPConnection = ToChecked(target.host, target.port, timeout=seconds, **more)
    return made
