"""Deadline templates: the lines that a track's new meetings take."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rotation.as_shown_forms import AsShownInline
from rotation.history_admin import KeptAdmin
from rotation.inputs import PlainInputs, TableInline

from ...models import DeadlineTemplate, LevelTemplate, TemplateLine

# More than a row of a table has room for, so each rule is a block of its own.
RULE_ROWS = [
    "titles",
    "offset_days",
    "close_at",
    "roll",
    "addressee",
    "calendars",
    "min_notice_days",
    "chain_place",
    "purpose",
]


class LineInline(AsShownInline, PlainInputs, admin.StackedInline):
    model = TemplateLine
    extra = 0
    fields = [*RULE_ROWS, "key", "source"]


class LevelInline(TableInline):
    model = LevelTemplate
    fields = ["level"]


@admin.register(DeadlineTemplate)
class DeadlineTemplateAdmin(KeptAdmin):
    """A changed line touches new meetings only: a meeting keeps the lines that it took."""

    list_display = ["name", "line_count", "short_notice", "note"]
    list_select_related = ["short_notice"]
    search_fields = ["name", "note"]
    fields = ["name", "note", "short_notice", "reason"]
    inlines = [LineInline, LevelInline]
    history_parts = [(TemplateLine, "template"), (LevelTemplate, "template")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeadlineTemplate]:
        return super().get_queryset(request).annotate(lines_counted=Count("lines"))

    @admin.display(description=_("lines"), ordering="lines_counted")
    def line_count(self, template: Any) -> int:
        return template.lines_counted
