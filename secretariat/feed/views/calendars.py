"""iCalendar subscriptions: stored VEVENTs behind one header (RFC 5545)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from meetings.dates import Precision
from meetings.models import Track
from rotation.models import State

from .. import query
from ..asking import parameters, responses
from ..ics import render_calendar
from ..models import FeedItemQuerySet
from ..words import in_language, text_and_language
from .base import AnyType, ReadView

ZONED = re.compile(r"^DT(?:START|END);TZID=([^:]+):(\d{8})", re.MULTILINE)
NEVER = datetime(2025, 1, 1, tzinfo=UTC)
ICS = responses((OpenApiTypes.STR, "text/calendar"), 404)


class CalendarView(ReadView):
    """All meetings that this reader may see, as a calendar to subscribe to."""

    content_negotiation_class = AnyType
    media_type = "text/calendar; charset=utf-8"
    known = frozenset({"lang", "tz", "partial"})

    @extend_schema(operation_id="calendar", parameters=parameters("lang", "tz", "partial"), responses=ICS)
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        self.utc = query.choice(request.query_params, "tz", ["utc"]) == "utc"
        self.partial = query.choice(request.query_params, "partial", ["span"]) == "span"
        return super().get(request, **kwargs)

    def body(self, **kwargs: Any) -> bytes:
        name = self.named(**kwargs)
        rows = list(self.chosen(**kwargs))
        events = [row.body for row in rows if row.body]
        return render_calendar(
            name=name,
            url=f"{settings.BASE_URL}{self.request.path}",
            events=events,
            zones=zones_of(events),
            revised=max((row.changed_at for row in rows), default=NEVER),
        ).encode()

    def add_headers(self, response: HttpResponse, body: bytes, **kwargs: Any) -> None:
        response["Content-Disposition"] = f'inline; filename="{self.file_name(**kwargs)}.ics"'

    def chosen(self, **kwargs: Any) -> FeedItemQuerySet:
        precisions = [Precision.DAY, Precision.TIME] + ([Precision.MONTH] if self.partial else [])
        items = self.reader.items.filter(self.only(**kwargs))
        column = "ics_utc" if self.utc else "ics"
        return (
            items.filter(meeting__precision__in=precisions)
            .only("changed_at", "uid")
            .annotate(body=KeyTextTransform(self.language, column))
            .order_by("start_key", "uid")
        )

    def only(self, **kwargs: Any) -> Q:
        return Q()

    def named(self, **kwargs: Any) -> str:
        with in_language(self.language):
            return _("Calendar of meetings")

    def file_name(self, **kwargs: Any) -> str:
        return "calendar"


class TrackCalendarView(CalendarView):
    """The meetings of one track."""

    @extend_schema(
        operation_id="track_calendar", parameters=parameters("lang", "tz", "partial"), responses=ICS
    )
    def get(self, request: Request, slug: str) -> HttpResponse:
        return super().get(request, slug=slug)

    def only(self, slug: str) -> Q:
        return Q(meeting__track__slug=slug)

    def named(self, slug: str) -> str:
        track = Track.objects.filter(slug=slug).first()
        if track is None:
            raise NotFound
        return text_and_language(track.names, self.language)[0] or slug

    def file_name(self, slug: str) -> str:
        return slug


class StateCalendarView(CalendarView):
    """The meetings that a state hosts, takes part in, or that are held in it."""

    @extend_schema(
        operation_id="state_calendar", parameters=parameters("lang", "tz", "partial"), responses=ICS
    )
    def get(self, request: Request, code: str) -> HttpResponse:
        return super().get(request, code=code)

    def only(self, code: str) -> Q:
        return Q(states__contains=[code])

    def named(self, code: str) -> str:
        state = State.objects.filter(code=code).first()
        if state is None:
            raise NotFound
        return text_and_language(state.names, self.language)[0] or code

    def file_name(self, code: str) -> str:
        return code


class MeetingCalendarView(CalendarView):
    """One meeting as a calendar; empty while no day is known."""

    @extend_schema(
        operation_id="meeting_calendar", parameters=parameters("lang", "tz", "partial"), responses=ICS
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        # Before the tag is compared: an unknown meeting is 404, also to who sends an If-None-Match.
        if not self.reader.items.filter(uid=uid).exists():
            raise NotFound
        return super().get(request, uid=uid)

    def only(self, uid: UUID) -> Q:
        return Q(uid=uid)

    def file_name(self, uid: UUID) -> str:
        return str(uid)


def zones_of(bodies: list[str]) -> list[tuple[str, date, date]]:
    """Each zone that these VEVENTs name, with the first and last day on which it is needed.

    Read from the text that is sent: a VEVENT without its VTIMEZONE would be shown at another hour.
    """
    spans: dict[str, tuple[date, date]] = {}
    for name, text in ZONED.findall("".join(bodies)):
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        first, last = spans.get(name, (day, day))
        spans[name] = min(first, day), max(last, day)
    return [(name, *span) for name, span in sorted(spans.items())]
