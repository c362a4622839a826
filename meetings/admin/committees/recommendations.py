"""Recommendations of a committee on the desk, and what became of them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.concurrency import seal
from rotation.history_admin import KeptAdmin
from rotation.inputs import PastDay
from rotation.stale_pages import is_stale, seen_by, shown_anew

from ...committees.acts import CommitteeRefused, record_recommendation_step
from ...committees.follow_up import FollowUp, next_steps
from ...models import Meeting, Recommendation
from ..act_pages import ActPages, require


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


@admin.register(Recommendation)
class RecommendationAdmin(ActPages, KeptAdmin):
    change_form_template = "admin/meetings/committee/recommendation.html"
    list_display = ["title", "meeting", "addressee", "reached_chip"]
    list_filter = ["reached", "addressee"]
    list_select_related = ["meeting__track", "addressee"]
    search_fields = ["titles", "texts", "addressee__names"]
    autocomplete_fields = ["meeting", "addressee", "group"]
    fields = ["meeting", "number", "titles", "texts", "addressee", "group", "reason"]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.step_view)
        return [path("<int:pk>/step/", view, name="meetings_recommendation_step"), *super().get_urls()]

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

    @shown_anew
    def step_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "meetings.change_recommendation")
        row = get_object_or_404(Recommendation.objects.select_related("meeting__track"), pk=pk)
        back = reverse("admin:meetings_recommendation_change", args=[pk])
        form = StepForm(request.POST or None, recommendation=row)
        if form.is_valid() and not is_stale(request):
            values = form.cleaned_data
            meeting = values["meeting"]
            try:
                with seen_by(request):
                    record_recommendation_step(
                        pk,
                        step=FollowUp(values["step"]),
                        on=values["on"],
                        basis=values["basis"],
                        actor=request.user,
                        meeting=meeting.pk if meeting else None,
                        note=values["note"],
                    )
            except CommitteeRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("This was recorded."))
                return HttpResponseRedirect(back)
        title = _("Record what became of it")
        shown = {"title": title, "confirm": title, "subtitle": str(row), "back": back, "seen": seal(row)}
        return self.act_page(request, "admin/meetings/act/page.html", form=form, **shown)

    @admin.display(description=gettext_lazy("title"))
    def title(self, row: Recommendation) -> str:
        return str(row)

    @admin.display(description=gettext_lazy("what became of it"), ordering="reached")
    def reached_chip(self, row: Recommendation) -> str:
        says = row.get_reached_display() or _("not adopted yet")
        return format_html('<span class="chip">{}</span>', says)
