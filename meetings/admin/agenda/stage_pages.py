"""The stages of an agenda: looked at, compared, and taken away as a paper."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from rotation.translated import content_language

from ...agenda.snapshots import span_of
from ...models import Agenda, AgendaStage
from ..schedule.when import hours_text, when_text
from .docx import as_docx
from .page import AgendaPage
from .papers import Issue, as_pdf, paper_of
from .shown import (
    comparison_shown,
    snapshot_shown,
    stage_named,
    stage_text,
    stages_of,
)

DRAFT = "draft"
FORMATS = {
    "pdf": ("application/pdf", as_pdf),
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", as_docx),
}


class StagePages(AgendaPage):
    """The pages of the stages, mixed into the agenda's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/stages/<str:which>/", view(self.stage_view), name="meetings_agenda_stage"),
            path("<int:pk>/paper/<str:which>/", view(self.paper_view), name="meetings_agenda_paper"),
            path("<int:pk>/compare/", view(self.compare_view), name="meetings_agenda_compare"),
            *super().get_urls(),
        ]

    def stage_view(self, request: HttpRequest, pk: int, which: str) -> HttpResponse:
        agenda = self._agenda_for(request, pk, to_change=False)
        row, snapshot = self._named(agenda, which)
        issue = _issue(row, snapshot)
        return self._page(
            request,
            "stage.html",
            agenda,
            title=stage_text(row) if row else _("Draft as it stands"),
            row=row,
            which=which,
            frozen=paper_of(issue, content_language(get_language()), with_annotations=False),
            items=snapshot_shown(snapshot),
            languages=settings.CONTENT_LANGUAGES,
            language=content_language(get_language()),
            is_annotated=issue.is_annotated,
        )

    def compare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        agenda = self._agenda_for(request, pk, to_change=False)
        stages = stages_of(agenda)
        last = str(stages[-1].number) if stages else DRAFT
        before, after = request.GET.get("before", last), request.GET.get("after", DRAFT)
        (old, first), (new, second) = self._named(agenda, before), self._named(agenda, after)
        rows = comparison_shown(first, second)
        return self._page(
            request,
            "compare.html",
            agenda,
            title=_("Compare two stages"),
            choices=[
                *((str(row.number), stage_text(row)) for row in stages),
                (DRAFT, _("Draft as it stands")),
            ],
            before=before,
            after=after,
            before_title=stage_text(old) if old else _("Draft as it stands"),
            after_title=stage_text(new) if new else _("Draft as it stands"),
            facts=_facts_compared(first, second),
            rows=rows,
            changes=sum(bool(row["kinds"]) for row in rows),
        )

    def paper_view(self, request: HttpRequest, pk: int, which: str) -> HttpResponse:
        agenda = self._agenda_for(request, pk, to_change=False)
        row, snapshot = self._named(agenda, which)
        language, ending = request.GET.get("language", ""), request.GET.get("format", "pdf")
        if language not in dict(settings.CONTENT_LANGUAGES) or ending not in FORMATS:
            raise Http404
        issue = _issue(row, snapshot)
        paper = paper_of(issue, language, with_annotations="annotations" in request.GET or issue.is_annotated)
        content_type, written = FORMATS[ending]
        name = _file_name(agenda, row, language, ending)
        return HttpResponse(
            written(paper),
            content_type=content_type,
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _named(self, agenda: Agenda, which: str) -> tuple[AgendaStage | None, Any]:
        found = stage_named(agenda, which)
        if found is None:
            raise Http404
        return found


def _issue(row: AgendaStage | None, snapshot: Any) -> Issue:
    if row is None:
        return Issue(snapshot, timezone.localdate())
    return Issue(snapshot, timezone.localtime(row.recorded_at).date(), row.stage, row.reissue)


def _file_name(agenda: Agenda, row: AgendaStage | None, language: str, ending: str) -> str:
    meeting = agenda.meeting
    stage = f"{row.number}-{row.code.replace(' ', '-')}" if row else f"draft-{timezone.localdate():%Y-%m-%d}"
    return f"agenda-{meeting.track.slug}-{meeting.ordinal or meeting.pk}-{stage}-{language}.{ending}"


def _facts_compared(before: Any, after: Any) -> list[dict[str, str]]:
    """What differs between two snapshots beside their items: the meeting's date and place, the session."""
    language = content_language(get_language())
    pairs = [
        (_("When"), _when(before), _when(after)),
        (_("Place"), before["place"], after["place"]),
        (_("Minutes of sitting"), str(before["session_minutes"] or ""), str(after["session_minutes"] or "")),
        (_("Meeting"), before["meeting"].get(language, ""), after["meeting"].get(language, "")),
    ]
    return [{"label": label, "before": old, "after": new} for label, old, new in pairs if old != new]


def _when(snapshot: Any) -> str:
    span = span_of(snapshot)
    return " · ".join(filter(None, [when_text(span), hours_text(span)]))
