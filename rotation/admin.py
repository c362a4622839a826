"""The mechanism on the desk: its states, its order, the turns that follow from it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .history_admin import HistoryAdmin, KeptAdmin
from .inputs import TableInline
from .models import Mechanism, Membership, Side, State, Summit
from .projection import turns_until
from .reasons import reason_text

PROJECTED_UNTIL = "2045"


@admin.register(State)
class StateAdmin(KeptAdmin):
    list_display = ["code", "name", "capital", "zone"]
    list_display_links = ["code", "name"]
    search_fields = ["code", "names", "capital"]
    fieldsets = [
        (None, {"fields": ["code", "alpha3", "names", "formal_names", "capital"]}),
        (_("Time and work"), {"fields": ["zone", "weekend", "languages"]}),
        (None, {"fields": ["reason"]}),
    ]

    def get_readonly_fields(self, request: HttpRequest, obj: State | None = None) -> list[str]:
        # The code is the key: another code would be another state.
        return ["code"] if obj else []

    @admin.display(description=_("name"))
    def name(self, state: State) -> str:
        return str(state)


class SideInline(TableInline):
    model = Side
    fields = ["position", "names", "order", "locale"]
    show_change_link = True


class MembershipInline(TableInline):
    model = Membership
    fields = ["position", "state", "from_period", "until_period"]


@admin.register(Mechanism)
class MechanismAdmin(KeptAdmin):
    list_display = ["name", "basis", "first_period", "step_months", "first_holder"]
    list_select_related = ["first_holder"]
    search_fields = ["slug", "names"]
    inlines = [SideInline]
    history_parts = [(Side, "mechanism"), (Summit, "mechanism")]
    change_form_template = "admin/rotation/mechanism/change_form.html"

    @admin.display(description=_("name"), ordering="slug")
    def name(self, mechanism: Mechanism) -> str:
        return str(mechanism)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        mechanism = self.get_object(request, object_id)
        turns = turns_shown(mechanism) if mechanism else []
        context = {"turns": turns, "projected_until": PROJECTED_UNTIL, **(extra_context or {})}
        return super().change_view(request, object_id, form_url, context)


def turns_shown(mechanism: Mechanism) -> list[dict[str, Any]]:
    """The turns with their holders' names and reasons, as the page shows them."""
    names = {state.code: str(state) for state in State.objects.all()}
    return [
        {
            "turn": turn,
            "holder": names.get(turn.holder, turn.holder),
            "reasons": [reason_text(why, gettext) for why in turn.why],
        }
        for turn in turns_until(mechanism, PROJECTED_UNTIL)
    ]


@admin.register(Side)
class SideAdmin(KeptAdmin):
    list_display = ["name", "mechanism", "position", "order"]
    list_select_related = ["mechanism"]
    search_fields = ["names"]
    inlines = [MembershipInline]
    history_parts = [(Membership, "side")]

    @admin.display(description=_("name"), ordering="position")
    def name(self, side: Side) -> str:
        return str(side)


@admin.register(Summit)
class SummitAdmin(HistoryAdmin):
    list_display = ["period", "ordinal", "host", "status", "mechanism"]
    list_display_links = ["period"]
    list_filter = ["status", ("host", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["host", "mechanism"]
    search_fields = ["period", "source", "host__names"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Summit]:
        return super().get_queryset(request).order_by("-ordinal")

    def has_delete_permission(self, request: HttpRequest, obj: Summit | None = None) -> bool:
        return (obj is None or obj.status != Summit.Status.HELD) and super().has_delete_permission(
            request, obj
        )
