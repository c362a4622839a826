"""The meetings that prepare another, proposed on one page: change or untick them, look, make them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.inputs import DayInput
from rotation.models import State

from ...models import Meeting, PreparatoryStep
from ...schedule.dates import Precision
from ...schedule.preparing import Choice, PreparationRefused, Proposal, plan_preparation, prepare_meeting
from .clash_words import clashes_shown
from .when import when_text

PREPARERS = ["meetings.add_meeting", "meetings.view_meeting"]


class ProposalForm(forms.Form):
    """What staff make of one proposal."""

    take = forms.BooleanField(label=gettext_lazy("Make this meeting"), required=False)
    first_on = forms.DateField(label=gettext_lazy("First day"), required=False, widget=DayInput)
    host = forms.ModelChoiceField(label=gettext_lazy("Host"), queryset=State.objects.all(), required=False)

    @property
    def choice(self) -> Choice:
        values = self.cleaned_data
        return Choice(values["take"], values["first_on"], values["host"])


class ReasonOnlyForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text=gettext_lazy("Stands in the history beside your name."),
    )


class PreparationPages:
    """The page, mixed into the meeting's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.prepare_view)
        return [path("<int:pk>/prepare/", view, name="meetings_meeting_prepare"), *super().get_urls()]

    def prepare_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = Meeting.objects.with_parties().select_related("track__mechanism").filter(pk=pk).first()
        if meeting is None:
            raise Http404
        if not request.user.has_perms(PREPARERS):
            raise PermissionDenied
        reason = ReasonOnlyForm(request.POST or None)
        try:
            rows = _forms(plan_preparation(meeting), request.POST or None)
            choices = {key: form.choice for key, form in rows.items() if form.is_bound and form.is_valid()}
            is_whole = len(choices) == len(rows)
            proposals = plan_preparation(meeting, choices)
            is_seen = "confirm" in request.POST and request.POST.get("shown") == _mark(meeting, rows, request)
            if is_seen and is_whole and reason.is_valid():
                seen, why = meeting.revision, reason.cleaned_data["reason"]
                made = prepare_meeting(pk, choices, seen=seen, actor=request.user, reason=why)
                return self._made(request, meeting, made)
        except PreparationRefused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[pk]))
        return self._prepare_page(request, meeting, proposals, rows, reason)

    def _made(self, request: HttpRequest, meeting: Meeting, made: Sequence[Meeting]) -> HttpResponse:
        text = ngettext(
            "%(count)d preparatory meeting was made.", "%(count)d preparatory meetings were made.", len(made)
        )
        messages.success(request, text % {"count": len(made)})
        return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[meeting.pk]))

    def _prepare_page(
        self,
        request: HttpRequest,
        meeting: Meeting,
        proposals: Sequence[Proposal],
        rows: Mapping[str, ProposalForm],
        reason: forms.Form,
    ) -> HttpResponse:
        shown = [
            proposal_shown(proposal, meeting, rows[proposal.key])
            for proposal in proposals
            if proposal.key in rows
        ]
        has_errors = any(form.is_bound and form.errors for form in (reason, *rows.values()))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Propose the preparatory meetings"),
            "subtitle": str(meeting),
            "opts": self.opts,
            "meeting": meeting,
            "when": when_text(meeting.span),
            "form": reason,
            "media": self.media + DayInput().media,
            "proposals": shown,
            "has_chain": PreparatoryStep.objects.filter(track=meeting.track_id).exists(),
            "shown": _mark(meeting, rows, request),
            "is_changed": "confirm" in request.POST and not has_errors,
            "has_errors": has_errors,
        }
        return TemplateResponse(request, "admin/meetings/meeting/prepare.html", context)


def _forms(proposals: Sequence[Proposal], data: Any) -> dict[str, ProposalForm]:
    """One form a proposal, with what is proposed; what appeared since the page was sent is bound to nothing."""
    rows = {}
    states = [("", "—"), *((state.pk, str(state)) for state in State.objects.all())]
    for proposal in proposals:
        has_day = proposal.span.precision is Precision.DAY
        initial = {
            "take": True,
            "first_on": proposal.span.first_on if has_day else None,
            "host": proposal.host and proposal.host.pk,
        }
        given = data if data and f"{proposal.key}-given" in data else None
        form = ProposalForm(given, prefix=proposal.key, initial=initial, use_required_attribute=False)
        form.fields["first_on"].required = has_day
        form.fields["host"].choices = states
        rows[proposal.key] = form
    return rows


def _mark(meeting: Meeting, rows: Mapping[str, ProposalForm], request: HttpRequest) -> str:
    """Tells whether what is sent is what was shown: nothing is made whose clashes nobody could see."""
    values = [[key, *(str(form[name].value() or "") for name in form.fields)] for key, form in rows.items()]
    return hashlib.sha256(repr([meeting.revision, values]).encode()).hexdigest()[:16]


def proposal_shown(proposal: Proposal, anchor: Meeting, form: ProposalForm) -> dict[str, Any]:
    """A proposal in words: what, when, how long before what, and what speaks against it."""
    meeting, step = proposal.meeting, proposal.step
    lead = ngettext("%(count)d day before “%(track)s”", "%(count)d days before “%(track)s”", step.lead_days)
    return {
        "form": form,
        "meeting": meeting,
        "level": step.prepared_by.get_level_display(),
        "format": meeting.get_format_display(),
        "when": when_text(proposal.span),
        "lead": lead % {"count": step.lead_days, "track": step.track},
        "basis": step.basis,
        "clashes": clashes_shown(proposal.clashes),
    }


def offer_preparation(request: HttpRequest, meeting: Meeting) -> None:
    """After a meeting was made: a message with the way to its preparatory meetings, where its track has a chain."""
    if PreparatoryStep.objects.filter(track=meeting.track_id).exists() and request.user.has_perms(PREPARERS):
        url = reverse("admin:meetings_meeting_prepare", args=[meeting.pk])
        messages.info(request, format_html('<a href="{}">{}</a>', url, _("Propose the preparatory meetings")))
