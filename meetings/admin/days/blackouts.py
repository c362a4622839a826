"""Days that are better kept free, with their source."""

from __future__ import annotations

from django.contrib import admin

from rotation.history_admin import HistoryAdmin

from ...models import Blackout


@admin.register(Blackout)
class BlackoutAdmin(HistoryAdmin):
    list_display = ["name", "first_on", "last_on", "source"]
    list_filter = ["first_on"]
    search_fields = ["name", "source", "note"]
    date_hierarchy = "first_on"
    fields = ["name", ("first_on", "last_on"), "source", "note", "reason"]
