"""A summit announced, held and handed over: see what it makes, confirm."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rotation.admin import SummitAdmin
from rotation.concurrency import seal
from rotation.deciding import DecisionRefused
from rotation.forms import state_names
from rotation.models import Mechanism, RotationDecision, Summit
from rotation.stale_pages import is_confirmed, seen_by, shown_anew
from rotation.turn_tables import turn_shown

from ...deadlines.rules import DueMoment
from ...deadlines.short_notice import falls_short
from ...hosts.summits import (
    OutsidePeriod,
    SummitPlan,
    SummitRefused,
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

ANNOUNCERS = ["rotation.add_rotationdecision", "meetings.add_meeting"]
HOLDERS = ["rotation.change_summit", "meetings.change_meeting"]
HANDERS_OVER = ["meetings.add_handover"]


class SummitPages(SummitAdmin):
    """The rotation's summits with what this floor knows of them: their meetings, and who took over."""

    change_form_template = "admin/meetings/summit/change_form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path(
                "announce/<int:pk>/<str:period>/", view(self.announce_view), name="meetings_summit_announce"
            ),
            path("<int:pk>/held/", view(self.held_view), name="meetings_summit_held"),
            path("<int:pk>/hand-over/", view(self.hand_over_view), name="meetings_summit_hand_over"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        summit = kwargs.get("obj")
        if summit is not None:
            context |= summit_shown(summit) | {
                "can_hold": request.user.has_perms(HOLDERS),
                "can_hand_over": request.user.has_perms(HANDERS_OVER),
                "can_prepare": summit.status == Summit.Status.ANNOUNCED and request.user.has_perms(PREPARERS),
            }
        return super().render_change_form(request, context, *args, **kwargs)

    @shown_anew
    def announce_view(self, request: HttpRequest, pk: int, period: str) -> HttpResponse:
        _require(request, ANNOUNCERS)
        mechanism = get_object_or_404(Mechanism, pk=pk)
        try:
            plan = plan_summit(mechanism, period)
        except SummitRefused as refusal:
            messages.error(request, str(refusal))
            return HttpResponseRedirect(reverse("admin:rotation_mechanism_change", args=[pk]))
        form = AnnounceForm(request.POST or None, initial=_announced(mechanism, plan), former=plan.span)
        is_planned = False
        if form.is_valid():
            values = dict(form.cleaned_data)
            try:
                if is_confirmed(request):
                    with seen_by(request):
                        return self._announce(request, mechanism, period, values)
                plan, is_planned = plan_summit(mechanism, period, values["span"]), True
            except SummitRefused as refusal:
                form.add_error("first_on" if isinstance(refusal, OutsidePeriod) else None, str(refusal))
            except DecisionRefused as refusal:
                form.add_error(refusal.key if refusal.key in form.fields else None, refusal.problem)
        return self._page(
            request,
            "announce.html",
            title=_("Announce the summit of %(period)s") % {"period": period},
            subtitle=str(mechanism),
            form=form,
            plan=plan_shown(plan, form.cleaned_data["city"] if is_planned else ""),
            clashes=clashes_shown(clashes_at(plan.meeting(form.cleaned_data["city"]), plan.span))
            if is_planned
            else [],
            is_planned=is_planned,
            seen=is_planned and seal(mechanism.decisions.count(), plan),
            back=reverse("admin:rotation_mechanism_change", args=[pk]),
        )

    def _announce(
        self, request: HttpRequest, mechanism: Mechanism, period: str, values: dict[str, Any]
    ) -> HttpResponse:
        fields = ("basis", "decided_on", "span", "city", "note", "visibility")
        summit = announce_summit(
            mechanism.pk,
            period=period,
            actor=request.user,
            takes_proposals="take" in request.POST,
            **{name: values[name] for name in fields},
        )
        messages.success(request, _("The summit was announced, and its meeting was made."))
        offer_preparation(request, summit.meeting)
        if Due.objects.at_short_notice().filter(deadline__meeting=summit.meeting).exists():
            return HttpResponseRedirect(reverse("admin:meetings_meeting_short", args=[summit.meeting.pk]))
        return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[summit.meeting.pk]))

    @shown_anew
    def held_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        summit = self._summit_for(request, pk, HOLDERS)
        form = HoldForm(request.POST or None)
        try:
            meeting = plan_held(summit)
            if form.is_valid() and is_confirmed(request):
                with seen_by(request):
                    hold_summit(pk, actor=request.user, reason=form.cleaned_data["reason"])
                messages.success(request, _("The summit and its meeting are marked as held."))
                return self._back(pk)
        except SummitRefused as refusal:
            messages.error(request, str(refusal))
            return self._back(pk)
        context = {"form": form, "meeting": meeting, "when": when_text(meeting.span)}
        context["seen"] = seal(summit, meeting)
        return self._summit_page(request, summit, "held.html", _("Mark the summit as held"), **context)

    @shown_anew
    def hand_over_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        summit = self._summit_for(request, pk, HANDERS_OVER)
        turn = next_turn(summit)
        if summit.status != Summit.Status.HELD or turn is None:
            messages.error(request, _("Only the host of a summit that was held hands over."))
            return self._back(pk)
        meeting = Meeting.objects.filter(summit=summit).first()
        form = HandOverForm(
            request.POST or None,
            initial={"handed_over_on": meeting and meeting.last_on, "place": meeting and meeting.city},
        )
        if form.is_valid() and is_confirmed(request):
            try:
                with seen_by(request):
                    hand_over(pk, to=request.POST.get("to", ""), actor=request.user, **form.cleaned_data)
                messages.success(request, _("The handover was recorded."))
                return self._back(pk)
            except SummitRefused as refusal:
                form.add_error(None, str(refusal))
        context = {
            "form": form,
            "next": turn_shown(turn, state_names()),
            "seen": seal(summit, turn, summit.handovers.count()),
        }
        return self._summit_page(request, summit, "hand_over.html", _("Hand over"), **context)

    def _summit_for(self, request: HttpRequest, pk: int, permissions: list[str]) -> Summit:
        _require(request, permissions)
        return get_object_or_404(Summit.objects.select_related("mechanism", "host"), pk=pk)

    def _back(self, pk: int) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:rotation_summit_change", args=[pk]))

    def _summit_page(
        self, request: HttpRequest, summit: Summit, template: str, title: str, **context: Any
    ) -> HttpResponse:
        back = reverse("admin:rotation_summit_change", args=[summit.pk])
        return self._page(
            request, template, title=title, subtitle=str(summit), summit=summit, back=back, **context
        )

    def _page(self, request: HttpRequest, template: str, *, form: Any, **context: Any) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "form": form,
            "media": self.media + form.media,
            "has_errors": bool(form.errors),
        }
        return TemplateResponse(request, f"admin/meetings/summit/{template}", shared | context)


def _require(request: HttpRequest, permissions: list[str]) -> None:
    if not request.user.has_perms(permissions):
        raise PermissionDenied


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
