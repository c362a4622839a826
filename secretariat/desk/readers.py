"""Who sends a request reads its answer: a restricted paper is named to them as far as they may read it."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from meetings.papers.naming import read_by


class Readers:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with read_by(lambda: request.user):
            return self.get_response(request)
