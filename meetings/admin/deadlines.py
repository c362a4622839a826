"""Deadline templates: the lines that a track's new meetings take."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rotation.history_admin import KeptAdmin
from rotation.inputs import TableInline

from ..models import DeadlineTemplate, TemplateLine


class LineInline(TableInline):
    model = TemplateLine
    fields = ["position", "titles", "offset_days", "close_at", "roll", "addressee"]


@admin.register(DeadlineTemplate)
class DeadlineTemplateAdmin(KeptAdmin):
    """A changed line touches new meetings only: a meeting keeps the lines that it took."""

    list_display = ["name", "line_count", "note"]
    search_fields = ["name", "note"]
    inlines = [LineInline]
    history_parts = [(TemplateLine, "template")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadlineTemplate]:
        return super().get_queryset(request).annotate(lines_counted=Count("lines"))

    @admin.display(description=_("lines"), ordering="lines_counted")
    def line_count(self, template: Any) -> int:
        return template.lines_counted
