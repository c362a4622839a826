"""Issuing a list of participants: see what it holds and what changed since the last, confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from ...models import Meeting
from ...people.delegations import DelegationRefused
from ...people.participant_lists import ListPlan, issue_list, plan_list
from ...people.participants import ListStage
from ..act_pages import ActPages, require
from .forms import IssueForm


class ListPages(ActPages):
    """The page, mixed into the delegation's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("of/<int:pk>/issue/", view(self.issue_view), name="meetings_delegation_issue"),
            *super().get_urls(),
        ]

    def issue_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "meetings.add_participantlist")
        meeting: Meeting = self.meeting_for(request, pk)
        plan = plan_list(meeting)
        back = reverse("admin:meetings_delegation_meeting", args=[pk])
        form = IssueForm(request.POST or None, stages=plan.stages)
        if form.is_valid():
            try:
                issue_list(
                    pk,
                    ListStage(form.cleaned_data["stage"]),
                    seen=request.POST.get("seen", ""),
                    actor=request.user,
                    note=form.cleaned_data["note"],
                )
            except DelegationRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("The list was issued."))
                return HttpResponseRedirect(back)
        title = _("Issue the list of participants")
        return self.act_page(
            request,
            "admin/meetings/delegation/issue.html",
            form=form,
            title=title,
            confirm=title,
            subtitle=str(meeting),
            back=back,
            plan=plan,
            changes=changes_shown(plan),
        )


def changes_shown(plan: ListPlan) -> list[dict[str, Any]]:
    """What differs from the last list, by the numbers of the delegates: the page names nobody."""
    if plan.last is None:
        return []
    codes = {line.delegate_id: line.code for line in [*plan.last.lines.all(), *plan.lines]}
    return [
        {"label": label, "codes": [codes[key] for key in keys]}
        for label, keys in (
            (_("New on the list"), plan.differences.joined),
            (_("No longer on the list"), plan.differences.left),
            (_("Changed"), plan.differences.changed),
        )
        if keys
    ]
