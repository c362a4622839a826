"""Silence opened on a paper, and the acts upon it: each shows what it does before it is recorded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.concurrency import seal
from rotation.forms import state_names
from rotation.stale_pages import is_confirmed, seen_by, shown_anew

from ...models import Document, SilenceProcedure
from ...silence.acts import (
    ActPlan,
    ActRefused,
    database_now,
    explain_position,
    extend_silence,
    object_to,
    open_silence,
    parties_for,
    plan_act,
    plan_opening,
    stand_aside,
    withdraw_silence,
)
from ...silence.rules import Act, Closing, Effect, Kind, standing
from ..act_pages import ActPages, require
from ..days.closed_words import closed_ends_shown
from .forms import ExtendForm, ObjectionForm, OpenForm, StateForm, WithdrawSilenceForm
from .words import closing_text, effect_sentence, left_text, state_rows

# Word in the address: the kind of act, its form, its title.
ACTS: dict[str, tuple[Kind, type[Any], Any]] = {
    "object": (Kind.OBJECTED, ObjectionForm, gettext_lazy("Record an objection")),
    "aside": (Kind.STOOD_ASIDE, StateForm, gettext_lazy("A state stands aside")),
    "explain": (Kind.EXPLAINED, StateForm, gettext_lazy("Record an explanation")),
    "extend": (Kind.EXTENDED, ExtendForm, gettext_lazy("Extend silence")),
    "withdraw": (Kind.WITHDRAWN, WithdrawSilenceForm, gettext_lazy("Withdraw the text")),
}
FIELDS = {
    "past": "closes_on",
    "not_later": "closes_on",
    "nobody": "parties",
    "reason": "reason",
    "not_received_yet": "received_on",
    "before_opening": "received_on",
    "evidence": "evidence",
}


class SilencePages(ActPages):
    """The pages, mixed into the procedure's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("open/<int:pk>/", view(self.open_view), name="meetings_silenceprocedure_open"),
            path("<int:pk>/act/<str:what>/", view(self.act_view), name="meetings_silenceprocedure_act"),
            *super().get_urls(),
        ]

    @shown_anew
    def open_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        require(request, "meetings.add_silenceprocedure")
        rows = Document.objects.visible_to(request.user).select_related("symbol", "track", "meeting__host")
        document = rows.filter(pk=pk).first()
        if document is None:
            raise Http404
        states = parties_for(document)
        names = {code: name for code, name in state_names().items() if code in {row.code for row in states}}
        form = OpenForm(request.POST or None, states=names, initial={"zone": _zone_of(document)})
        plan, seen = None, ""
        if form.is_valid():
            closing, asked = form.closing, form.cleaned_data["parties"]
            try:
                now = database_now()
                foreseen = plan_opening(document, closing, asked, now)
                if is_confirmed(request):
                    with seen_by(request):
                        procedure = open_silence(
                            pk,
                            closing=closing,
                            actor=request.user,
                            reason=form.cleaned_data["reason"],
                            parties=asked,
                        )
                    messages.success(
                        request, _("Silence was opened until %(when)s.") % {"when": closing_text(closing)}
                    )
                    return _to(procedure.pk)
                plan = _opening_shown(document, closing, asked, now, names) | {
                    "is_short": foreseen.is_short,
                    "closed": closed_ends_shown(foreseen.closed, names),
                }
                seen = seal(document, closing, set(asked), foreseen)
            except ActRefused as refusal:
                form.add_error(_field(form, refusal), str(refusal))
        return self.act_page(
            request,
            "admin/meetings/silenceprocedure/open.html",
            form=form,
            title=_("Open silence"),
            subtitle=str(document),
            back=reverse("admin:meetings_document_change", args=[pk]),
            document=document,
            plan=plan,
            seen=seen,
            minimum=settings.SILENCE_MINIMUM_HOURS,
        )

    @shown_anew
    def act_view(self, request: HttpRequest, pk: int, what: str) -> HttpResponse:
        if what not in ACTS:
            raise Http404
        require(request, "meetings.change_silenceprocedure")
        kind, form_class, title = ACTS[what]
        procedure = self.get_queryset(request).filter(pk=pk).first()
        if procedure is None:
            raise Http404
        names = {code: name for code, name in state_names().items() if code in procedure.party_codes}
        form = _form(form_class, request, procedure, names)
        plan, seen = None, ""
        try:
            if form.is_valid():
                if is_confirmed(request):
                    with seen_by(request):
                        self._act(request, procedure, kind, form)
                    messages.success(request, _("It was recorded."))
                    return _to(pk)
                foreseen = _plan_of(procedure, kind, form)
                plan = _act_shown(procedure, kind, foreseen, names)
                seen = seal(procedure, foreseen)
        except ActRefused as refusal:
            form.add_error(_field(form, refusal), str(refusal))
        return self.act_page(
            request,
            "admin/meetings/silenceprocedure/act.html",
            form=form,
            title=title,
            subtitle=str(procedure),
            back=reverse("admin:meetings_silenceprocedure_change", args=[pk]),
            plan=plan,
            seen=seen,
            closing=closing_text(procedure.closing),
            left=left_text(procedure.closing_at - database_now()) if procedure.status == "open" else "",
        )

    def _act(self, request: HttpRequest, procedure: SilenceProcedure, kind: Kind, form: Any) -> None:
        values = form.cleaned_data
        given: dict[str, Any] = {"actor": request.user}
        if isinstance(form, StateForm):
            given |= {"state": values["state"], "text": values["text"], "receipt": form.receipt}
        match kind:
            case Kind.OBJECTED:
                object_to(procedure.pk, amendment=values["amendment"], **given)
            case Kind.STOOD_ASIDE:
                stand_aside(procedure.pk, **given)
            case Kind.EXPLAINED:
                explain_position(procedure.pk, **given)
            case Kind.EXTENDED:
                extend_silence(procedure.pk, to=form.closing, reason=values["text"], **given)
            case Kind.WITHDRAWN:
                withdraw_silence(procedure.pk, reason=values["text"], **given)


def _form(
    form_class: type[Any], request: HttpRequest, procedure: SilenceProcedure, names: dict[str, str]
) -> Any:
    data = request.POST or None
    if issubclass(form_class, StateForm):
        return form_class(data, states=names, initial={"received_zone": procedure.zone})
    closing = procedure.closing
    return form_class(data, initial={"closes_on": closing.on, "closes_at": closing.at, "zone": closing.zone})


def _plan_of(procedure: SilenceProcedure, kind: Kind, form: Any) -> ActPlan:
    to = form.closing if kind is Kind.EXTENDED else None
    receipt = form.receipt if isinstance(form, StateForm) else None
    state, received_at = form.cleaned_data.get("state", ""), receipt.at if receipt else None
    return plan_act(procedure, kind, database_now(), state=state, to=to, received_at=received_at)


def _act_shown(
    procedure: SilenceProcedure, kind: Kind, plan: ActPlan, names: dict[str, str]
) -> dict[str, Any]:
    return {
        "effect": plan.effect.value,
        "sentence": effect_sentence(kind, plan.effect, plan.after, names, len(procedure.party_codes)),
        "is_grave": plan.effect in (Effect.BREAKS, Effect.WITHDRAWS, Effect.SETS_ASIDE, Effect.NARROWS),
        "rows": state_rows([party.state for party in procedure.parties.all()], plan.after, names)
        if kind is Kind.EXTENDED
        else [],
        "closed": closed_ends_shown(plan.closed, names),
    }


def _opening_shown(
    document: Document, closing: Closing, asked: list[str], now: datetime, names: dict[str, str]
) -> dict[str, Any]:
    """A procedure that is not there yet, as its page would show it."""
    stands = standing(asked, [Act(Kind.OPENED, now, closing=closing)], now)
    states = [state for state in parties_for(document) if state.code in asked]
    return {
        "closing": closing_text(closing),
        "left": left_text(closing.instant - now),
        "rows": state_rows(states, stands, names),
    }


def _field(form: Any, refusal: ActRefused) -> str | None:
    name = FIELDS.get(refusal.code)
    return name if name in form.fields else None


def _zone_of(document: Document) -> str:
    host = document.meeting.host if document.meeting else None
    return host.zone if host else settings.TIME_ZONE


def _to(pk: int) -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:meetings_silenceprocedure_change", args=[pk]))
