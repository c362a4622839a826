"""Taking the deadlines of a template to a meeting that has none, or others: choose, see what falls due, confirm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy, ngettext

from rotation.act_view import Asked

from ...deadlines.taking import plan_taking, take_deadlines_from
from ...models import DeadlineTemplate
from ...saving import template_of
from ...schedule.moves import MovePlan
from .move_pages import DatedAct, plan_shown


class TakingForm(forms.Form):
    template = forms.ModelChoiceField(
        DeadlineTemplate.objects.all(), label=gettext_lazy("Take deadlines from"), empty_label=None
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history."),
    )


class Take(DatedAct):
    slug, path, form = "take", "<int:pk>/take-deadlines/", TakingForm
    title = gettext_lazy("Take deadlines from a template")
    confirm = gettext_lazy("Take these deadlines now")

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return TakingForm(data, initial={"template": template_of(asked.subject.track)})

    def foresee(self, asked: Asked) -> Any:
        return plan_taking(asked.subject, asked.values["template"])

    def shown(self, asked: Asked) -> dict[str, Any]:
        span, changes = asked.subject.span, asked.plan
        return {
            "meeting": asked.subject,
            "is_taking": True,
            "plan": changes and plan_shown(MovePlan(span, span, changes)),
        }

    def act(self, asked: Asked) -> Any:
        key, reason = asked.values["template"].pk, asked.values["reason"]
        return take_deadlines_from(asked.subject.pk, key, actor=asked.actor, reason=reason)

    def said(self, asked: Asked, result: Any) -> str:
        count = len(result)
        return ngettext("%(count)d date was derived", "%(count)d dates were derived", count) % {
            "count": count
        }
