"""A meeting's agenda as issued, and the documents that this reader may have, with their files."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from meetings.agenda.snapshots import items_of, last_public
from meetings.agenda.stages import Item, numbers
from meetings.models import Document, LanguageVersion
from meetings.papers.attachments import attachment
from meetings.papers.refusals import FileChanged
from meetings.papers.uploads import MEDIA_TYPES

from ..asking import parameters, responses
from ..negotiation import AnyType
from ..papers import documents_for, is_told, public_stages, stage_body
from ..readers import Reader, short_hash
from ..render import meeting_address
from ..schema import AgendaSerializer, DocumentsSerializer
from ..words import moment, text_and_language
from .base import ReadView, as_json, unchanged, with_mark
from .meetings import OfMeeting

logger = logging.getLogger(__name__)


class AgendaView(OfMeeting):
    """A meeting's agenda at the stage issued last; earlier drafts are nobody's outside. 404 before the first."""

    part = "a"
    shows_the_feed = False  # papers of other meetings

    @extend_schema(
        operation_id="meetings_agenda",
        parameters=parameters("lang"),
        responses=responses(AgendaSerializer, 404),
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return super().get(request, uid)

    def find(self, uid: UUID) -> None:
        super().find(uid)
        self.stages = list(public_stages().filter(agenda__meeting=self.item.meeting_id))
        last = last_public(self.stages)
        if last is None:
            raise NotFound
        self.last, self.items = last, items_of(last.snapshot)
        self.hidden = papers_hidden_from(self.reader, self.items)

    def etag(self) -> str:
        """With the papers left out: one of another meeting, or of none, is issued without a change of this one."""
        return with_mark(super().etag(), short_hash(self.hidden))

    def body(self, uid: UUID) -> bytes:
        return as_json(
            {
                "meeting": {"uid": str(uid), "url": meeting_address(uid)},
                **stage_body(self.last),
                "stages": [stage_body(stage) for stage in self.stages],
                "session_minutes": self.last.snapshot["session_minutes"],
                "items": [
                    item_body(number, item, self.language, self.hidden)
                    for number, item in zip(numbers(self.items), self.items, strict=True)
                ],
            }
        )


def item_body(number: str, item: Item, language: str, hidden: set[str]) -> dict[str, Any]:
    """An item of the agenda. Who introduces it is a person's name, and stays in the house."""
    title, found = text_and_language(item.titles, language)
    return {
        "uid": item.key,
        "number": number,
        "title": title,
        "lang": found,
        "titles": dict(item.titles),
        "proposers": list(item.proposers),
        "mandate": item.mandate or None,
        "action": item.action or None,
        "minutes": item.minutes,
        "papers": [paper for paper in item.papers if paper not in hidden],
        "kind": item.kind,
        "considered_from": item.considered_from or None,
    }


def papers_hidden_from(reader: Reader, items: tuple[Item, ...]) -> set[str]:
    """Of the papers that an agenda names by symbol, those that this reader is not told of: by their distribution, or
    because they are of a meeting that it may not see."""
    named = {paper for item in items for paper in item.papers}
    is_shown = Q(meeting=None) | Q(meeting__in=reader.items.values("meeting"))
    told = documents_for(reader.feed.audience).filter(is_shown)
    hidden = Document.objects.filter(symbol__in=named).exclude(pk__in=told.values("pk"))
    return set(hidden.values_list("symbol_id", flat=True))


class DocumentsView(OfMeeting):
    """A meeting's papers, by their distribution: general ones for everybody, limited ones for partner systems."""

    part = "d"

    @extend_schema(
        operation_id="meetings_documents",
        parameters=parameters("lang"),
        responses=responses(DocumentsSerializer, 404),
    )
    def get(self, request: Request, uid: UUID) -> HttpResponse:
        return super().get(request, uid)

    def body(self, uid: UUID) -> bytes:
        papers = (
            documents_for(self.reader.feed.audience)
            .filter(meeting=self.item.meeting_id)
            .select_related("parent")
            .prefetch_related("versions")
            .order_by("dated_on", "pk")
        )
        return as_json(
            {
                "meeting": {"uid": str(uid), "url": meeting_address(uid)},
                "items": [
                    document_body(paper, uid, self.language, self.reader.feed.audience) for paper in papers
                ],
            }
        )


def document_body(paper: Document, uid: UUID, language: str, audience: str) -> dict[str, Any]:
    """A paper's particulars. One that was withdrawn keeps its symbol, and offers no file any more."""
    title, found = text_and_language(paper.titles, language)
    is_out = paper.status == Document.Status.ISSUED
    return {
        "id": paper.pk,
        "symbol": paper.symbol_id,
        "title": title,
        "lang": found,
        "titles": dict(paper.titles),
        "status": paper.status,
        "distribution": paper.distribution,
        "dated": paper.dated_on.isoformat(),
        "issued": paper.issued_at and moment(paper.issued_at),
        "withdrawn": paper.withdrawn_at and moment(paper.withdrawn_at),
        "follows": paper.parent.symbol_id if paper.parent and is_told(paper.parent, audience) else None,
        "authentic_languages": list(paper.authentic_languages),
        "original_language": paper.original_language or None,
        "versions": [
            {
                "language": code,
                "type": MEDIA_TYPES[version.extension],
                "size": version.size,
                "sha256": version.sha256,
                "issued": moment(version.recorded_at),
                "url": f"{meeting_address(uid)}documents/{paper.pk}/{code}/",
            }
            for code, version in sorted(paper.current_versions.items())
            if is_out
        ],
    }


class FileView(ReadView):
    """A paper's file in one language, as an attachment."""

    content_negotiation_class = AnyType
    known = frozenset()

    @extend_schema(
        operation_id="meetings_document_file",
        responses=responses((OpenApiTypes.BINARY, *sorted(MEDIA_TYPES.values())), 404),
    )
    def get(self, request: Request, uid: UUID, key: int, language: str) -> HttpResponse:
        version = self.version(uid, key, language)
        etag = f'"{version.sha256}"'  # strong: the file is sent as it is
        response = unchanged(request, etag)
        if response is None:
            try:
                response = attachment(version)
            except FileChanged:
                logger.error("the file of language version %s is gone or has changed", version.pk)
                raise
        response["ETag"] = etag
        response["Cache-Control"] = f"{'private' if self.token else 'public'}, no-cache"
        response["Content-Language"] = version.language
        return response

    def version(self, uid: UUID, key: int, language: str) -> LanguageVersion:
        """Asked anew at each request: a meeting or a paper that is hidden since takes its files along."""
        papers = documents_for(self.reader.feed.audience).filter(
            pk=key,
            status=Document.Status.ISSUED,
            meeting__in=self.reader.items.filter(uid=uid).values("meeting"),
        )
        paper = papers.prefetch_related("versions").first()
        found = paper and paper.current_versions.get(language)
        if not found:
            raise NotFound
        return found
