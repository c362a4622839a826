"""A calendar too long for memory: the same bytes, made while they are sent, from one snapshot of the database."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.http import StreamingHttpResponse

from ..bodies import coding_for, packed_stream
from ..ics import CALENDAR_END

if TYPE_CHECKING:
    from .calendars import CalendarView

LONG = 5_000  # meetings: some three megabytes
CHUNK = 500


class TooLong(Exception):
    """More meetings than are answered from memory."""


class Body:
    """What is sent. Closed, also by a server whose reader left before the first byte, it lets go of the snapshot."""

    def __init__(self, head: bytes, parts: Generator[bytes, None, None], coding: str) -> None:
        self._parts = parts
        self._packed = packed_stream(coding, chain([head], parts))

    def __iter__(self) -> Iterator[bytes]:
        return self._packed

    def close(self) -> None:
        self._packed.close()
        self._parts.close()


def streamed(view: CalendarView, **kwargs: Any) -> tuple[str, StreamingHttpResponse]:
    """The answer, and the tag of the state that it shows.

    Reads the meetings twice: a VTIMEZONE stands before the first VEVENT that names it and covers them all.
    """
    parts = _parts(view, **kwargs)
    head = next(parts)  # with it the snapshot is taken, and the view knows its tag
    etag, coding = str(view.etag()), coding_for(view.request)
    body = Body(head, parts, coding)
    response = StreamingHttpResponse(body, content_type=view.media_type)
    if coding != "identity":
        response["Content-Encoding"] = coding
    view.add_headers(response, b"", **kwargs)
    if view.request.method == "HEAD":
        body.close()
        response.streaming_content = ()
    return etag, response


def _parts(view: CalendarView, **kwargs: Any) -> Generator[bytes, None, None]:
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        view.refresh(**kwargs)
        revised = view.chosen(**kwargs).latest("changed_at").changed_at
        yield view.opening(_events(view, **kwargs), revised, **kwargs).encode()
        for event in _events(view, **kwargs):
            yield event.encode()
        yield CALENDAR_END.encode()


def _events(view: CalendarView, **kwargs: Any) -> Iterator[str]:
    return (view.as_asked(row) for row in view.chosen(**kwargs).iterator(CHUNK) if row.body)
