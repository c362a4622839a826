"""Which form an answer takes, by the reader's Accept (RFC 9110 §12.5.1)."""

from __future__ import annotations

from typing import Any

from django.http.request import MediaType
from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request


def taken(form: str, accept: str) -> tuple[float, bool]:
    """How gladly a reader takes a form, 0.0 is not at all, and whether it is asked for by its name.

    The most specific range decides. A parameter that the form does not have says nothing. An empty header is as none.
    """
    ranges = [MediaType(text) for text in accept.split(",") if text.strip()] or [MediaType("*/*")]
    of_form = MediaType(form)
    matching = [each for each in ranges if _matches(of_form, each)]
    if not matching:
        return 0.0, False
    best = max(matching, key=lambda each: (each.specificity, each.quality))
    return best.quality, best.specificity > 1


def _matches(form: MediaType, asked: MediaType) -> bool:
    names = (form.main_type, asked.main_type), (form.sub_type, asked.sub_type)
    return all(wanted in (own, "*") for own, wanted in names) and all(
        form.params.get(name, value) == value for name, value in asked.range_params.items()
    )


class Acceptable(DefaultContentNegotiation):
    """The form that the reader takes most gladly, the first of equals. Raises NotAcceptable."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        accept = request.META.get("HTTP_ACCEPT", "")
        best = max(renderers, key=lambda renderer: taken(renderer.media_type, accept))
        if not taken(best.media_type, accept)[0]:
            raise NotAcceptable
        return best, best.media_type


class AnyType(DefaultContentNegotiation):
    """A calendar is a calendar whatever the reader's Accept says: old clients send odd ones."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type
