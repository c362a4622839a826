"""`/api/v1/meetings/` and one meeting."""

from __future__ import annotations

import json
from uuid import UUID

from django.conf import settings
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from .. import query
from ..models import FeedItem
from ..schema import MEETING_MEMBERS, MeetingPageSerializer, MeetingSerializer, parameters, responses
from .base import ReadView

# What the list may be asked: the view refuses the rest, the document names these.
QUESTION = (
    "track",
    "state",
    "status",
    "from",
    "to",
    "updated_since",
    "q",
    "order",
    "fields",
    "lang",
    "limit",
    "cursor",
)


class MeetingsView(ReadView):
    """The calendar as this reader may see it, by pages."""

    known = frozenset(QUESTION)

    @extend_schema(
        operation_id="meetings_list",
        parameters=parameters(*QUESTION),
        responses=responses(MeetingPageSerializer),
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def answer(self, request: Request) -> Response:
        params = request.query_params
        order, size = query.choice(params, "order", query.ORDERS) or "start", query.limit(params)
        wanted = query.members(params, MEETING_MEMBERS)
        items = query.filtered(FeedItem.objects.visible_to(self.feed.audience), params)
        items = query.after_cursor(items, order, params).order_by(*query.ORDERS[order])
        items = items.only("uid", "changed_at", "start_key").annotate(
            body=KeyTextTransform(self.language, "json")
        )
        page = list(items[: size + 1])
        following = None
        if len(page) > size:
            page = page[:size]
            following = self.address_of_next(query.cursor_after(page[-1], order, params))
        bodies = (json.loads(item.body) for item in page)
        if wanted is not None:
            bodies = ({name: body[name] for name in wanted} for body in bodies)
        response = Response({"items": list(bodies), "next": following})
        if following:
            response["Link"] = f'<{following}>; rel="next"'  # RFC 8288
        return response

    def address_of_next(self, cursor: str) -> str:
        params = self.request.query_params.copy()
        params["cursor"] = cursor
        return f"{settings.BASE_URL}{self.request.path}?{params.urlencode()}"


class MeetingView(ReadView):
    """One meeting. What is not there and what this reader may not see answer alike, byte for byte."""

    known = frozenset({"lang"})

    @extend_schema(
        operation_id="meetings_retrieve",
        parameters=parameters("lang"),
        responses=responses(MeetingSerializer, 404),
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        items = FeedItem.objects.visible_to(self.feed.audience).filter(uid=uid)
        self.item = items.only("seq").annotate(body=KeyTextTransform(self.language, "json")).first()
        if self.item is None:
            raise NotFound
        return super().get(request, uid)

    def etag(self) -> str:
        return f'W/"{self.feed.epoch}.i{self.item.seq}.{self.language}"'

    def answer(self, request: Request, uid: UUID) -> Response:
        return Response(json.loads(self.item.body))
