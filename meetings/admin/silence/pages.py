"""Silence opened on a paper, and the acts upon it: each shows what it does before it is recorded."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import Act, Asked, changed
from rotation.forms import state_names

from ...models import Document
from ...silence.acts import (
    ActPlan,
    OpeningPlan,
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
from ...silence.rules import Act as Word
from ...silence.rules import Effect, Kind, standing
from ..days.closed_words import closed_ends_shown
from .forms import ExtendForm, ObjectionForm, OpenForm, StateForm, WithdrawSilenceForm
from .words import closing_text, effect_sentence, left_text, state_rows


class Opening(Act):
    slug, path = "open", "open/<int:pk>/"
    title, confirm = gettext_lazy("Open silence"), gettext_lazy("Open silence now")
    permissions = ["meetings.add_silenceprocedure"]
    template = "admin/meetings/silenceprocedure/open.html"
    foreseen = "form"

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> Document | None:
        rows = Document.objects.visible_to(request.user).select_related("symbol", "track", "meeting__host")
        return rows.filter(pk=pk).first()

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        document = asked.subject
        host = document.meeting.host if document.meeting else None
        initial = {"zone": host.zone if host else settings.TIME_ZONE}
        return OpenForm(data, states=_names(state.code for state in parties_for(document)), initial=initial)

    def foresee(self, asked: Asked) -> OpeningPlan:
        return plan_opening(asked.subject, asked.form.closing, asked.values["parties"], database_now())

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        if asked.plan is None:
            return super().sealed(asked)
        return asked.subject, asked.form.closing, set(asked.values["parties"]), asked.plan

    def shown(self, asked: Asked) -> dict[str, Any]:
        return {
            "document": asked.subject,
            "minimum": settings.SILENCE_MINIMUM_HOURS,
            "plan": asked.plan and _opening_shown(asked),
        }

    def act(self, asked: Asked) -> Any:
        return open_silence(
            asked.subject.pk,
            closing=asked.form.closing,
            actor=asked.actor,
            reason=asked.values["reason"],
            parties=asked.values["parties"],
        )

    def said(self, asked: Asked, result: Any) -> str:
        return _("Silence was opened until %(when)s.") % {"when": closing_text(asked.form.closing)}

    def leads_to(self, asked: Asked, result: Any) -> str:
        return changed(result)


class _Recorded(Act):
    """An act upon a procedure that stands in its record."""

    confirm = gettext_lazy("Record it")
    template = "admin/meetings/silenceprocedure/act.html"
    foreseen = "form"
    kind: Kind

    def foresee(self, asked: Asked) -> ActPlan:
        return plan_act(asked.subject, self.kind, database_now(), **self.told(asked))

    def told(self, asked: Asked) -> dict[str, Any]:
        """What the plan takes of the form."""
        return {}

    def shown(self, asked: Asked) -> dict[str, Any]:
        procedure = asked.subject
        is_open = procedure.status == "open"
        return {
            "plan": asked.plan and _plan_shown(procedure, self.kind, asked.plan),
            "closing": closing_text(procedure.closing),
            "left": left_text(procedure.closing_at - database_now()) if is_open else "",
        }


class _OfState(_Recorded):
    """What one state says, now or as it was received before."""

    form = StateForm
    verb: Any

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        procedure = asked.subject
        return self.form(
            data, states=_names(procedure.party_codes), initial={"received_zone": procedure.zone}
        )

    def told(self, asked: Asked) -> dict[str, Any]:
        receipt = asked.form.receipt
        return {"state": asked.values["state"], "received_at": receipt.at if receipt else None}

    def act(self, asked: Asked) -> Any:
        said = {name: asked.values[name] for name in ("state", "text", "amendment") if name in asked.values}
        return self.verb(asked.subject.pk, actor=asked.actor, receipt=asked.form.receipt, **said)


class Objection(_OfState):
    slug, kind, form = "object", Kind.OBJECTED, ObjectionForm
    title = gettext_lazy("Record an objection")
    verb = staticmethod(object_to)


class StandingAside(_OfState):
    slug, kind = "aside", Kind.STOOD_ASIDE
    title = gettext_lazy("A state stands aside")
    verb = staticmethod(stand_aside)


class Explanation(_OfState):
    slug, kind = "explain", Kind.EXPLAINED
    title = gettext_lazy("Record an explanation")
    verb = staticmethod(explain_position)


class Extension(_Recorded):
    slug, kind, form = "extend", Kind.EXTENDED, ExtendForm
    title = gettext_lazy("Extend silence")

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        closing = asked.subject.closing
        initial = {"closes_on": closing.on, "closes_at": closing.at, "zone": closing.zone}
        return ExtendForm(data, initial=initial)

    def told(self, asked: Asked) -> dict[str, Any]:
        return {"to": asked.form.closing}

    def act(self, asked: Asked) -> Any:
        to, reason = asked.form.closing, asked.values["text"]
        return extend_silence(asked.subject.pk, to=to, actor=asked.actor, reason=reason)


class Withdrawal(_Recorded):
    slug, kind, form = "withdraw", Kind.WITHDRAWN, WithdrawSilenceForm
    title = gettext_lazy("Withdraw the text")

    def act(self, asked: Asked) -> Any:
        return withdraw_silence(asked.subject.pk, actor=asked.actor, reason=asked.values["text"])


ACTS = [Opening(), Objection(), StandingAside(), Explanation(), Extension(), Withdrawal()]


def _names(codes: Any) -> dict[str, str]:
    """The names of these states, in the order of all."""
    asked = set(codes)
    return {code: name for code, name in state_names().items() if code in asked}


def _plan_shown(procedure: Any, kind: Kind, plan: ActPlan) -> dict[str, Any]:
    names = _names(procedure.party_codes)
    states = [party.state for party in procedure.parties.all()]
    return {
        "effect": plan.effect.value,
        "sentence": effect_sentence(kind, plan.effect, plan.after, names, len(procedure.party_codes)),
        "is_grave": plan.effect in (Effect.BREAKS, Effect.WITHDRAWS, Effect.SETS_ASIDE, Effect.NARROWS),
        "rows": state_rows(states, plan.after, names) if kind is Kind.EXTENDED else [],
        "closed": closed_ends_shown(plan.closed, names),
    }


def _opening_shown(asked: Asked) -> dict[str, Any]:
    """A procedure that is not there yet, as its page would show it."""
    now, closing, parties = database_now(), asked.form.closing, asked.values["parties"]
    states = [state for state in parties_for(asked.subject) if state.code in parties]
    names = _names(parties)
    return {
        "closing": closing_text(closing),
        "left": left_text(closing.instant - now),
        "rows": state_rows(states, standing(parties, [Word(Kind.OPENED, now, closing=closing)], now), names),
        "is_short": asked.plan.is_short,
        "closed": closed_ends_shown(asked.plan.closed, names),
    }
