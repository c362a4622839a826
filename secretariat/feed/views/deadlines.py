"""What is due from the states on whose behalf a partner system reads: for tokens with that scope only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core import signing
from django.db.models import Q, QuerySet
from django.http import HttpResponse, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from meetings.models import Due

from .. import query
from ..asking import parameters, responses
from ..models import PartnerToken
from ..problems import BadParameter
from ..render import meeting_address, state_body
from ..schema import DuePageSerializer, DuesSerializer
from ..words import moment, text_and_language
from .base import ReadView, as_json, link_of_next, next_address

QUESTION = ("state", "status", "from", "to", "lang", "limit", "cursor")
SIGNER = signing.Signer(salt="feed.deadlines")


class OfStates(ReadView):
    """Deny by default: without the scope nothing, with it the dues of the system's states and of what it may see."""

    scope = PartnerToken.Scope.DEADLINES
    cache_control = "no-cache"

    def etag(self) -> None:
        return None

    def dues(self) -> QuerySet[Due]:
        return (
            Due.objects.filter(
                state__in=sorted(self.reader.states),
                deadline__meeting__in=self.reader.items.values("meeting"),
            )
            .select_related("deadline__meeting", "state")
            .order_by("due_at", "pk")
        )


class MeetingDeadlinesView(OfStates):
    """What is due for one meeting, in the order of the days."""

    @extend_schema(
        operation_id="meetings_deadlines",
        parameters=parameters("lang"),
        responses=responses(DuesSerializer, 404),
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        if not self.reader.items.filter(uid=uid).exists():
            raise NotFound
        return super().get(request, uid=uid)

    def body(self, uid: UUID) -> bytes:
        rows = self.dues().filter(deadline__meeting__uid=uid)
        return as_json({"items": [due_body(row, self.language) for row in rows]})


class DeadlinesView(OfStates):
    """What is due for all meetings, in the order of the days, by pages."""

    known = frozenset(QUESTION)

    @extend_schema(
        operation_id="deadlines_list",
        parameters=parameters(*("due_status" if name == "status" else name for name in QUESTION)),
        responses=responses(DuePageSerializer),
    )
    def get(self, request: Request) -> HttpResponse:
        return super().get(request)

    def body(self) -> bytes:
        params, size = self.request.query_params, query.limit(self.request.query_params)
        rows = list(after_cursor(filtered(self.dues(), params), params)[: size + 1])
        following = None
        if len(rows) > size:
            rows = rows[:size]
            last = [rows[-1].due_at.isoformat(), rows[-1].pk, query.fingerprint(params)]
            following = next_address(self.request, SIGNER.sign_object(last))
        return as_json({"items": [due_body(row, self.language) for row in rows], "next": following})

    def add_headers(self, response: HttpResponse, body: bytes) -> None:
        link_of_next(response, body)


def filtered(dues: QuerySet[Due], params: QueryDict) -> QuerySet[Due]:
    if code := query.state_code(params, "state"):
        dues = dues.filter(state=code)
    if status := query.choice(params, "status", Due.Status.values):
        dues = dues.filter(status=status)
    if first := query.bound(params, "from", is_last=False):
        dues = dues.filter(due_on__gte=first)
    if last := query.bound(params, "to", is_last=True):
        dues = dues.filter(due_on__lte=last)
    return dues


def after_cursor(dues: QuerySet[Due], params: QueryDict) -> QuerySet[Due]:
    if "cursor" not in params:
        return dues
    try:
        at, key, of_question = SIGNER.unsign_object(params["cursor"])
        if of_question != query.fingerprint(params):
            raise ValueError
        at = datetime.fromisoformat(at)
    except (signing.BadSignature, ValueError, TypeError):
        raise BadParameter("cursor", *query.NOT_OURS) from None
    return dues.filter(Q(due_at__gt=at) | Q(due_at=at, pk__gt=key))


def due_body(due: Due, language: str) -> dict[str, Any]:
    """One due. How its day was found and what staff noted stays in the house."""
    meeting = due.deadline.meeting
    title, found = text_and_language(due.deadline.titles, language)
    return {
        "meeting": {"uid": str(meeting.uid), "url": meeting_address(meeting.uid)},
        "key": due.deadline.key or None,
        "title": title,
        "lang": found,
        "titles": dict(due.deadline.titles),
        "state": state_body(due.state, language),
        "due_on": due.due_on.isoformat(),
        # The first instant that is too late, as the state's own clock shows it.
        "due": due.due_at.astimezone(ZoneInfo(due.zone)).isoformat(),
        "zone": due.zone,
        "status": due.status,
        "received": due.received_at and moment(due.received_at),
        "late": due.is_late,
        "sequence": due.sequence,
    }
