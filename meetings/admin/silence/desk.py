"""Silence procedures on the desk: what runs, until when on whose clock, and who said what."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import ActsAdmin
from rotation.forms import state_names
from rotation.history_admin import ReadOnlyAdmin
from rotation.lists import listed
from rotation.numbers import number_in

from ...models import Document, SilenceProcedure
from ...silence.rules import Stage, effects
from ..schedule.when import instant_text
from .pages import ACTS
from .words import closing_text, effect_chip, left_text, stage_word, state_rows


class ClosingFilter(admin.SimpleListFilter):
    title = gettext_lazy("time")
    parameter_name = "time"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("7", _("closing in 7 days")), ("broken", _("broken, and nothing followed"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "7":
                return queryset.closing(timezone.now(), days=7)
            case "broken":
                return queryset.without_sequel()
        return queryset


@admin.register(SilenceProcedure)
class SilenceAdmin(ActsAdmin, ReadOnlyAdmin):
    """Read-only rows: silence changes by acts, each with its own page."""

    how_it_begins = gettext_lazy("Silence is opened on the page of an issued paper.")
    acts = ACTS
    change_form_template = "admin/meetings/silenceprocedure/change_form.html"
    list_display = ["document", "status_chip", "closes", "left", "said"]
    list_filter = [ClosingFilter, "status", ("document__track", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["document__symbol__text", "document__searched"]
    fields: list[str] = []

    def get_queryset(self, request: HttpRequest) -> Any:
        visible = Document.objects.visible_to(request.user).values("pk")
        return super().get_queryset(request).filter(document__in=visible).with_acts().annotate(seen_at=Now())

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_queryset(request).filter(pk=number_in(object_id)).first()
        shown = silence_shown(row) if row else {}
        shown["can_act"] = request.user.has_perm("meetings.change_silenceprocedure")
        return super().change_view(request, object_id, form_url, {**shown, **(extra_context or {})})

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def status_chip(self, row: SilenceProcedure) -> str:
        stage = row.standing(row.seen_at).stage if row.status == "open" else Stage(row.status)
        return format_html('<span class="chip chip-{}">{}</span>', slugify(stage), stage_word(stage))

    @admin.display(description=gettext_lazy("closes"), ordering="closing_at")
    def closes(self, row: SilenceProcedure) -> str:
        return closing_text(row.closing)

    @admin.display(description=gettext_lazy("time left"))
    def left(self, row: SilenceProcedure) -> str:
        return left_text(row.closing_at - row.seen_at) if row.status == "open" else ""

    @admin.display(description=gettext_lazy("objections and reserve"))
    def said(self, row: SilenceProcedure) -> str:
        stands = row.standing(row.seen_at)
        parties = [
            party.state_id for party in row.parties.all()
        ]  # in the order of protocol, as the acts are not
        objectors, aside = (
            listed(code for code in parties if code in codes) for codes in (stands.objectors, stands.aside)
        )
        parts = [
            _("objected: %(states)s") % {"states": objectors} if objectors else "",
            _("aside: %(states)s") % {"states": aside} if aside else "",
        ]
        return " · ".join(filter(None, parts))


def silence_shown(row: SilenceProcedure) -> dict[str, Any]:
    """A procedure for its page: the countdown, each state's clock and word, every act with what it did."""
    now = row.seen_at
    stands = row.standing(now)
    names = state_names()
    events = list(row.events.all())
    return {
        "row": row,
        "stage": stands.stage.value,
        "stage_word": stage_word(stands.stage),
        "is_running": stands.is_running,
        "may_stand_aside": stands.stage in (Stage.OPEN, Stage.EXPIRED, Stage.ADOPTED),
        "left": left_text(stands.closing.instant - now) if stands.is_running else "",
        "closing": closing_text(stands.closing),
        "rows": state_rows([party.state for party in row.parties.all()], stands, names),
        "bound": [name for code, name in names.items() if code in stands.bound],
        "is_by_fewer": len(stands.bound) < len(row.party_codes),
        "acts": [
            {
                "event": event,
                "closing": closing_text(event.act.closing) if event.act.closing else "",
                "chip": effect_chip(effect) if event.state_id or event.kind != "adopted" else None,
                "state": names.get(event.state_id, ""),
                "received": instant_text(event.received_at, event.received_zone) if event.received_at else "",
            }
            for event, effect in zip(events, effects(row.acts), strict=True)
        ],
    }
