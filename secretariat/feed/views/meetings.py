"""`/api/v1/meetings/` and one meeting."""

from __future__ import annotations

import json
from typing import ClassVar
from uuid import UUID

from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from .. import query
from ..asking import parameters, responses
from ..models import FeedItem
from ..reach import within_reach
from ..render import RENDERER
from ..schema import MEETING_MEMBERS, MeetingPageSerializer, MeetingSerializer
from .base import ReadView, joined, link_of_next, next_address, with_mark

# What the list may be asked: the view refuses the rest, the document names these.
QUESTION = (
    "track",
    "state",
    "host",
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
        self.read(request.query_params)  # before the tag is compared: a fault is one also to who sends a tag
        return super().get(request)

    def read(self, params: QueryDict) -> None:
        """What is asked for. Raises BadParameter."""
        self.order = query.choice(params, "order", query.ORDERS) or "start"
        self.size = query.limit(params)
        self.wanted = query.members(params, MEETING_MEMBERS)
        # Of all items: which of them this reader may see is worked out when a body is made.
        self.chosen = query.after_cursor(query.filtered(FeedItem.objects.all(), params), self.order, params)

    def body(self) -> bytes:
        items, following = self.page()
        bodies = within_reach([item.body for item in items], self.reader)
        if self.wanted is not None:
            whole = (json.loads(body) for body in bodies)
            bodies = [
                json.dumps({name: each[name] for name in self.wanted}, ensure_ascii=False) for each in whole
            ]
        return joined([("items", bodies)], {"next": following})

    def page(self) -> tuple[list[FeedItem], str | None]:
        """The items of this page, and the address of the next one."""
        found = (self.reader.items & self.chosen).only("uid", "changed_at", "start_key")
        found = found.annotate(body=KeyTextTransform(self.language, "json"))
        page = list(found.order_by(*query.ORDERS[self.order])[: self.size + 1])
        if len(page) <= self.size:
            return page, None
        cursor = query.cursor_after(page[self.size - 1], self.order, self.request.query_params)
        return page[: self.size], next_address(self.request, cursor)

    def add_headers(self, response: HttpResponse, body: bytes) -> None:
        link_of_next(response, body)


class OfMeeting(ReadView):
    """One meeting, or a part of it that changes with its item. What is not there and what this reader may not see
    answer alike, byte for byte."""

    known = frozenset({"lang"})
    part: ClassVar[str] = ""

    def get(self, request: Request, uid: UUID) -> HttpResponse:
        self.find(uid)  # before the tag is compared: 404 also to who sends an If-None-Match
        return super().get(request, uid=uid)

    def find(self, uid: UUID) -> None:
        """The item, its body in the reader's language. Raises NotFound."""
        items = self.reader.items.filter(uid=uid).only("seq", "uid", "meeting")
        self.item = items.annotate(body=KeyTextTransform(self.language, "json")).first()
        if self.item is None:
            raise NotFound

    def refresh(self, uid: UUID) -> None:
        self.find(uid)

    def etag(self) -> str:
        feed = self.reader.feed
        return f'W/"{feed.epoch}.{feed.audience}.i{self.item.seq}{self.part}.{RENDERER}.{self.language}"'

    def last_modified(self) -> None:
        """The tag alone decides: the feed's moment is later than the meeting's."""


class MeetingView(OfMeeting):
    """One meeting."""

    @extend_schema(
        operation_id="meetings_retrieve",
        parameters=parameters("lang"),
        responses=responses(MeetingSerializer, 404),
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return super().get(request, uid)

    def etag(self) -> str:
        """With how far the reader may see, of which the body shows a part."""
        return with_mark(super().etag(), self.reader.reach)

    def body(self, uid: UUID) -> bytes:
        return within_reach([self.item.body], self.reader)[0].encode()
