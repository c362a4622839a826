"""What is recorded of an outcome: the stage that it reached, and one taken back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import Act, Asked, changed
from rotation.forms import state_names
from rotation.inputs import PastDay

from ..models import Outcome, OutcomeStep
from ..outcomes.acts import OutcomeRefused, StepPlan, plan_step, record_step, revoke_step, states_of
from ..outcomes.stages import Stage, Step, next_stages, stage_of
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


class RecordStage(Act):
    slug, form = "step", StepForm
    title, confirm = gettext_lazy("Record a stage"), gettext_lazy("Record the stage")
    done = gettext_lazy("The stage was recorded.")
    show = gettext_lazy("Show what this records")
    template = "admin/meetings/outcome/step.html"
    foreseen = "form"

    def check(self, asked: Asked) -> None:
        if not next_stages(stage_of(asked.subject.step_values)):
            raise OutcomeRefused("last_stage")

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        stages = next_stages(stage_of(asked.subject.step_values))
        return StepForm(data, stages=stages, states=_names(asked.subject))

    def foresee(self, asked: Asked) -> StepPlan:
        took, apart = asked.form.chosen(TAKES), asked.form.chosen(APART)
        step = Step(Stage(asked.values["stage"]), asked.values["on"], tuple(took))
        return plan_step(asked.subject, step, (*took, *apart))

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"plan": asked.plan and _plan_shown(asked.plan, _names(asked.subject))}

    def act(self, asked: Asked) -> Any:
        values, form = asked.values, asked.form
        return record_step(
            asked.subject.pk,
            stage=Stage(values["stage"]),
            on=values["on"],
            basis=values["basis"],
            actor=asked.actor,
            states=form.chosen(TAKES),
            apart=form.chosen(APART),
            represented_by=form.spoke,
        )


class TakeBack(Act):
    slug, path, form = "revoke", "step/<int:pk>/revoke/", WithdrawForm
    title, confirm = gettext_lazy("Take a stage back"), gettext_lazy("Take it back")
    done = gettext_lazy("The stage was taken back; both records stay.")
    template = "admin/meetings/outcome/revoke.html"

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> OutcomeStep | None:
        return OutcomeStep.objects.select_related("outcome").filter(pk=pk).first()

    def subtitle(self, asked: Asked) -> str:
        return str(asked.subject.outcome)

    def back(self, asked: Asked) -> str:
        return changed(asked.subject.outcome)

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return asked.subject.outcome, asked.subject

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"step": asked.subject}

    def act(self, asked: Asked) -> Any:
        return revoke_step(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


def _names(outcome: Outcome) -> dict[str, str]:
    """The states that could take a step, in the order of all."""
    codes = {state.code for state in states_of(outcome)}
    return {code: name for code, name in state_names().items() if code in codes}


def _plan_shown(plan: Any, names: dict[str, str]) -> dict[str, Any]:
    labels = dict(Outcome.Reached.choices)
    return {
        "before": labels[plan.before.value] if plan.before else "",
        "after": labels[plan.after.value],
        "took": [name for code, name in names.items() if code in plan.bound],
        "apart": [name for code, name in names.items() if code in plan.apart],
    }
