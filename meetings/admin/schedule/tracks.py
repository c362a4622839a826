"""Tracks, and who answers for them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from rotation.forms import state_names
from rotation.history_admin import KeptAdmin
from rotation.inputs import TableInline
from rotation.turn_tables import STATUSES as TURN_STATUSES

from ...hosts.of_tracks import coming_hosts
from ...hosts.rules import Hosting, reason_sentence
from ...models import HostOffer, Meeting, PreparatoryStep, Responsibility, Track
from ...saving import remove_responsibility, save_party

HOSTS_UNTIL = 2035
STATUSES = TURN_STATUSES | {
    "agreed": _("agreed"),
    "offered": _("offered"),
    "fixed": _("fixed"),
    "open": pgettext_lazy("of a host", "open"),
}


class ResponsibilityInline(TableInline):
    model = Responsibility
    fields = ["ministry", "valid_from", "valid_until"]
    autocomplete_fields = ["ministry"]


class PreparatoryStepInline(TableInline):
    model = PreparatoryStep
    fk_name = "track"
    fields = ["prepared_by", "lead_days", "duration_days", "format", "basis"]
    autocomplete_fields = ["prepared_by"]
    verbose_name_plural = _("Preparatory chain: what meets before, and how long before")


class HostOfferInline(TableInline):
    model = HostOffer
    fields = ["state", "year", "status", "offered_on", "basis"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HostOffer]:
        return super().get_queryset(request).select_related("state")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        field.choices = list(field.choices)  # read once, not once a row
        return field

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # an offer that no longer stands is marked as withdrawn


@admin.register(Track)
class TrackAdmin(KeptAdmin):
    change_form_template = "admin/meetings/track/change_form.html"
    list_display = ["name", "level", "cadence", "host_rule", "deadline_template", "meeting_count"]
    list_filter = ["level", "host_rule", "deadline_template"]
    list_select_related = ["deadline_template"]
    search_fields = ["slug", "names", "basis"]
    inlines = [PreparatoryStepInline, HostOfferInline, ResponsibilityInline]
    history_parts = [(PreparatoryStep, "track"), (Responsibility, "track"), (HostOffer, "track")]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Track]:
        return super().get_queryset(request).annotate(meetings_counted=Count("meetings"))

    def get_readonly_fields(self, request: HttpRequest, obj: Track | None = None) -> list[str]:
        return ["slug"] if obj else []

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Who answers, and who does no longer, is announced, so that reminders follow."""
        if formset.model is not Responsibility:
            super().save_formset(request, form, formset, change)
            return
        for row in formset.save(commit=False):
            save_party(row, actor=request.user)
        for row in formset.deleted_objects:
            remove_responsibility(row, actor=request.user)
        formset.save_m2m()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        track = kwargs.get("obj")
        if track is not None:
            context |= {"hostings": hostings_shown(request, track), "hosts_until": HOSTS_UNTIL}
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("name"), ordering="position")
    def name(self, track: Track) -> str:
        return str(track)

    @admin.display(description=_("cadence"), ordering="cadence_months")
    def cadence(self, track: Track) -> str:
        if track.cadence_months is None:
            return track.cadence_note
        return ngettext("every month", "every %(count)d months", track.cadence_months) % {
            "count": track.cadence_months
        }

    @admin.display(description=_("meetings"), ordering="meetings_counted")
    def meeting_count(self, track: Track) -> int:
        return track.meetings_counted


def hostings_shown(request: HttpRequest, track: Track) -> list[dict[str, Any]]:
    """The next hosts of a track in words, each with its meeting or the page that makes one; few queries."""
    names = state_names()
    planned = _planned(track)
    past = _held_by_offer(track, planned, names)
    return past + [
        {
            "hosting": hosting,
            "host": names.get(hosting.host, hosting.host) if hosting.host else "",
            "status": STATUSES[hosting.status],
            "reasons": [reason_sentence(reason, gettext) for reason in hosting.reasons],
            **(_link_to(planned.get(hosting.period)) or _next_step(request, track, hosting)),
        }
        for hosting in coming_hosts(track, timezone.localdate(), HOSTS_UNTIL)
    ]


def _held_by_offer(track: Track, planned: dict[str, Meeting], names: dict[str, str]) -> list[dict[str, Any]]:
    """Who hosted so far, where no rule but an offer says it: those who think of offering look at that first."""
    if track.host_rule != Track.HostRule.BY_OFFER:
        return []
    held = [(year, row) for year, row in sorted(planned.items()) if row.status == Meeting.Status.HELD]
    return [
        {
            "hosting": Hosting(row.host_id, year, "held", ()),
            "host": names.get(row.host_id, row.host_id) if row.host_id else "",
            "status": STATUSES["held"],
            "reasons": [gettext("The meeting was held — %(source)s") % {"source": row.source or row}],
            **_link_to(row),
        }
        for year, row in held
    ]


def _planned(track: Track) -> dict[str, Meeting]:
    """The meetings that stand by the period that they are the one meeting of: that of their turn, or their year."""
    rows = track.meetings.exclude(status=Meeting.Status.CANCELLED).select_related("summit", "track")
    if track.rotation_id is not None:
        return {row.summit.period: row for row in rows if row.summit}
    if track.host_rule == Track.HostRule.BY_OFFER:
        return {str(row.first_on.year): row for row in rows if row.first_on}
    return {}


def _link_to(meeting: Meeting | None) -> dict[str, str]:
    if meeting is None:
        return {}
    return {"url": reverse("admin:meetings_meeting_change", args=[meeting.pk]), "link": str(meeting)}


def _next_step(request: HttpRequest, track: Track, hosting: Hosting) -> dict[str, str]:
    """A turn is announced, another meeting is added; neither where nobody is known."""
    if not request.user.has_perm("meetings.add_meeting") or not hosting.host:
        return {}
    if track.rotation_id is not None:
        if hosting.status == "held" or not request.user.has_perm("rotation.add_rotationdecision"):
            return {}
        url = reverse("admin:meetings_summit_announce", args=[track.rotation_id, hosting.period])
        return {"url": url, "link": gettext("Announce…")}
    query = f"?track={track.pk}"
    if hosting.period:
        query += f"&precision=year&first_on={hosting.period[:4]}-01-01"
    return {"url": reverse("admin:meetings_meeting_add") + query, "link": gettext("New meeting…")}
