"""A summit announced, held and handed over: see what it makes, confirm."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import Act, ActsAdmin, Asked, changed
from rotation.admin import SummitAdmin
from rotation.forms import state_names
from rotation.models import Mechanism, RotationDecision, Summit
from rotation.rule import Turn
from rotation.turn_tables import turn_shown

from ...deadlines.rules import DueMoment
from ...deadlines.short_notice import falls_short
from ...hosts.summits import (
    NotHeld,
    SummitPlan,
    announce_summit,
    hand_over,
    hold_summit,
    lies_outside_its_period,
    next_turn,
    plan_held,
    plan_summit,
)
from ...models import Due, Meeting, TemplateLine
from ...schedule.surroundings import clashes_at
from ..schedule.clash_words import clashes_shown
from ..schedule.move_pages import proposal_shown
from ..schedule.preparation_pages import PREPARERS, offer_preparation
from ..schedule.when import days_text, hours_text, moment_text, when_text
from .forms import AnnounceForm, HandOverForm, HoldForm


@dataclass(slots=True)
class Announced:
    """The turn that is to be announced. plan: with what is known of its date by itself."""

    mechanism: Mechanism
    period: str
    plan: SummitPlan | None = None

    def __str__(self) -> str:
        return str(self.mechanism)


class Announce(Act):
    slug, path, form = "announce", "announce/<int:pk>/<str:period>/", AnnounceForm
    confirm = gettext_lazy("Announce the summit")
    done = gettext_lazy("The summit was announced, and its meeting was made.")
    show = gettext_lazy("Show what this makes")
    permissions = ["rotation.add_rotationdecision", "meetings.add_meeting"]
    template = "admin/meetings/summit/announce.html"
    foreseen = "form"

    def title_of(self, asked: Asked) -> str:
        return _("Announce the summit of %(period)s") % {"period": asked.subject.period}

    def subject(self, pages: Any, request: HttpRequest, pk: int, period: str) -> Announced | None:
        mechanism = Mechanism.objects.filter(pk=pk).first()
        return mechanism and Announced(mechanism, period)

    def back(self, asked: Asked) -> str:
        return changed(asked.subject.mechanism)

    def check(self, asked: Asked) -> None:
        asked.subject.plan = plan_summit(asked.subject.mechanism, asked.subject.period)

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        plan = asked.subject.plan
        return AnnounceForm(data, initial=_announced(asked.subject.mechanism, plan), former=plan.span)

    def foresee(self, asked: Asked) -> SummitPlan:
        return plan_summit(asked.subject.mechanism, asked.subject.period, asked.values["span"])

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return asked.subject.mechanism.decisions.count(), asked.plan

    def shown(self, asked: Asked) -> dict[str, Any]:
        plan = asked.plan
        if plan is None:
            return {"plan": plan_shown(asked.subject.plan, ""), "clashes": []}
        city = asked.values["city"]
        clashes = clashes_shown(clashes_at(plan.meeting(city), plan.span))
        return {"plan": plan_shown(plan, city), "clashes": clashes}

    def act(self, asked: Asked) -> Summit:
        fields = ("basis", "decided_on", "span", "city", "note", "visibility")
        # Shown for the first time, the proposed days are ticked.
        takes = "take" in asked.request.POST or "confirm" not in asked.request.POST
        return announce_summit(
            asked.subject.mechanism.pk,
            period=asked.subject.period,
            actor=asked.actor,
            takes_proposals=takes,
            **{name: asked.values[name] for name in fields},
        )

    def leads_to(self, asked: Asked, result: Summit) -> str:
        meeting = result.meeting
        offer_preparation(asked.request, meeting)
        if Due.objects.at_short_notice().filter(deadline__meeting=meeting).exists():
            return reverse("admin:meetings_meeting_short", args=[meeting.pk])
        return changed(meeting)


class Hold(Act):
    slug, form = "held", HoldForm
    title, confirm = gettext_lazy("Mark the summit as held"), gettext_lazy("Mark as held")
    done = gettext_lazy("The summit and its meeting are marked as held.")
    permissions = ["rotation.change_summit", "meetings.change_meeting"]
    template = "admin/meetings/summit/held.html"
    foreseen = "row"
    trial = {"reason": ""}

    def foresee(self, asked: Asked) -> Meeting:
        return plan_held(asked.subject)

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"meeting": asked.plan, "when": when_text(asked.plan.span)}

    def act(self, asked: Asked) -> Summit:
        return hold_summit(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


class HandOver(Act):
    slug, path, form = "hand_over", "<int:pk>/hand-over/", HandOverForm
    title, confirm = gettext_lazy("Hand over"), gettext_lazy("Record the handover")
    done = gettext_lazy("The handover was recorded.")
    permissions = ["meetings.add_handover"]
    template = "admin/meetings/summit/hand_over.html"
    foreseen = "row"

    def foresee(self, asked: Asked) -> Turn:
        turn = next_turn(asked.subject)
        if asked.subject.status != Summit.Status.HELD or turn is None:
            raise NotHeld
        return turn

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        meeting = Meeting.objects.filter(summit=asked.subject).first()
        initial = {"handed_over_on": meeting and meeting.last_on, "place": meeting and meeting.city}
        return HandOverForm(data, initial=initial)

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return asked.subject, asked.plan, asked.subject.handovers.count()

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {"next": turn_shown(asked.plan, state_names())}

    def act(self, asked: Asked) -> Any:
        to = asked.request.POST.get("to", "")
        return hand_over(asked.subject.pk, to=to, actor=asked.actor, **asked.values)


class SummitPages(ActsAdmin, SummitAdmin):
    """The rotation's summits with what this floor knows of them: their meetings, and who took over."""

    change_form_template = "admin/meetings/summit/change_form.html"
    acts = [Announce(), Hold(), HandOver()]
    act_namespace = "meetings_summit"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        summit = kwargs.get("obj")
        if summit is not None:
            context |= summit_shown(summit) | {
                "can_hold": request.user.has_perms(Hold.permissions),
                "can_hand_over": request.user.has_perms(HandOver.permissions),
                "can_prepare": summit.status == Summit.Status.ANNOUNCED and request.user.has_perms(PREPARERS),
            }
        return super().render_change_form(request, context, *args, **kwargs)


def _announced(mechanism: Mechanism, plan: SummitPlan) -> dict[str, Any]:
    """What the form begins with: the date as far as the period tells, and an announcement recorded before."""
    before = mechanism.decisions.filter(kind=RotationDecision.Kind.ANNOUNCE, period=plan.turn.period).last()
    return {
        "decided_on": before.decided_on if before else timezone.localdate(),
        "basis": before.basis if before else "",
    }


def plan_shown(plan: SummitPlan, city: str) -> dict[str, Any]:
    """What announcing makes, in words: the turn with its reasons, when and where, what is due by state."""
    now = timezone.now()
    names = state_names()
    owing = {code for _line, moments in plan.dues for code in moments}
    states = [code for code in names if code in owing]
    lines = [
        {"line": line, "cells": [_cell(plan, line, moments.get(code), code, now, names) for code in states]}
        for line, moments in plan.dues
    ]
    return {
        "turn": turn_shown(plan.turn, names),
        "track": plan.track,
        "when": " · ".join(filter(None, [when_text(plan.span), hours_text(plan.span), city])),
        "has_day": plan.span.has_day,
        "is_decided": plan.is_decided,
        "states": [names[code] for code in states],
        "lines": lines,
        "short": sum(bool(cell and cell["is_short"]) for row in lines for cell in row["cells"]),
        "proposed": len(plan.proposed),
    }


def _cell(
    plan: SummitPlan,
    line: TemplateLine,
    moment: DueMoment | None,
    state: str,
    now: datetime,
    names: dict[str, str],
) -> dict[str, Any] | None:
    if moment is None:
        return None
    proposal = plan.proposed.get((line.pk, state))
    return {
        "day": days_text(moment.due_on, moment.due_on),
        "clock": moment_text(moment.due_at, moment.zone),
        "is_past": moment.due_at < now,
        "is_short": falls_short(line.rule, moment, now),
        "proposal": proposal and proposal_shown(proposal, names),
    }


def summit_shown(summit: Summit) -> dict[str, Any]:
    """A summit's meeting, its handovers with the last first, and the turn that follows."""
    meeting = Meeting.objects.with_parties().select_related("summit__mechanism").filter(summit=summit).first()
    turn = next_turn(summit)
    names = state_names()
    return {
        "meeting": meeting,
        "when": when_text(meeting.span) if meeting else "",
        "is_outside": meeting is not None and lies_outside_its_period(meeting),
        "handovers": [
            {"row": row, "to": names.get(row.to_id, row.to_id)}
            for row in summit.handovers.select_related("recorded_by").order_by("-pk")
        ],
        "next": turn_shown(turn, names),
    }
