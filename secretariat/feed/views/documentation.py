"""The OpenAPI document and its page, which loads nothing from outside and no inline script."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request

from ..audiences import Audience
from ..models import Feed
from ..negotiation import AnyType
from ..openapi import TAGS
from ..query import check_names
from ..readers import Reader
from ..schema import example
from .base import ReadView, as_json


@cache
def document(base: str) -> bytes:
    """OpenAPI 3.1. The same for everybody until the next deployment, and too dear to be made for each who asks."""
    with override("en"):  # the names of some shapes come from choices, whose labels are translated
        made = SchemaGenerator().get_schema(request=None, public=True)
    made["servers"] = [{"url": base}, {"url": "/", "description": "the host that this document came from"}]
    made["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    return as_json(made)


class DocumentView(ReadView):
    """OpenAPI 3.1, as JSON."""

    schema = None
    permission_classes = ()  # it holds no data: any good token will do
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer]
    cache_control = "max-age=3600"

    def reader_from(self, request: Request) -> Reader:
        self.language = "en"
        self.media_type = request.accepted_renderer.media_type
        return Reader(Feed(audience=Audience.PUBLIC))

    def etag(self) -> None:
        return None

    def body(self) -> bytes:
        return document(settings.BASE_URL)

    def add_headers(self, response: HttpResponse, body: bytes, **kwargs: Any) -> None:
        response["Content-Disposition"] = 'inline; filename="openapi.json"'


class DocsView(SpectacularSwaggerSplitView):
    http_method_names = ["get", "head", "options"]
    content_negotiation_class = AnyType
    template_name = "feed/docs.html"
    url_name = "openapi"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, {"lang", "script"})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Content-Language"] = "en"
        return response


class GuideView(ReadView):
    """The page that a partner's developer reads first. Its client and its examples are files that the tests try."""

    schema = None
    known = frozenset()
    content_negotiation_class = AnyType
    media_type = "text/html; charset=utf-8"
    cache_control = "max-age=3600"

    def reader_from(self, request: Request) -> Reader:
        self.language = "en"
        return Reader(Feed(audience=Audience.PUBLIC))

    def etag(self) -> None:
        return None

    def body(self) -> bytes:
        base = f"{settings.BASE_URL}/api/v1/"
        return render_to_string(
            "feed/guide.html",
            {
                "base": base,
                "client": example("sync_client.py").replace("https://calendar.example.org/api/v1/", base),
                "meeting": example("meeting.json"),
                "increment": example("increment.json"),
                "problem": example("problem.json"),
                "webhook": example("webhook.json"),
                "receiver": example("receiver.py"),
                "verifying": example("verified_by_public_key.py"),
                "webhook_timeout": settings.WEBHOOK_TIMEOUT,
                "limit": settings.FEED_REQUESTS_AN_HOUR,
                "kept_days": settings.FEED_REMOVALS_KEPT_DAYS,
            },
        ).encode()
