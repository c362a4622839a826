"""The OpenAPI document and its page, which loads nothing from outside and no inline script."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from ..audiences import Audience
from ..models import Feed
from ..negotiation import AnyType
from ..query import check_names, language_of
from ..readers import Reader
from ..schema import example
from .base import ReadView


class DocumentView(SpectacularAPIView):
    """OpenAPI 3.1, as JSON."""

    http_method_names = ["get", "head", "options"]
    renderer_classes = [OpenApiJsonRenderer2, OpenApiJsonRenderer, JSONRenderer]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        check_names(request.query_params, {"lang"})
        language_of(request.query_params)  # the generator would open a catalogue of any name


class DocsView(SpectacularSwaggerSplitView):
    http_method_names = ["get", "head", "options"]
    content_negotiation_class = AnyType
    template_name = "feed/docs.html"
    url_name = "openapi"


class GuideView(ReadView):
    """The page that a partner's developer reads first. Its client and its examples are files that the tests try."""

    schema = None
    known = frozenset()
    content_negotiation_class = AnyType
    media_type = "text/html; charset=utf-8"
    cache_control = "max-age=3600"

    def reader_from(self, request: Request) -> Reader:
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
                "increment": example("increment.json"),
                "problem": example("problem.json"),
                "webhook": example("webhook.json"),
                "receiver": example("receiver.py"),
                "webhook_timeout": settings.WEBHOOK_TIMEOUT,
                "limit": settings.FEED_REQUESTS_AN_HOUR,
                "kept_days": settings.FEED_REMOVALS_KEPT_DAYS,
            },
        ).encode()
