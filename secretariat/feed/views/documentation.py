"""The OpenAPI document and its page, which loads nothing from outside and no inline script."""

from __future__ import annotations

from typing import Any

from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from ..query import check_names, language_of
from .base import AnyType


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
