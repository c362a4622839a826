"""Sessions of committees: the meetings of their tracks, with their sittings and what they recommended."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from meetings.models import Committee, Recommendation, Sitting

from .. import query
from ..asking import parameters, responses
from ..audiences import Audience
from ..render import mark_example, meeting_address
from ..schema import SessionsSerializer
from ..words import text_and_language
from .base import CatalogueView


class SessionsView(CatalogueView):
    """The sessions of committees that this reader may see. What they recommended is for partner systems."""

    known = frozenset({"track", "lang"})
    cache_control = "no-cache"  # a session may be hidden at any time

    @extend_schema(
        operation_id="committee_sessions",
        parameters=parameters("track", "lang"),
        responses=responses(SessionsSerializer),
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def answer(self) -> dict[str, Any]:
        committees = Committee.objects.order_by()
        if (slug := self.request.query_params.get("track")) is not None:
            committees = committees.filter(track=query.track_key(slug))
        sessions = [
            item.meeting
            for item in self.reader.items.filter(meeting__track__in=committees.values("track"))
            .select_related("meeting__track")
            .order_by("start_key", "uid")
        ]
        sittings, recommended = defaultdict(list), defaultdict(list)
        for sitting in Sitting.objects.filter(meeting__in=sessions).order_by("number"):
            sittings[sitting.meeting_id].append(sitting)
        if self.reader.feed.audience != Audience.PUBLIC:
            rows = Recommendation.objects.filter(meeting__in=sessions).select_related("addressee")
            for row in rows.order_by("number"):
                recommended[row.meeting_id].append(row)
        return {
            "items": [
                self.session(meeting, sittings[meeting.pk], recommended[meeting.pk]) for meeting in sessions
            ]
        }

    def session(
        self, meeting: Any, sittings: list[Sitting], recommended: list[Recommendation]
    ) -> dict[str, Any]:
        title, found = text_and_language(meeting.titles_by_language(), self.language)
        title = mark_example(meeting, title)
        return {
            "meeting": {"uid": str(meeting.uid), "url": meeting_address(meeting.uid)},
            "track": meeting.track.slug,
            "ordinal": meeting.ordinal,
            "title": title,
            "lang": found,
            "status": meeting.status,
            "sittings": [{"number": row.number, "held_on": row.held_on.isoformat()} for row in sittings],
            "recommendations": [self.recommendation(row) for row in recommended],
        }

    def recommendation(self, row: Recommendation) -> dict[str, Any]:
        title, found = text_and_language(row.titles, self.language)
        return {
            "number": row.number,
            "title": title,
            "lang": found,
            "titles": dict(row.titles),
            "addressee": row.addressee.slug,
            "reached": row.reached or None,
        }
