"""Tracks, who answers for them, and the seats of a committee."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rotation.history_admin import HistoryAdmin, KeptAdmin
from rotation.inputs import TableInline

from ..models import Responsibility, Seat, Track
from ..saving import save_party


class ResponsibilityInline(TableInline):
    model = Responsibility
    autocomplete_fields = ["ministry"]


@admin.register(Track)
class TrackAdmin(KeptAdmin):
    list_display = ["name", "level", "host_rule", "deadline_template", "meeting_count"]
    list_filter = ["level", "host_rule", "deadline_template"]
    list_select_related = ["deadline_template"]
    search_fields = ["slug", "names", "basis"]
    inlines = [ResponsibilityInline]
    history_parts = [(Responsibility, "track")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        return super().get_queryset(request).annotate(meetings_counted=Count("meetings"))

    def get_readonly_fields(self, request: HttpRequest, obj: Track | None = None) -> list[str]:
        return ["slug"] if obj else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Who answers is announced, so that reminders follow; removals go through the ministry's own row."""
        for row in formset.save(commit=False):
            save_party(row, actor=request.user)
        for row in formset.deleted_objects:
            ministry = row.ministry
            row.delete()
            save_party(ministry, actor=request.user)
        formset.save_m2m()

    @admin.display(description=_("name"), ordering="position")
    def name(self, track: Track) -> str:
        return str(track)

    @admin.display(description=_("meetings"), ordering="meetings_counted")
    def meeting_count(self, track: Track) -> int:
        return track.meetings_counted


@admin.register(Seat)
class SeatAdmin(HistoryAdmin):
    list_display = ["organisation", "role", "track"]
    list_filter = [("organisation__state", admin.RelatedOnlyFieldListFilter), "role"]
    list_select_related = ["organisation", "track"]
    autocomplete_fields = ["organisation", "track"]
    search_fields = ["organisation__names", "role"]
