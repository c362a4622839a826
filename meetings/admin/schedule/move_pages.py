"""Moving, postponing and cancelling a meeting: say where to and why, see what it changes, confirm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rotation.concurrency import seal
from rotation.forms import state_names
from rotation.stale_pages import is_confirmed, seen_by, shown_anew

from ...deadlines.dues import DueChange
from ...deadlines.rules import DueMoment
from ...deadlines.trails import trail_text
from ...models import Due, Meeting
from ...schedule.dates import Span
from ...schedule.moves import (
    LastDayLeftOver,
    MovePlan,
    MoveRefused,
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


class MovePages:
    """The three pages, mixed into the meeting's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/move/", view(self.move_view), name="meetings_meeting_move"),
            path("<int:pk>/postpone/", view(self.postpone_view), name="meetings_meeting_postpone"),
            path("<int:pk>/cancel/", view(self.cancel_view), name="meetings_meeting_cancel"),
            *super().get_urls(),
        ]

    @shown_anew
    def move_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self._meeting_for(request, pk)
        form = MoveForm(request.POST or None, former=meeting.span)
        plan = None
        try:
            plan_move(meeting, meeting.span)
            if form.is_valid():
                to, reason = form.cleaned_data["span"], form.cleaned_data["reason"]
                plan = plan_move(meeting, to)
                if is_confirmed(request):
                    with seen_by(request):
                        done = move_meeting(
                            meeting.pk,
                            to=to,
                            actor=request.user,
                            reason=reason,
                            takes_proposals="take" in request.POST,
                        )
                    return self._done(request, meeting, _("The meeting was moved."), done)
        except MoveRefused as refusal:
            if not isinstance(refusal, LastDayLeftOver):
                return self._refused(request, meeting, refusal)
            form.add_error("last_on", str(refusal))
        title = _("Move the meeting") if meeting.first_on else _("Set the date")
        return self._page(request, meeting, form, plan, title, confirm=_("Move the meeting now"))

    @shown_anew
    def postpone_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Later without a date withdraws what is due; to a date it is the same act as moving."""
        meeting = self._meeting_for(request, pk)
        form = PostponeForm(request.POST or None, former=meeting.span)
        plan, is_later = None, True
        try:
            plan_postpone(meeting)
            if form.is_valid():
                to, reason = form.cleaned_data["span"], form.cleaned_data["reason"]
                is_later = to is None
                plan = plan_postpone(meeting) if to is None else plan_move(meeting, to)
                if is_confirmed(request):
                    with seen_by(request):
                        return self._postpone(request, meeting, to, reason)
        except MoveRefused as refusal:
            if not isinstance(refusal, LastDayLeftOver):
                return self._refused(request, meeting, refusal)
            form.add_error("last_on", str(refusal))
        return self._page(
            request,
            meeting,
            form,
            plan,
            _("Postpone the meeting"),
            confirm=_("Postpone the meeting now"),
            is_later=is_later,
        )

    def _postpone(self, request: HttpRequest, meeting: Meeting, to: Span | None, reason: str) -> HttpResponse:
        if to is None:
            done = postpone_meeting(meeting.pk, actor=request.user, reason=reason)
        else:
            takes = "take" in request.POST
            done = move_meeting(meeting.pk, to=to, actor=request.user, reason=reason, takes_proposals=takes)
        return self._done(request, meeting, _("The meeting was postponed."), done)

    @shown_anew
    def cancel_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        meeting = self._meeting_for(request, pk)
        form = CancelForm(request.POST or None)
        try:
            plan = plan_cancel(meeting)
            if form.is_valid() and is_confirmed(request):
                reason = form.cleaned_data["reason"]
                with seen_by(request):
                    done = cancel_meeting(meeting.pk, actor=request.user, reason=reason)
                return self._done(request, meeting, _("The meeting was cancelled."), done)
        except MoveRefused as refusal:
            return self._refused(request, meeting, refusal)
        return self._page(
            request,
            meeting,
            form,
            plan,
            _("Cancel the meeting"),
            confirm=_("Cancel the meeting now"),
            is_cancel=True,
        )

    def _meeting_for(self, request: HttpRequest, pk: int) -> Meeting:
        meeting = Meeting.objects.with_parties().filter(pk=pk).first()
        if meeting is None:
            raise Http404
        if not self.has_change_permission(request, meeting):
            raise PermissionDenied
        return meeting

    def _page(
        self,
        request: HttpRequest,
        meeting: Meeting,
        form: Any,
        plan: MovePlan | None,
        title: str,
        **extra: Any,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(meeting),
            "opts": self.opts,
            "meeting": meeting,
            "form": form,
            "media": self.media + form.media,
            "plan": plan and plan_shown(plan),
            "clashes": clashes_shown(clashes_at(meeting, plan.after)) if plan and plan.after else [],
            "seen": plan and seal(meeting, plan),
            **extra,
        }
        return TemplateResponse(request, "admin/meetings/meeting/move.html", context)

    def _done(self, request: HttpRequest, meeting: Meeting, sentence: str, plan: MovePlan) -> HttpResponse:
        derived = ngettext("%(count)d deadline changed.", "%(count)d deadlines changed.", plan.changed) % {
            "count": plan.changed
        }
        messages.success(request, f"{sentence} {derived}")
        if Due.objects.at_short_notice().filter(deadline__meeting=meeting).exists():
            return HttpResponseRedirect(reverse("admin:meetings_meeting_short", args=[meeting.pk]))
        return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[meeting.pk]))

    def _refused(self, request: HttpRequest, meeting: Meeting, refusal: MoveRefused) -> HttpResponse:
        messages.error(request, str(refusal))
        return HttpResponseRedirect(reverse("admin:meetings_meeting_change", args=[meeting.pk]))


def plan_shown(plan: MovePlan) -> dict[str, Any]:
    """A plan as the page shows it: the spans in words, the changes in the order in which they matter."""
    names = state_names()
    rows = [
        {
            "change": change,
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
