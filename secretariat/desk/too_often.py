"""The page for who tried a password too often: it says how long to wait, and who can help before."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .signing_in.passwords import TriedTooOften


class AnswersTooOften:
    """Wherever a password is brought to: 429, and when it may be brought again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TriedTooOften):
            return None
        answer = render(request, "429.html", {"minutes": ceil(error.seconds / 60)}, status=429)
        answer["Retry-After"], answer["Cache-Control"] = str(error.seconds), "no-store"
        return answer
