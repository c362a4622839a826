"""Outcomes on the desk: what was agreed, how far it has come, and which states took each step."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import ActsAdmin
from rotation.forms import state_names
from rotation.history_admin import KeptAdmin
from rotation.lists import listed

from ..authorship import authored
from ..models import Document, Outcome, OutcomePosition, OutcomeStep
from ..outcomes.stages import next_stages, stage_of
from ..papers.naming import is_hidden, symbol_of
from .outcome_acts import RecordStage, TakeBack


@admin.register(Outcome)
class OutcomeAdmin(ActsAdmin, KeptAdmin):
    acts = [RecordStage(), TakeBack()]
    change_form_template = "admin/meetings/outcome/change_form.html"
    list_display = ["title", "kind", "stage_chip", "by_whom", "meeting"]
    list_filter = ["kind", "stage", ("meeting__track", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["title", "meeting__track__names"]  # and by the symbol of its paper: see `found`
    autocomplete_fields = ["meeting", "document"]
    fields = ["meeting", "position", "title", "kind", "document", "reason"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).with_steps()

    def get_fields(self, request: HttpRequest, obj: Outcome | None = None) -> list[str]:
        return ["paper_named" if name in self._hidden(obj) else name for name in self.fields]

    def get_readonly_fields(self, request: HttpRequest, obj: Outcome | None = None) -> list[str]:
        return ["meeting", *(["paper_named"] if self._hidden(obj) else [])] if obj else []

    def _hidden(self, obj: Outcome | None) -> list[str]:
        """What of an outcome is not for who reads: they keep it as it is when they save the rest."""
        return ["document"] if obj and obj.document and is_hidden(obj.document) else []

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "document":
            kwargs["queryset"] = Document.objects.named_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def found(self, request: HttpRequest, fields: list[str], word: str) -> Q:
        known = Document.objects.named_to(request.user).filter(symbol__text__finds=word)
        return super().found(request, fields, word) | Q(document__in=known)

    def save_model(self, request: HttpRequest, obj: Outcome, form: Any, change: bool) -> None:
        with authored(request.user, form.cleaned_data.get("reason", "")):
            super().save_model(request, obj, form, change)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        outcome = kwargs.get("obj")
        if outcome is not None:
            context |= outcome_shown(outcome)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("paper"))
    def paper_named(self, outcome: Outcome) -> str:
        return str(outcome.document)

    @admin.display(description=gettext_lazy("stage"), ordering="stage")
    def stage_chip(self, outcome: Outcome) -> str:
        if not outcome.stage:
            return ""
        return format_html(
            '<span class="chip chip-{}">{}</span>', slugify(outcome.stage), outcome.get_stage_display()
        )

    @admin.display(description=gettext_lazy("by whom"))
    def by_whom(self, outcome: Outcome) -> str:
        steps = outcome.standing_steps
        if not steps or not steps[-1].states:
            return ""
        positions = list(steps[-1].positions.all())
        bound = listed(row.state_id for row in positions if row.is_bound)  # in the order of protocol
        if all(row.is_bound for row in positions):
            return bound
        return _("%(count)d of %(total)d: %(states)s") % {
            "count": len(steps[-1].states),
            "total": len(positions),
            "states": bound,
        }


def outcome_shown(outcome: Outcome) -> dict[str, Any]:
    """The steps of an outcome, the last first, each with the positions of the states."""
    names = state_names()
    rows = list(outcome.steps.all())
    revoked = {row.revokes_id: row for row in rows if row.revokes_id}
    standing = outcome.standing_steps
    # What was adopted by silence has the symbol of its paper as its source.
    papers = Document.objects.filter(symbol__in=[row.basis for row in rows]) if rows else ()
    bases = {paper.symbol_id: symbol_of(paper) for paper in papers}
    return {
        "steps": [
            {
                "row": row,
                "basis": bases.get(row.basis, row.basis),
                "revoked_by": revoked.get(row.pk),
                "is_last": bool(standing) and row.pk == standing[-1].pk,
                "took": _named(row, names, is_bound=True),
                "apart": _named(row, names, is_bound=False),
            }
            for row in reversed(rows)
            if row.revokes_id is None
        ],
        "can_step": bool(next_stages(stage_of(outcome.step_values))),
    }


def _named(step: OutcomeStep, names: dict[str, str], *, is_bound: bool) -> list[str]:
    """The states that took the step, or stood apart, in the order of `names`."""
    positions = {each.state_id: each for each in step.positions.all() if each.is_bound is is_bound}
    return [_name(positions[code], name) for code, name in names.items() if code in positions]


def _name(position: OutcomePosition, name: str) -> str:
    if not position.represented_by:
        return name
    return _("%(state)s (represented by %(whom)s)") % {"state": name, "whom": position.represented_by}
