"""New days for deadlines that were past, or too near, when the meeting was set: proposed, changed, taken."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.concurrency import seal
from rotation.forms import state_names
from rotation.inputs import DayInput
from rotation.stale_pages import is_stale, seen_by, shown_anew

from ...deadlines.short_days import ShortDayRefused, ShortDue, short_dues, take_short_days
from ...deadlines.trails import trail_text
from ...models import Meeting
from ..schedule.move_pages import proposal_shown
from .anyway import AsksAnyway
from .matrix import due_shown


class ShortForm(AsksAnyway):
    """A day for each deadline; one left empty stays as it is, and flagged."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history, and beside each deadline."),
    )

    def __init__(self, *args: Any, rows: list[ShortDue], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.states = {f"due_{row.due.pk}": row.due.state for row in rows}
        for row in rows:
            self.fields[f"due_{row.due.pk}"] = forms.DateField(
                label=str(row.due),
                required=False,
                widget=DayInput,
                initial=row.proposal.due_on if row.proposal else None,
            )

    def days(self) -> dict[int, date]:
        values = self.cleaned_data
        return {int(name[4:]): day for name, day in values.items() if name.startswith("due_") and day}

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and not self.days():
            raise forms.ValidationError(_("Give a day to one deadline at least."))
        if not values.get("anyway"):
            asked = {name: values[name] for name in self.states if values.get(name)}
            self.ask_if_closed((name, day, [self.states[name]]) for name, day in asked.items())
        return values


class ShortPages:
    """The page, mixed into the meeting's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.short_view)
        return [path("<int:pk>/short-notice/", view, name="meetings_meeting_short"), *super().get_urls()]

    @shown_anew
    def short_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self._meeting_for(request, pk)
        rows = short_dues(meeting)
        if not rows:
            return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[pk]))
        form = ShortForm(request.POST or None, rows=rows)
        if form.is_valid() and not is_stale(request):
            try:
                with seen_by(request):
                    taken = take_short_days(
                        pk, days=form.days(), actor=request.user, reason=form.cleaned_data["reason"]
                    )
                return self._taken(request, meeting, len(taken))
            except ShortDayRefused as refusal:
                form.add_error(None, str(refusal))
        return self._short_page(request, meeting, form, rows)

    def _taken(self, request: HttpRequest, meeting: Meeting, count: int) -> HttpResponse:
        text = ngettext("%(count)d new day was taken.", "%(count)d new days were taken.", count)
        messages.success(request, text % {"count": count})
        return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[meeting.pk]))

    def _short_page(
        self, request: HttpRequest, meeting: Meeting, form: ShortForm, rows: list[ShortDue]
    ) -> HttpResponse:
        now, names = timezone.now(), state_names()
        shown = [
            {
                **due_shown(row.due, now),
                "trail": trail_text(row.due.trail, names),
                "proposal": row.proposal and proposal_shown(row.proposal, names),
                "field": form[f"due_{row.due.pk}"],
            }
            for row in rows
        ]
        context = {
            **self.admin_site.each_context(request),
            "title": _("Deadlines at short notice"),
            "subtitle": str(meeting),
            "opts": self.opts,
            "meeting": meeting,
            "form": form,
            "media": self.media + form.media,
            "rows": shown,
            "seen": seal(meeting, *sorted((row.due for row in rows), key=lambda due: due.pk)),
        }
        return TemplateResponse(request, "admin/meetings/meeting/short.html", context)
