"""Connections that do not wait for ever for a server that is there and says nothing: frozen, or behind a cut line.

A time-out of the server's own (`statement_timeout`) helps nobody then, and the network may tell after hours only.
"""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import psycopg

_are_short: ContextVar[bool] = ContextVar("are_short", default=False)


@contextmanager
def short_questions() -> Iterator[None]:
    """Within it no question takes longer than that whether a connection is alive: so that one need not be asked first."""
    before = _are_short.set(True)
    try:
        yield
    finally:
        _are_short.reset(before)


def connection_class(*, alive_seconds: float, query_seconds: float) -> type[psycopg.Connection[Any]]:
    """alive_seconds: for the pool's question whether a kept connection is alive. query_seconds: for any other; 0: no end."""

    class Limited(psycopg.Connection[Any]):
        seconds = query_seconds or None

        def execute(self, *args: Any, **options: Any) -> psycopg.Cursor[Any]:
            """Only the pool asks so, before it hands a connection out; Django asks by cursors."""
            if _are_short.get() and not self._has_news():
                return self.cursor()
            self.seconds = alive_seconds
            try:
                return super().execute(*args, **options)
            finally:
                self.seconds = query_seconds or None

        def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
            seconds = alive_seconds if _are_short.get() else self.seconds
            limit = seconds if timeout is None else timeout
            try:
                return super().wait(gen, interval, limit)
            except psycopg.errors._WaitTimeout:
                self.pgconn.finish()  # its answer may still come, to a question that nobody asks any more
                raise

        def _has_news(self) -> bool:
            """Whether the server said something that nobody asked for, most likely its farewell."""
            socket = select.poll()
            socket.register(self.pgconn.socket, select.POLLIN)
            return bool(socket.poll(0))

    return Limited
