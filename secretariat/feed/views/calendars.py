"""Calendars to subscribe to: iCalendar made of stored VEVENTs behind one header (RFC 5545), or JSCalendar (RFC 8984)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.conf import settings
from django.db.models import F, Q
from django.db.models.fields.json import KeyTextTransform
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from meetings.models import Meeting, Track
from meetings.schedule.dates import Precision
from rotation.models import State

from .. import jscalendar, query
from ..asking import CALENDAR, parameters
from ..ics import CALENDAR_END, COLOR, calendar_head, clean, description_of, summary_of
from ..ics_options import as_days, with_alarm
from ..models import FeedItemQuerySet
from ..negotiation import AnyType, taken
from ..words import ABOUT, REMINDER, in_language, moment, text_and_language
from .base import ReadView, as_json
from .long_calendars import LONG, TooLong, streamed

ZONED = re.compile(r"^DT(?:START|END);TZID=([^:]+):(\d{8})", re.MULTILINE)
NEVER = datetime(2025, 1, 1, tzinfo=UTC)
ICALENDAR = "text/calendar; charset=utf-8"
JSCALENDAR = f"{jscalendar.MEDIA_TYPE};type=group"
OPTIONS = ("lang", "tz", "partial", "days", "alarm")
# How long after its planned end a cancelled meeting still stands in calendars, so that every reader has seen it go.
CANCELLED_KEPT = timedelta(days=400)
AHEAD = (Meeting.Status.PROPOSED, Meeting.Status.CONFIRMED)
DATED = (Precision.DAY, Precision.TIME)


class CalendarView(ReadView):
    """All meetings that this reader may see, as a calendar to subscribe to."""

    content_negotiation_class = AnyType
    known = frozenset(OPTIONS)
    part = ""

    def check_names(self, request: Request) -> None:
        """Calendars are fetched by programs that nobody can teach: what they add to get by a cache is no fault."""
        asked = query.without_cache_busters(request.query_params, self.known)
        query.check_names(asked, self.known)
        if len(asked) < len(request.query_params):
            # The body is kept once for all of them, and an answer that nobody asks for again is not remembered.
            request._request.asked = f"{request.path}?{asked.urlencode()}"
            self.shows_the_feed = False

    @extend_schema(operation_id="calendar", parameters=parameters(*OPTIONS), responses=CALENDAR)
    def get(self, request: Request, **kwargs: Any) -> HttpResponse:
        params = request.query_params
        self.utc = query.choice(params, "tz", ["utc"]) == "utc"
        self.partial = query.choice(params, "partial", ["span"]) == "span"
        self.whole_days = query.choice(params, "days", ["whole"]) == "whole"
        self.alarm = query.duration(params, "alarm")
        # Whoever does not ask for JSCalendar by its name gets iCalendar: old readers send odd lists.
        accept = request.META.get("HTTP_ACCEPT", "")
        weight, is_named = taken(JSCALENDAR, accept)
        self.is_json = is_named and weight > 0 and (weight, is_named) > taken(ICALENDAR, accept)
        self.media_type = JSCALENDAR if self.is_json else ICALENDAR
        if may_be_unchanged_without_tag(request):
            self.named(**kwargs)  # a tag is that of one calendar; nothing else has shown that there is any
        return super().get(request, **kwargs)

    def etag(self) -> str:
        """Another for each calendar, form and month: with the month what was cancelled long ago falls out."""
        form = "j" if self.is_json else "i"
        return f'{str(super().etag())[:-1]}.{form}{cancelled_since():%Y%m}{self.part}"'

    def last_modified(self) -> datetime | None:
        """No earlier than what fell out with the month."""
        modified = super().last_modified()
        rolled = datetime.combine(cancelled_since(), time(), UTC) + CANCELLED_KEPT
        return modified and max(modified, rolled)

    def body(self, **kwargs: Any) -> bytes:
        """Raises TooLong."""
        chosen = self.chosen(**kwargs)
        rows = list(chosen if self.is_json else chosen[: LONG + 1])
        if len(rows) > LONG and not self.is_json:
            raise TooLong
        rows = [row for row in rows if row.body]
        if self.is_json:
            return self.as_jscalendar(self.named(**kwargs), rows, revised_at(rows))
        events = [self.as_asked(row) for row in rows]
        return "".join([self.opening(events, revised_at(rows), **kwargs), *events, CALENDAR_END]).encode()

    def answer(self, etag: str, **kwargs: Any) -> tuple[str, HttpResponseBase]:
        try:
            return super().answer(etag, **kwargs)
        except TooLong:
            return streamed(self, **kwargs)

    def opening(self, events: Iterable[str], revised: datetime, **kwargs: Any) -> str:
        return calendar_head(
            name=self.named(**kwargs),
            about=self.about,
            address=self.address,
            zones=zones_of(events),
            revised=revised,
        )

    def as_asked(self, row: Any) -> str:
        event: str = as_days(row.on_its_clock, row.body) if self.whole_days else row.body
        if self.alarm and row.status in AHEAD and row.precision in DATED:
            with in_language(self.language):
                return with_alarm(event, self.alarm, clean(str(REMINDER)))
        return event

    def as_jscalendar(self, name: tuple[str, str], rows: list[Any], revised: datetime) -> bytes:
        asked = jscalendar.Asked(self.alarm, self.whole_days, self.utc)
        bodies = [json.loads(row.body) for row in rows]
        with in_language(self.language):
            entries = [
                jscalendar.event_of(body, summaries_of(body), description_of(body), asked) for body in bodies
            ]
        group = jscalendar.group_of(
            uid=str(self.uid),
            name=name[0],
            about=self.about[0],
            language=name[1],
            updated=moment(revised),
            source=self.address,
            color=COLOR,
            entries=entries,
        )
        return as_json(group)

    @property
    def path(self) -> str:
        """What tells this calendar from every other, whatever its form: an address without a secret."""
        return self.request.path

    @property
    def uid(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"{settings.BASE_URL}{self.path}")

    @property
    def address(self) -> str:
        """Where anybody may be told that it comes from."""
        return f"{settings.BASE_URL}{self.request.path}"

    def add_headers(self, response: HttpResponse, body: bytes, **kwargs: Any) -> None:
        ending = "json" if self.is_json else "ics"
        response["Content-Disposition"] = f'inline; filename="{self.file_name(**kwargs)}.{ending}"'

    def chosen(self, **kwargs: Any) -> FeedItemQuerySet:
        precisions = [*DATED, *([Precision.MONTH] if self.partial else [])]
        is_long_gone = Q(meeting__status=Meeting.Status.CANCELLED, meeting__last_on__lt=cancelled_since())
        texts = {"body": "json" if self.is_json else "ics_utc" if self.utc else "ics"}
        if self.whole_days and not self.is_json:
            texts["on_its_clock"] = "ics"
        return (
            self.reader.items.filter(self.only(**kwargs), meeting__precision__in=precisions)
            .exclude(is_long_gone)
            .only("changed_at", "uid")
            .annotate(
                **{name: KeyTextTransform(self.language, column) for name, column in texts.items()},
                status=F("meeting__status"),
                precision=F("meeting__precision"),
            )
            .order_by("start_key", "uid")
        )

    def only(self, **kwargs: Any) -> Q:
        return Q()

    def named(self, **kwargs: Any) -> tuple[str, str]:
        """The calendar's name, and the language that it is in."""
        with in_language(self.language):
            return _("Calendar of meetings"), self.language

    @property
    def about(self) -> tuple[str, str]:
        """What the calendar holds, and the language that this is said in."""
        with in_language(self.language):
            return str(ABOUT), self.language

    def file_name(self, **kwargs: Any) -> str:
        return "calendar"


class TrackCalendarView(CalendarView):
    """The meetings of one track."""

    @extend_schema(operation_id="track_calendar", parameters=parameters(*OPTIONS), responses=CALENDAR)
    def get(self, request: Request, slug: str) -> HttpResponse:
        self.part = f".t.{slug}"
        return super().get(request, slug=slug)

    def only(self, slug: str) -> Q:
        return Q(meeting__track__slug=slug)

    def named(self, slug: str) -> tuple[str, str]:
        track = Track.objects.filter(slug=slug).first()
        if track is None:
            raise NotFound
        return text_and_language(track.names, self.language)

    def file_name(self, slug: str) -> str:
        return slug


class StateCalendarView(CalendarView):
    """The meetings that a state hosts, takes part in, or that are held in it; with `as=host` not all it takes part in."""

    known = frozenset({*OPTIONS, "as"})

    @extend_schema(operation_id="state_calendar", parameters=parameters(*OPTIONS, "as"), responses=CALENDAR)
    def get(self, request: Request, code: str) -> HttpResponse:
        self.as_host = query.choice(request.query_params, "as", ["host", "participant"]) == "host"
        self.part = f".s.{code}"
        return super().get(request, code=code)

    @property
    def path(self) -> str:
        return f"{super().path}?as=host" if self.as_host else super().path

    def only(self, code: str) -> Q:
        if self.as_host:
            return Q(meeting__host_id=code) | Q(meeting__country_id=code)
        return Q(states__contains=[code])

    def named(self, code: str) -> tuple[str, str]:
        state = State.objects.filter(code=code).first()
        if state is None:
            raise NotFound
        return text_and_language(state.names, self.language)

    def file_name(self, code: str) -> str:
        return code


class MeetingCalendarView(CalendarView):
    """One meeting as a calendar; empty while no day is known."""

    @extend_schema(operation_id="meeting_calendar", parameters=parameters(*OPTIONS), responses=CALENDAR)
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        # Before the tag is compared: an unknown meeting is 404, also to who sends an If-None-Match.
        if not self.reader.items.filter(uid=uid).exists():
            raise NotFound
        return super().get(request, uid=uid)

    def only(self, uid: UUID) -> Q:
        return Q(uid=uid)

    def file_name(self, uid: UUID) -> str:
        return str(uid)


def may_be_unchanged_without_tag(request: Request) -> bool:
    """Whether the reader may be told 304 without having sent a tag."""
    tags = parse_etags(request.META.get("HTTP_IF_NONE_MATCH", ""))
    return tags == ["*"] or (not tags and "HTTP_IF_MODIFIED_SINCE" in request.META)


def summaries_of(body: dict[str, Any]) -> dict[str, str]:
    """The title shown, in the language spoken now, and the others, each with what is set before it in its own."""
    found = {body["lang"]: summary_of(body)}
    for code, title in body["titles"].items():
        if title and code not in found:
            with in_language(code):
                found[code] = summary_of(body | {"title": title})
    return found


def cancelled_since() -> date:
    """The first day on which a cancelled meeting may have ended to be shown yet; moves on once a month."""
    return (timezone.now() - CANCELLED_KEPT).date().replace(day=1)


def revised_at(rows: Iterable[Any]) -> datetime:
    """When the last of them changed."""
    return max((row.changed_at for row in rows), default=NEVER)


def zones_of(bodies: Iterable[str]) -> list[tuple[str, date, date]]:
    """Each zone that these VEVENTs name, with the first and last day on which it is needed.

    Read from the text that is sent: a VEVENT without its VTIMEZONE would be shown at another hour.
    """
    spans: dict[str, tuple[date, date]] = {}
    for name, text in chain.from_iterable(map(ZONED.findall, bodies)):
        day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        first, last = spans.get(name, (day, day))
        spans[name] = min(first, day), max(last, day)
    return [(name, *span) for name, span in sorted(spans.items())]
