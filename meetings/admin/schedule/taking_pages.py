"""Taking the deadlines of a template to a meeting that has none, or others: choose, see what falls due, confirm."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.concurrency import seal
from rotation.stale_pages import is_confirmed, seen_by, shown_anew

from ...deadlines.taking import TakingRefused, plan_taking, take_deadlines_from
from ...models import DeadlineTemplate, Due, Meeting
from ...saving import template_of
from ...schedule.moves import MovePlan
from .move_pages import plan_shown


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


class TakingPages:
    """The page, mixed into the meeting's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.taking_view)
        return [path("<int:pk>/take-deadlines/", view, name="meetings_meeting_take"), *super().get_urls()]

    @shown_anew
    def taking_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self._meeting_for(request, pk)
        form = TakingForm(request.POST or None, initial={"template": template_of(meeting.track)})
        plan = None
        try:
            if form.is_valid():
                template, reason = form.cleaned_data["template"], form.cleaned_data["reason"]
                plan = plan_taking(meeting, template)
                if is_confirmed(request):
                    with seen_by(request):
                        done = take_deadlines_from(pk, template.pk, actor=request.user, reason=reason)
                    return self._given(request, meeting, len(done))
        except TakingRefused as refusal:
            form.add_error(None, str(refusal))
            plan = None
        shown = plan and plan_shown(MovePlan(meeting.span, meeting.span, plan))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take deadlines from a template"),
            "subtitle": str(meeting),
            "opts": self.opts,
            "meeting": meeting,
            "form": form,
            "media": self.media + form.media,
            "plan": shown,
            "is_taking": True,
            "seen": plan and seal(meeting, plan),
            "confirm": _("Take these deadlines now"),
        }
        return TemplateResponse(request, "admin/meetings/meeting/move.html", context)

    def _given(self, request: HttpRequest, meeting: Meeting, count: int) -> HttpResponse:
        text = ngettext("%(count)d date was derived", "%(count)d dates were derived", count)
        messages.success(request, text % {"count": count})
        if Due.objects.at_short_notice().filter(deadline__meeting=meeting).exists():
            return HttpResponseRedirect(reverse("admin:meetings_meeting_short", args=[meeting.pk]))
        return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[meeting.pk]))
