"""Recommendations of a committee on the desk, and what became of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import Act, ActsAdmin, Asked
from rotation.history_admin import KeptAdmin
from rotation.inputs import PastDay

from ...committees.acts import record_recommendation_step
from ...committees.follow_up import FollowUp, next_steps
from ...models import Meeting, Recommendation


class StepForm(forms.Form):
    step = forms.ChoiceField(label=gettext_lazy("Step"))
    on = PastDay(label=gettext_lazy("On"), required=False, help_text=gettext_lazy("Empty while not known."))
    basis = forms.CharField(
        label=gettext_lazy("Source"), max_length=500, widget=forms.TextInput(attrs={"class": "vTextField"})
    )
    meeting = forms.ModelChoiceField(
        Meeting.objects.none(), label=gettext_lazy("At the meeting"), required=False
    )
    note = forms.CharField(label=gettext_lazy("Note"), required=False, widget=forms.Textarea)

    def __init__(self, *args: Any, recommendation: Recommendation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        reached = FollowUp(recommendation.reached) if recommendation.reached else None
        labels = dict(Recommendation.Reached.choices)
        self.fields["step"].choices = [(step.value, labels[step.value]) for step in next_steps(reached)]
        self.fields["meeting"].queryset = Meeting.objects.filter(
            track=recommendation.addressee_id
        ).select_related("track")


class RecordFollowUp(Act):
    slug, form = "step", StepForm
    title = confirm = gettext_lazy("Record what became of it")
    done = gettext_lazy("This was recorded.")

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Recommendation | None:
        return Recommendation.objects.select_related("meeting__track").filter(pk=pk).first()

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return StepForm(data, recommendation=asked.subject)

    def act(self, asked: Asked) -> Any:
        values, meeting = asked.values, asked.values["meeting"]
        return record_recommendation_step(
            asked.subject.pk,
            step=FollowUp(values["step"]),
            on=values["on"],
            basis=values["basis"],
            actor=asked.actor,
            meeting=meeting.pk if meeting else None,
            note=values["note"],
        )


@admin.register(Recommendation)
class RecommendationAdmin(ActsAdmin, KeptAdmin):
    acts = [RecordFollowUp()]
    change_form_template = "admin/meetings/committee/recommendation.html"
    list_display = ["title", "meeting", "addressee", "reached_chip"]
    list_filter = ["reached", "addressee"]
    list_select_related = ["meeting__track", "addressee"]
    search_fields = ["titles", "texts", "addressee__names"]
    autocomplete_fields = ["meeting", "addressee", "group"]
    fields = ["meeting", "number", "titles", "texts", "addressee", "group", "reason"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        # What was adopted stays as it was adopted.
        return ["meeting", "number", "titles", "texts", "addressee"] if obj and obj.reached else []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            context["steps"] = row.steps.select_related("meeting__track", "recorded_by")
            context["can_step"] = self.has_change_permission(request, row) and bool(
                next_steps(FollowUp(row.reached) if row.reached else None)
            )
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: Recommendation) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("what became of it"), ordering="reached")
    def reached_chip(self, row: Recommendation) -> str:
        says = row.get_reached_display() or _("not adopted yet")
        return format_html('<span class="chip">{}</span>', says)
