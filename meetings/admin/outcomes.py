"""Outcomes on the desk: what was agreed, how far it has come, and which states took each step."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.concurrency import seal
from rotation.forms import state_names
from rotation.history_admin import KeptAdmin
from rotation.inputs import PastDay
from rotation.lists import listed
from rotation.stale_pages import is_confirmed, is_stale, seen_by, shown_anew

from ..authorship import authored
from ..models import Document, Outcome, OutcomePosition, OutcomeStep
from ..outcomes.acts import OutcomeRefused, plan_step, record_step, revoke_step, states_of
from ..outcomes.stages import Stage, Step, next_stages, stage_of
from ..papers.naming import is_hidden, symbol_of
from .act_pages import ActPages, add_refusal, require
from .papers.forms import WithdrawForm

TAKES = "took"
APART = "apart"


class StepForm(forms.Form):
    """A stage, its day and source, and for each state whether it took the step."""

    stage = forms.ChoiceField(label=gettext_lazy("Stage"))
    on = PastDay(
        label=gettext_lazy("On"), required=False, help_text=gettext_lazy("Empty where the day is not known.")
    )
    basis = forms.CharField(
        label=gettext_lazy("Source"),
        max_length=500,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("The paper, note or page in which it stands."),
    )

    def __init__(self, *args: Any, stages: Any, states: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = dict(Outcome.Reached.choices)
        self.fields["stage"].choices = [(stage.value, labels[stage.value]) for stage in stages]
        self.states = states
        choices = [(TAKES, _("took this step")), (APART, _("took part, did not")), ("", _("not known"))]
        for code, name in states.items():
            self.fields[f"state_{code}"] = forms.ChoiceField(
                label=name, choices=choices, required=False, initial=TAKES, widget=forms.RadioSelect
            )
            self.fields[f"spoke_{code}"] = forms.CharField(
                label=_("represented by"),
                required=False,
                max_length=200,
                help_text=_("Only where another than its own head spoke for it, such as its ambassador."),
            )

    def chosen(self, what: str) -> list[str]:
        return [code for code in self.states if self.cleaned_data[f"state_{code}"] == what]

    @property
    def spoke(self) -> dict[str, str]:
        said = {code: self.cleaned_data[f"spoke_{code}"] for code in self.states}
        return {code: text for code, text in said.items() if text}

    @property
    def own_fields(self) -> list[Any]:
        return [self[name] for name in ("stage", "on", "basis")]

    @property
    def state_fields(self) -> list[tuple[str, Any, Any]]:
        return [(name, self[f"state_{code}"], self[f"spoke_{code}"]) for code, name in self.states.items()]


@admin.register(Outcome)
class OutcomeAdmin(ActPages, KeptAdmin):
    change_form_template = "admin/meetings/outcome/change_form.html"
    list_display = ["title", "kind", "stage_chip", "by_whom", "meeting"]
    list_filter = ["kind", "stage", ("meeting__track", admin.RelatedOnlyFieldListFilter)]
    search_fields = ["title", "meeting__track__names"]  # and by the symbol of its paper: see `found`
    autocomplete_fields = ["meeting", "document"]
    fields = ["meeting", "position", "title", "kind", "document", "reason"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/step/", view(self.step_view), name="meetings_outcome_step"),
            path("step/<int:pk>/revoke/", view(self.revoke_view), name="meetings_outcome_revoke"),
            *super().get_urls(),
        ]

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

    @shown_anew
    def step_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "meetings.change_outcome")
        outcome = self.get_queryset(request).filter(pk=pk).first()
        if outcome is None:
            raise Http404
        codes = {state.code for state in states_of(outcome)}
        names = {code: name for code, name in state_names().items() if code in codes}
        stages = next_stages(stage_of(outcome.step_values))
        if not stages:
            messages.error(request, _("This outcome has reached its last stage."))
            return _to(pk)
        form = StepForm(request.POST or None, stages=stages, states=names)
        plan = None
        if form.is_valid():
            stage, on = Stage(form.cleaned_data["stage"]), form.cleaned_data["on"]
            took, apart = form.chosen(TAKES), form.chosen(APART)
            try:
                plan = plan_step(outcome, Step(stage, on, tuple(took)), (*took, *apart))
                if is_confirmed(request):
                    with seen_by(request):
                        record_step(
                            pk,
                            stage=stage,
                            on=on,
                            basis=form.cleaned_data["basis"],
                            actor=request.user,
                            states=took,
                            apart=apart,
                            represented_by=form.spoke,
                        )
                    messages.success(request, _("The stage was recorded."))
                    return _to(pk)
            except OutcomeRefused as refusal:
                plan = None
                add_refusal(form, refusal.field, str(refusal))
        return self.act_page(
            request,
            "admin/meetings/outcome/step.html",
            form=form,
            title=_("Record a stage"),
            subtitle=str(outcome),
            back=reverse("admin:meetings_outcome_change", args=[pk]),
            plan=plan and _plan_shown(plan, names),
            seen=plan and seal(outcome, plan),
        )

    @shown_anew
    def revoke_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "meetings.change_outcome")
        step = OutcomeStep.objects.select_related("outcome").filter(pk=pk).first()
        if step is None:
            raise Http404
        form = WithdrawForm(request.POST or None)
        if form.is_valid() and not is_stale(request):
            try:
                with seen_by(request):
                    revoke_step(pk, actor=request.user, reason=form.cleaned_data["reason"])
                messages.success(request, _("The stage was taken back; both records stay."))
                return _to(step.outcome_id)
            except OutcomeRefused as refusal:
                add_refusal(form, refusal.field, str(refusal))
        return self.act_page(
            request,
            "admin/meetings/outcome/revoke.html",
            form=form,
            title=_("Take a stage back"),
            subtitle=str(step.outcome),
            back=reverse("admin:meetings_outcome_change", args=[step.outcome_id]),
            step=step,
            seen=seal(step.outcome, step),
            confirm=_("Take it back"),
        )

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
        bound = listed(steps[-1].states)
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


def _plan_shown(plan: Any, names: dict[str, str]) -> dict[str, Any]:
    labels = dict(Outcome.Reached.choices)
    return {
        "before": labels[plan.before.value] if plan.before else "",
        "after": labels[plan.after.value],
        "took": [name for code, name in names.items() if code in plan.bound],
        "apart": [name for code, name in names.items() if code in plan.apart],
    }


def _to(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:meetings_outcome_change", args=[pk]))
