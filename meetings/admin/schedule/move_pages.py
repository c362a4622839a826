"""Moving, postponing and cancelling a meeting: say where to and why, see what it changes, confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from rotation.act_view import Act, Asked, changed
from rotation.forms import state_names

from ...deadlines.dues import DueChange
from ...deadlines.rules import DueMoment
from ...deadlines.trails import trail_text
from ...models import Due, Meeting
from ...schedule.moves import (
    MovePlan,
    cancel_meeting,
    move_meeting,
    plan_cancel,
    plan_move,
    plan_postpone,
    postpone_meeting,
)
from ...schedule.surroundings import clashes_at
from .clash_words import clashes_shown
from .forms import CancelForm, MoveForm, PostponeForm
from .when import hours_text, moment_shown, when_text

ORDER = ["moved", "created", "withdrawn", "agreed", "pinned", "settled", "retraced", "unchanged"]


class DatedAct(Act):
    """An act that changes the deadlines of a meeting."""

    template = "admin/meetings/meeting/move.html"
    foreseen = "form"
    show = gettext_lazy("Show what this changes")

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Meeting | None:
        return Meeting.objects.with_parties().filter(pk=pk).first()

    def shown(self, asked: Asked) -> dict[str, Any]:
        plan = asked.plan
        after = plan and plan.after
        return {
            "meeting": asked.subject,
            "plan": plan and plan_shown(plan),
            "clashes": clashes_shown(clashes_at(asked.subject, after)) if after else [],
        }

    def said(self, asked: Asked, result: MovePlan) -> str:
        count = result.changed
        derived = ngettext("%(count)d deadline changed.", "%(count)d deadlines changed.", count)
        return f"{self.done} {derived % {'count': count}}"

    def leads_to(self, asked: Asked, result: Any) -> str:
        meeting = asked.subject
        if Due.objects.at_short_notice().filter(deadline__meeting=meeting).exists():
            return reverse("admin:meetings_meeting_short", args=[meeting.pk])
        return changed(meeting)


class Move(DatedAct):
    slug, form = "move", MoveForm
    confirm = gettext_lazy("Move the meeting now")
    done = gettext_lazy("The meeting was moved.")

    def title_of(self, asked: Asked) -> str:
        return _("Move the meeting") if asked.subject.first_on else _("Set the date")

    def check(self, asked: Asked) -> None:
        plan_move(asked.subject, asked.subject.span)

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return self.form(data, former=asked.subject.span)

    def foresee(self, asked: Asked) -> MovePlan:
        return plan_move(asked.subject, asked.values["span"])

    def act(self, asked: Asked) -> MovePlan:
        # Shown for the first time, the proposed days are ticked.
        takes = "take" in asked.request.POST or "confirm" not in asked.request.POST
        return move_meeting(
            asked.subject.pk,
            to=asked.values["span"],
            actor=asked.actor,
            reason=asked.values["reason"],
            takes_proposals=takes,
        )


class Postpone(Move):
    """Later without a date withdraws what is due; to a date it is the same act as moving."""

    slug, form = "postpone", PostponeForm
    title = gettext_lazy("Postpone the meeting")
    confirm = gettext_lazy("Postpone the meeting now")
    done = gettext_lazy("The meeting was postponed.")

    def title_of(self, asked: Asked) -> str:
        return str(self.title)

    def check(self, asked: Asked) -> None:
        plan_postpone(asked.subject)

    def foresee(self, asked: Asked) -> MovePlan:
        return plan_postpone(asked.subject) if asked.values["span"] is None else super().foresee(asked)

    def shown(self, asked: Asked) -> dict[str, Any]:
        return super().shown(asked) | {"is_later": asked.values.get("span") is None}

    def act(self, asked: Asked) -> MovePlan:
        if asked.values["span"] is not None:
            return super().act(asked)
        return postpone_meeting(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


class Cancel(DatedAct):
    slug, form = "cancel", CancelForm
    title = gettext_lazy("Cancel the meeting")
    confirm = gettext_lazy("Cancel the meeting now")
    done = gettext_lazy("The meeting was cancelled.")
    is_grave = True
    foreseen = "row"
    trial = {"reason": "…"}

    def foresee(self, asked: Asked) -> MovePlan:
        return plan_cancel(asked.subject)

    def act(self, asked: Asked) -> MovePlan:
        return cancel_meeting(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


def plan_shown(plan: MovePlan) -> dict[str, Any]:
    """A plan as the page shows it: the spans in words, the changes in the order in which they matter."""
    names = state_names()
    rows = [
        {
            "change": change,
            "state": names.get(change.state, change.state),
            "before": moment_shown(change.due_on_before, change.due_at_before, change.zone),
            "after": moment_shown(change.due_on, change.due_at, change.zone),
            "trail": trail_text(change.trail, names),
            "proposal": _proposal(plan, change, names),
        }
        for change in sorted(plan.changes, key=lambda change: ORDER.index(change.action))
    ]
    return {
        "before": _span(plan.before),
        "after": _span(plan.after),
        "rows": rows,
        "changed": plan.changed,
        "unchanged": len(plan.changes) - plan.changed,
        "short": sum(change.is_short for change in plan.changes),
        "proposed": sum(bool(row["proposal"]) for row in rows),
    }


def _proposal(plan: MovePlan, change: DueChange, names: Mapping[str, str]) -> dict[str, Any] | None:
    moment = plan.proposed.get((change.deadline_id, change.state)) if change.is_short else None
    return moment and proposal_shown(moment, names)


def proposal_shown(moment: DueMoment, names: Mapping[str, str]) -> dict[str, Any]:
    """A proposed day in words, with how it was found."""
    trail = trail_text([step.as_json() for step in moment.trail], names)
    return {**moment_shown(moment.due_on, moment.due_at, moment.zone), "on": moment.due_on, "trail": trail}


def _span(span: Any) -> str:
    return " · ".join(filter(None, [when_text(span), hours_text(span)])) if span else ""
