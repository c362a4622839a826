"""What is sent without a body: answers to HEAD, 204 and 304 (RFC 9110 §6.4.1)."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest


def bodiless(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware, around the one that counts the body's length."""

    def answer(request: HttpRequest) -> Any:
        response = get_response(request)
        if response.status_code in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            # §8.6: a length here is that of a 200's body, which nobody has made.
            for name in ("Content-Length", "Content-Type"):
                del response[name]
        elif request.method == "HEAD":
            # Its length stays.
            if response.streaming:
                response.streaming_content = ()
            else:
                response.content = b""
        return response

    return answer
