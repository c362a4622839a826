"""What a meeting's papers say to an audience: the agenda as issued, and the documents by their distribution."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from django.db.models import Prefetch, QuerySet

from meetings.agenda.snapshots import last_public
from meetings.agenda.stages import PUBLIC
from meetings.models import AgendaStage, Document, Meeting

from .audiences import Audience
from .words import moment

# Restricted papers and drafts leave the house by no exit of the feed.
DISTRIBUTED = {
    Audience.PUBLIC: frozenset({Document.Distribution.GENERAL}),
    Audience.PARTNERS: frozenset({Document.Distribution.GENERAL, Document.Distribution.LIMITED}),
}
OUT = (Document.Status.ISSUED, Document.Status.WITHDRAWN)


def documents_for(audience: str) -> QuerySet[Document]:
    """The papers that `audience` is told of: issued ones, and those that were issued and are withdrawn since."""
    return Document.objects.filter(
        distribution__in=sorted(DISTRIBUTED[Audience(audience)]), status__in=OUT, issued_at__isnull=False
    )


def is_told(paper: Document, audience: str) -> bool:
    """`documents_for`, of a paper in hand."""
    return (
        paper.distribution in DISTRIBUTED[Audience(audience)]
        and paper.status in OUT
        and paper.issued_at is not None
    )


def public_stages() -> QuerySet[AgendaStage]:
    """Agendas as they were issued to everybody, oldest first; without what they hold."""
    return AgendaStage.objects.filter(code__in=sorted(PUBLIC)).defer("snapshot").order_by("number")


def with_papers(meetings: QuerySet[Meeting]) -> QuerySet[Meeting]:
    """Adds what the two summaries below read."""
    return meetings.prefetch_related(
        Prefetch("agenda__stages", public_stages()),
        # What partners are told of covers what the public is.
        Prefetch("documents", documents_for(Audience.PARTNERS).prefetch_related("versions")),
    )


def agenda_summary(meeting: Meeting) -> dict[str, Any] | None:
    """The stage issued last. A new one changes the meeting's item: who keeps a copy knows to fetch the agenda."""
    agenda = getattr(meeting, "agenda", None)
    stage = last_public(list(agenda.stages.all())) if agenda else None
    return stage_body(stage) if stage else None


def stage_body(stage: AgendaStage) -> dict[str, Any]:
    return {"stage": stage.code, "revision": stage.reissue, "issued": moment(stage.recorded_at)}


def documents_summary(meeting: Meeting, audience: str) -> dict[str, Any]:
    """How many papers this audience is told of, and when the last of them changed."""
    papers = [
        paper for paper in meeting.documents.all() if paper.distribution in DISTRIBUTED[Audience(audience)]
    ]
    moments = [at for paper in papers for at in (paper.issued_at, paper.withdrawn_at) if at]
    # A language that was missing may be added to an issued paper.
    moments += [version.recorded_at for paper in papers for version in paper.versions.all()]
    # As fine as it is stored: two changes of one second are told apart.
    return {"count": len(papers), "updated": max(moments).astimezone(UTC).isoformat() if moments else None}
