"""A public meeting for people: the page that its entry in a calendar leads to. Programs read `/api/v1/meetings/`."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from meetings.admin.schedule.when import hours_text, instant_text, when_text
from meetings.agenda.snapshots import items_of, last_public
from meetings.agenda.stages import numbers
from meetings.models import Meeting
from rotation.lists import listed
from rotation.models import State
from rotation.translated import text_in

from ..audiences import Audience, is_visible
from ..ics import place_line
from ..models import Feed
from ..papers import documents_for, public_stages
from ..participants import participants_of
from ..problems import BadParameter
from ..query import language_of
from ..readers import Reader
from ..render import mark_example, meeting_address, page_address, place
from ..throttles import address_of, counted
from ..words import in_language
from .base import hash_of
from .catalogues import calendar_links
from .papers import document_body


@csrf_exempt  # so that who writes is told that nobody does
@require_safe
def meeting_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What anybody may know of a meeting, in the reader's language; 404 of what is not public."""
    quota = counted("pages", address_of(request), settings.FEED_REQUESTS_AN_HOUR)
    language = page_language(request)
    with in_language(language):
        if quota.is_used_up:
            response = answered(request, "busy", language, 429)
            response["Retry-After"] = str(quota.left_seconds)
            return response
        items = Reader(Feed(audience=Audience.PUBLIC)).items.filter(uid=uid)
        item = items.select_related(
            "meeting__track__mechanism", "meeting__host", "meeting__country", "meeting__prepares__track"
        ).first()
        if item is None or item.meeting is None:
            return answered(request, "absent", language, 404)
        return answered(request, "meeting", language, **meeting_shown(item.meeting, language))


def page_language(request: HttpRequest) -> str:
    """As the API takes it, but that a language that we do not speak is no fault of the reader's."""
    accepted = request.META.get("HTTP_ACCEPT_LANGUAGE", "")
    try:
        return language_of(request.GET, accepted)
    except BadParameter:
        return language_of(type(request.GET)(), accepted)


def answered(request: HttpRequest, name: str, language: str, code: int = 200, **context: Any) -> HttpResponse:
    context |= {"language": language, "languages": settings.CONTENT_LANGUAGES}
    body = render_to_string(f"feed/page_{name}.html", context).encode()
    response = HttpResponse(body, status=code)
    response["Cache-Control"] = "no-store"
    if code == 200:
        etag = hash_of(body)
        request.META.pop("HTTP_IF_UNMODIFIED_SINCE", None)  # no moment is told (RFC 9110 §13.1.4)
        response = get_conditional_response(request, etag=etag) or response
        response["ETag"], response["Cache-Control"] = etag, "public, no-cache"
    response["Content-Language"] = language
    patch_vary_headers(response, ["Accept-Language"])
    return response


def meeting_shown(meeting: Meeting, language: str) -> dict[str, Any]:
    """What the page says of a meeting; nothing that the public feed does not say."""
    states = State.objects.filter(pk__in=participants_of([meeting])[meeting.pk])
    where = {"place": place(meeting, language), "format": meeting.format}
    prepares = (
        meeting.prepares if meeting.prepares and is_visible(meeting.prepares, Audience.PUBLIC) else None
    )
    facts = [
        (_("When"), when_text(meeting.span)),
        (_("Hours"), hours_text(meeting.span)),
        (_("Where"), place_line(where)),
        (_("Host"), str(meeting.host) if meeting.host else ""),
        (_("Taking part"), listed(str(state) for state in states)),
        (_("Track"), text_in(meeting.track.names)),
    ]
    return {
        "meeting": meeting,
        "mechanism": meeting.track.mechanism,
        "title": mark_example(meeting, meeting.title()),
        "status": meeting.get_status_display(),
        "facts": [(label, value) for label, value in facts if value],
        "clocks": clocks_of(meeting, states),
        "prepares": prepares and (mark_example(prepares, prepares.title()), page_address(prepares)),
        "agenda": agenda_shown(meeting),
        "papers": papers_shown(meeting, language),
        "file": f"{settings.BASE_URL}/api/v1/meetings/{meeting.uid}.ics",
        "subscribe": calendar_links(f"tracks/{meeting.track.slug}/calendar.ics")["webcal"],
        "data": meeting_address(meeting.uid),
    }


def clocks_of(meeting: Meeting, states: list[State]) -> list[tuple[str, str]]:
    """When it begins on the clock of each state that takes part; nothing while its hour is not known."""
    at = meeting.span.starts_at if meeting.span.starts else None
    return [(str(state), instant_text(at, state.zone)) for state in states] if at else []


def agenda_shown(meeting: Meeting) -> dict[str, Any] | None:
    """The agenda as it was issued last, by number and title."""
    last = last_public(list(public_stages().filter(agenda__meeting=meeting)))
    if last is None:
        return None
    items = items_of(last.snapshot)
    rows = [(number, text_in(item.titles)) for number, item in zip(numbers(items), items, strict=True)]
    return {"stage": last.get_code_display(), "items": rows}


def papers_shown(meeting: Meeting, language: str) -> list[dict[str, Any]]:
    papers = documents_for(Audience.PUBLIC).filter(meeting=meeting).select_related("parent")
    rows = papers.prefetch_related("versions").order_by("dated_on", "pk")
    return [document_body(paper, meeting.uid, language, Audience.PUBLIC) for paper in rows]
