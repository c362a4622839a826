"""What every address of the feed does: who reads, in which language, and whether anything changed."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any, ClassVar

from django.http import HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework.exceptions import MethodNotAllowed, NotFound
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from ..audiences import Audience
from ..models import Feed
from ..query import check_names, language_of
from ..render import RENDERER
from ..throttles import ReaderThrottle


class ReadView(APIView):
    """Reads only; knows its parameters; answers 304 before it does any work (RFC 9110 §13)."""

    http_method_names = ["get", "head", "options"]
    throttle_classes = [ReaderThrottle]
    known: ClassVar[frozenset[str]] = frozenset({"lang"})
    cache_control = "no-cache"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method.lower() not in self.http_method_names:
            raise MethodNotAllowed(request.method)  # before asking who it is: nobody may
        super().initial(request, *args, **kwargs)
        if request.method == "OPTIONS":
            return
        check_names(request.query_params, self.known)
        self.language = language_of(request.query_params, request.META.get("HTTP_ACCEPT_LANGUAGE", ""))
        self.feed = request.auth.system.feed if request.auth else self.public_feed()

    def public_feed(self) -> Feed:
        return Feed.objects.filter(audience=Audience.PUBLIC).first() or Feed(audience=Audience.PUBLIC)

    def etag(self) -> str | None:
        """Weak: compressed and plain bodies differ in bytes. Read before the rows, so a body may be newer than
        its tag, which costs one more fetch, and never older, which would lose a change."""
        return f'W/"{self.feed.epoch}.{self.feed.high_seq}.{RENDERER}.{self.language}"'

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        etag = self.etag()
        unchanged = get_conditional_response(request, etag=etag) if etag else None
        return self.headed(unchanged or self.answer(request, *args, **kwargs), etag)

    def answer(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        raise NotImplementedError

    def headed(self, response: HttpResponse, etag: str | None) -> HttpResponse:
        """RFC 9110 §15.4.5: a 304 repeats what a 200 would have said."""
        if etag:
            response["ETag"] = etag
        response["Cache-Control"] = f"{'private' if self.request.auth else 'public'}, {self.cache_control}"
        response["Content-Language"] = self.language
        return response

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        patch_vary_headers(response, ("Authorization", "Accept", "Accept-Language"))
        return response

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse(status=204)


class AnyType(DefaultContentNegotiation):
    """A calendar is a calendar whatever the reader's Accept says: old clients send odd ones."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        return renderers[0], renderers[0].media_type


class NothingHere(ReadView):
    """Any other address under /api/: 404 as a problem, not as a page."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound


class CatalogueView(ReadView):
    """A small list that seldom changes; its tag is made from the body."""

    cache_control = "max-age=3600"

    def etag(self) -> None:
        return None

    def public_feed(self) -> Feed:
        return Feed(audience=Audience.PUBLIC)  # only its name is used: no query

    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        body = self.answer_body(request, *args, **kwargs)
        digest = sha256(json.dumps(body).encode()).hexdigest()[:32]
        etag = f'W/"{digest}"'
        return self.headed(get_conditional_response(request, etag=etag) or Response(body), etag)

    def answer_body(self, request: Request, *args: Any, **kwargs: Any) -> dict[str, Any]:
        raise NotImplementedError
