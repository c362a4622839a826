"""Issuing a list of participants: see what it holds and what changed since the last, confirm."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import Act, Asked

from ...people.participant_lists import ListPlan, issue_list, plan_list
from ...people.participants import ListStage
from .forms import IssueForm


class IssueList(Act):
    slug, path = "issue", "of/<int:pk>/issue/"
    title = confirm = gettext_lazy("Issue the list of participants")
    done = gettext_lazy("The list was issued.")
    permissions = ["meetings.add_participantlist", "meetings.view_delegation"]
    template = "admin/meetings/delegation/issue.html"
    foreseen = "row"

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Any:
        return pages.meeting_for(request, pk)

    def foresee(self, asked: Asked) -> ListPlan:
        return plan_list(asked.subject)

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return IssueForm(data, stages=asked.plan.stages)

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return (asked.plan.seen,)

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"plan": asked.plan, "changes": changes_shown(asked.plan)}

    def back(self, asked: Asked) -> str:
        return reverse("admin:meetings_delegation_meeting", args=[asked.subject.pk])

    def act(self, asked: Asked) -> Any:
        stage, note = ListStage(asked.values["stage"]), asked.values["note"]
        return issue_list(asked.subject.pk, stage, actor=asked.actor, note=note)


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
