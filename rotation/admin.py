"""The mechanism on the desk: its states, its order, the turns that follow from it."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .deciding import end_text
from .decision_pages import DecisionPages
from .decision_words import decision_text
from .forms import state_names
from .held import contradictions, held_turns_stay
from .history_admin import KeptAdmin, ReadOnlyAdmin
from .inputs import TableInline
from .models import Mechanism, Membership, RotationDecision, Side, State, Summit
from .projection import PROJECTED_UNTIL, decision_of, outlook, stored
from .rule import standing
from .state_form import StateForm, words_of
from .turn_tables import turn_shown
from .what_if_pages import WhatIfPages


@admin.register(State)
class StateAdmin(KeptAdmin):
    form = StateForm
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

    def save_model(self, request: HttpRequest, obj: State, form: StateForm, change: bool) -> None:
        with held_turns_stay():
            super().save_model(request, obj, form, change)
        for turn in form.moved[:1]:
            sentence = gettext(
                "The alphabetical order of “%(mechanism)s” follows the new name: from %(period)s on, which was the "
                "turn of %(before)s and is now that of %(after)s. Look at its turns."
            )
            messages.warning(request, sentence % words_of(turn, obj, obj.names))

    @admin.display(description=_("name"))
    def name(self, state: State) -> str:
        return str(state)


class SettledRule:
    """The rule by which turns were held is settled: from then on it is bent by decisions, not edited."""

    settled_fields: list[str] = []

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return self.settled_fields if _is_settled(obj) else []


class SideInline(SettledRule, TableInline):
    model = Side
    fields = ["position", "names", "order", "locale"]
    settled_fields = ["position", "order", "locale"]
    show_change_link = True

    def has_add_permission(self, request: HttpRequest, obj: Mechanism | None = None) -> bool:
        return not _is_settled(obj) and super().has_add_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Mechanism | None = None) -> bool:
        return not _is_settled(obj) and super().has_delete_permission(request, obj)


class MembershipInline(TableInline):
    model = Membership
    fields = ["position", "state", "from_period", "until_period"]

    def has_add_permission(self, request: HttpRequest, obj: Side | None = None) -> bool:
        return not _is_settled(obj) and super().has_add_permission(request, obj)

    has_delete_permission = has_change_permission = has_add_permission


def _is_settled(row: Mechanism | Side | None) -> bool:
    mechanism = row.mechanism if isinstance(row, Side) else row
    return mechanism is not None and mechanism.summits.filter(status=Summit.Status.HELD).exists()


@admin.register(Mechanism)
class MechanismAdmin(WhatIfPages, DecisionPages, SettledRule, KeptAdmin):
    list_display = ["name", "basis", "first_period", "step_months", "first_holder"]
    list_select_related = ["first_holder"]
    search_fields = ["slug", "names"]
    inlines = [SideInline]
    history_parts = [(Side, "mechanism"), (Summit, "mechanism")]
    change_form_template = "admin/rotation/mechanism/change_form.html"
    settled_fields = ["slug", "first_period", "step_months", "first_holder"]

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
        context = mechanism_shown(mechanism, _known_on(request)) if mechanism else {}
        context["is_settled"] = _is_settled(mechanism)
        context["can_decide"] = request.user.has_perm("rotation.add_rotationdecision")
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})


def _known_on(request: HttpRequest) -> date | None:
    """The day of `?known_on=`; a text that is no day is said and left out."""
    text = request.GET.get("known_on", "")
    try:
        day = parse_date(text) if text else None
    except ValueError:
        day = None
    if text and day is None:
        messages.warning(
            request, gettext("“%(text)s” is no day; the turns are shown as of today.") % {"text": text}
        )
    return day


def mechanism_shown(mechanism: Mechanism, known_on: date | None) -> dict[str, Any]:
    """The turns as known on a day (None: today), and the decisions behind them, newest first."""
    names = state_names()
    found = outlook(stored(mechanism), PROJECTED_UNTIL, known_on=known_on)
    rows = mechanism.decisions.select_related("member", "side", "revokes", "recorded_by")
    decisions = [decision_of(row) for row in rows]
    standing_places = {place for place, _decision in standing(decisions)}
    return {
        "turns": [turn_shown(turn, names) for turn in found.turns],
        "turns_end": end_text(found, names),
        "contradictions": [] if known_on else contradictions(mechanism, found.turns, names),
        "decisions": [
            {"row": row, "says": decision_text(decision, names, gettext), "stands": place in standing_places}
            for place, (row, decision) in enumerate(zip(rows, decisions, strict=True))
        ][::-1],
        "known_on": known_on,
        "projected_until": PROJECTED_UNTIL,
    }


@admin.register(RotationDecision)
class RotationDecisionAdmin(ReadOnlyAdmin):
    list_display = ["says", "decided_on", "basis", "mechanism", "recorded_by", "recorded_at"]
    list_select_related = ["mechanism", "member", "side", "after", "revokes", "recorded_by"]
    list_filter = ["kind"]
    date_hierarchy = "decided_on"
    search_fields = ["basis", "note", "period"]
    ordering = ["mechanism", "-number"]

    @admin.display(description=_("decision"), ordering="number")
    def says(self, row: RotationDecision) -> str:
        names = {state.code: str(state) for state in (row.member, row.after) if state}
        return f"{row.number}. {decision_text(decision_of(row), names, gettext)}"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("rotation.add_rotationdecision")

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Decisions are recorded from their mechanism's page, where what they change is shown."""
        mechanisms = list(Mechanism.objects.values_list("pk", flat=True)[:2])
        if len(mechanisms) == 1:
            return HttpResponseRedirect(reverse("admin:rotation_mechanism_decide", args=mechanisms))
        messages.info(request, gettext("Choose the mechanism that the decision is about."))
        return HttpResponseRedirect(reverse("admin:rotation_mechanism_changelist"))


@admin.register(Side)
class SideAdmin(SettledRule, KeptAdmin):
    list_display = ["name", "mechanism", "position", "order"]
    list_select_related = ["mechanism"]
    search_fields = ["names"]
    inlines = [MembershipInline]
    settled_fields = ["mechanism", "position", "order", "locale"]
    history_parts = [(Membership, "side")]

    @admin.display(description=_("name"), ordering="position")
    def name(self, side: Side) -> str:
        return str(side)


@admin.register(Summit)
class SummitAdmin(KeptAdmin):
    """Summits come from announcing, holding and the record; by hand only their source is corrected."""

    list_display = ["period", "ordinal", "host", "status", "mechanism"]
    list_display_links = ["period"]
    list_filter = ["status", ("host", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["host", "mechanism"]
    search_fields = ["period", "source", "=host__code", "host__names"]
    readonly_fields = ["mechanism", "ordinal", "period", "host", "status"]
    fields = [*readonly_fields, "source", "reason"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Summit]:
        return super().get_queryset(request).order_by("-ordinal")
