"""Taking the deadlines of a template to a meeting that has none, or others: choose, see what falls due, confirm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.act_view import Asked

from ...deadlines.taking import plan_taking, take_deadlines_from, untaken
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
    template = "admin/meetings/meeting/take.html"
    slug, path, form = "take", "<int:pk>/take-deadlines/", TakingForm
    title = gettext_lazy("Take deadlines from a template")
    confirm = gettext_lazy("Take these deadlines now")

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return TakingForm(data, initial={"template": template_of(asked.subject.track)})

    def foresee(self, asked: Asked) -> Any:
        return plan_taking(asked.subject, asked.values["template"])

    def shown(self, asked: Asked) -> dict[str, Any]:
        # A meeting without a date takes deadlines of which none falls due yet: an empty plan is one to confirm.
        if asked.plan is None:
            return {"meeting": asked.subject}
        span = asked.subject.span
        return {
            "meeting": asked.subject,
            "plan": plan_shown(MovePlan(span, span, asked.plan)),
            "taken": [str(each) for each in untaken(asked.subject, asked.values["template"])],
        }

    def act(self, asked: Asked) -> Any:
        key, reason = asked.values["template"].pk, asked.values["reason"]
        return take_deadlines_from(asked.subject.pk, key, actor=asked.actor, reason=reason)

    def said(self, asked: Asked, result: Any) -> str:
        count = len(result)
        if not count:
            return _("Deadlines were taken; their days follow with the date of the meeting.")
        text = ngettext(
            "Deadlines were taken: %(count)d date was derived.",
            "Deadlines were taken: %(count)d dates were derived.",
            count,
        )
        return text % {"count": count}
