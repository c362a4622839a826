"""Recording a decision: choose its kind, say what was decided, see what it changes, confirm."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from .deciding import DecisionRefused, Prospect, moved_summits, record_decision
from .decision_words import EFFECTS
from .forms import FIELDS, RecordForm
from .held import contradictions
from .models import Mechanism, RotationDecision, Summit
from .numbers import number_in
from .turn_tables import pairs_shown


class DecisionPages:
    """The two pages, mixed into the mechanism's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/decide/", view(self.kinds_view), name="rotation_mechanism_decide"),
            path("<int:pk>/decide/<str:kind>/", view(self.decide_view), name="rotation_mechanism_decision"),
            *super().get_urls(),
        ]

    def kinds_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        mechanism = self._mechanism_for(request, pk)
        return self._page(request, mechanism, "kinds.html", title=_("Record a decision"), kinds=kinds_shown())

    def decide_view(self, request: HttpRequest, pk: int, kind: str) -> HttpResponse:
        mechanism = self._mechanism_for(request, pk)
        if kind not in EFFECTS:
            raise Http404
        prospect = Prospect(mechanism)
        decisions = prospect.stands.decisions
        form = RecordForm(
            request.POST or None,
            kind=kind,
            mechanism=mechanism,
            turns=prospect.before.turns,
            decisions=decisions,
            initial={"decided_on": timezone.localdate(), **_named_in(request, kind)},
        )
        plan = None
        if form.is_valid():
            try:
                if "confirm" in request.POST:
                    return self._record(request, mechanism, form)
                plan = prospect.with_drafts([form.decision()]).pairs
            except DecisionRefused as refusal:
                add_refusal(form, refusal)
        return self._page(
            request,
            mechanism,
            "decide.html",
            title=RotationDecision.Kind(kind).label.capitalize(),
            effect=_(EFFECTS[kind]),
            form=form,
            media=self.media + form.media,
            has_errors=bool(form.errors),
            seen=len(decisions),
            turns_end=prospect.problem,
            nothing_to_revoke=kind == "revoke" and not decisions,
            rows=plan and pairs_shown(plan, form.names),
            changes=plan and sum(pair.is_changed for pair in plan),
            summits=plan and moves_shown(mechanism, plan, form.names),
            contradictions=plan
            and contradictions(mechanism, [pair.after for pair in plan if pair.after], form.names),
        )

    def _record(self, request: HttpRequest, mechanism: Mechanism, form: RecordForm) -> HttpResponse:
        row = record_decision(
            mechanism.pk,
            form.decision(),
            actor=request.user,
            note=form.cleaned_data["note"],
            seen=decisions_seen(request),
        )
        messages.success(request, _("Decision %(decision)s was recorded.") % {"decision": row})
        return HttpResponseRedirect(reverse("admin:rotation_mechanism_change", args=[mechanism.pk]))

    def _mechanism_for(self, request: HttpRequest, pk: int) -> Mechanism:
        mechanism = Mechanism.objects.filter(pk=pk).first()
        if mechanism is None:
            raise Http404
        if not request.user.has_perm("rotation.add_rotationdecision"):
            raise PermissionDenied
        return mechanism

    def _page(
        self, request: HttpRequest, mechanism: Mechanism, template: str, **context: Any
    ) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "subtitle": str(mechanism),
            "opts": self.opts,
            "mechanism": mechanism,
        }
        return TemplateResponse(request, f"admin/rotation/mechanism/{template}", shared | context)


def decisions_seen(request: HttpRequest) -> int:
    """How many decisions there were when the effect was shown; -1, which never holds, when that is not said."""
    seen = number_in(request.POST.get("seen"))
    return -1 if seen is None else seen


def kinds_shown() -> list[dict[str, str]]:
    """The kinds of decisions with what each does, in the order of a form."""
    labels = dict(RotationDecision.Kind.choices)
    return [{"kind": kind, "label": labels[kind], "effect": _(effect)} for kind, effect in EFFECTS.items()]


def add_refusal(form: Any, refusal: DecisionRefused) -> None:
    """Say a refusal beside the field that it names; the engine's keys are the spec's."""
    field = {"periods": "other_period", "from": "from_period", "decision": "revokes"}.get(
        refusal.key, refusal.key
    )
    form.add_error(field if field in form.fields else None, refusal.problem)


def _named_in(request: HttpRequest, kind: str) -> dict[str, str]:
    """What a link to the form fills in, such as the period, the decision to revoke, or all that a what-if tried."""
    return {name: request.GET[name] for name in FIELDS[kind] if name in request.GET}


def moves_shown(mechanism: Mechanism, plan: Any, names: dict[str, str]) -> list[dict[str, Any]]:
    """The announced summits that follow their turns elsewhere, with where to; and those no longer announced."""
    withdrawn = [pair.after.ordinal for pair in plan if pair.after and pair.after.status == "projected"]
    return [
        {"summit": summit, "period": turn.period, "host": names.get(turn.holder, turn.holder)}
        for summit, turn in moved_summits(mechanism, plan)
    ] + [
        {"summit": summit}
        for summit in mechanism.summits.filter(ordinal__in=withdrawn, status=Summit.Status.ANNOUNCED)
    ]
