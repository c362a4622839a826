"""Recording a decision: choose its kind, say what was decided, see what it changes, confirm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from .act_view import Act, ActsAdmin, Asked, changed
from .comparison import Pair
from .deciding import Prospect, moved_summits, record_decision
from .decision_words import EFFECTS
from .forms import FIELDS, RecordForm
from .held import contradictions
from .models import Mechanism, RotationDecision, Summit
from .turn_tables import pairs_shown

DECIDERS = ["rotation.add_rotationdecision"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision of a kind that is to be recorded, before anything is said of it."""

    mechanism: Mechanism
    kind: str
    prospect: Prospect

    def __str__(self) -> str:
        return str(self.mechanism)


class Decide(Act):
    slug, path = "decision", "<int:pk>/decide/<str:kind>/"
    confirm = gettext_lazy("Record the decision")
    show = gettext_lazy("Show what this changes")
    permissions = DECIDERS
    template = "admin/rotation/mechanism/decide.html"
    foreseen = "form"

    def title_of(self, asked: Asked) -> str:
        return RotationDecision.Kind(asked.subject.kind).label.capitalize()

    def subject(self, pages: Any, request: HttpRequest, pk: int, kind: str) -> Draft | None:
        mechanism = Mechanism.objects.filter(pk=pk).first()
        return Draft(mechanism, kind, Prospect(mechanism)) if mechanism and kind in EFFECTS else None

    def back(self, asked: Asked) -> str:
        return reverse("admin:rotation_mechanism_decide", args=[asked.subject.mechanism.pk])

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        draft = asked.subject
        return RecordForm(
            data,
            kind=draft.kind,
            mechanism=draft.mechanism,
            turns=draft.prospect.before.turns,
            decisions=draft.prospect.stands.decisions,
            initial={"decided_on": timezone.localdate(), **_named_in(asked.request, draft.kind)},
        )

    def foresee(self, asked: Asked) -> tuple[Pair, ...]:
        return asked.subject.prospect.with_drafts([asked.form.decision()]).pairs

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        return (len(asked.subject.prospect.stands.decisions),)

    def shown(self, asked: Asked) -> dict[str, Any]:
        draft, plan = asked.subject, asked.plan
        shown = {
            "mechanism": draft.mechanism,
            "effect": _(EFFECTS[draft.kind]),
            "turns_end": draft.prospect.problem,
            "nothing_to_revoke": draft.kind == "revoke" and not draft.prospect.stands.decisions,
        }
        if plan is None:
            return shown
        names, turns = asked.form.names, [pair.after for pair in plan if pair.after]
        return shown | {
            "rows": pairs_shown(plan, names),
            "changes": sum(pair.is_changed for pair in plan),
            "summits": moves_shown(draft.mechanism, plan, names),
            "contradictions": contradictions(draft.mechanism, turns, names),
        }

    def act(self, asked: Asked) -> RotationDecision:
        decision, note = asked.form.decision(), asked.values["note"]
        return record_decision(asked.subject.mechanism.pk, decision, actor=asked.actor, note=note)

    def said(self, asked: Asked, result: RotationDecision) -> str:
        return _("Decision %(decision)s was recorded.") % {"decision": result}

    def leads_to(self, asked: Asked, result: RotationDecision) -> str:
        return changed(asked.subject.mechanism)


class DecisionPages(ActsAdmin):
    """The two pages, mixed into the mechanism's admin."""

    acts = [Decide()]

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.kinds_view)
        return [path("<int:pk>/decide/", view, name="rotation_mechanism_decide"), *super().get_urls()]

    def kinds_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        mechanism = self.mechanism_for(request, pk)
        return self.choice_of(request, mechanism, "kinds.html", _("Record a decision"), kinds=kinds_shown())

    def mechanism_for(self, request: HttpRequest, pk: int) -> Mechanism:
        """Raises Http404, PermissionDenied."""
        mechanism = Mechanism.objects.filter(pk=pk).first()
        if mechanism is None:
            raise Http404
        if not request.user.has_perms(DECIDERS):
            raise PermissionDenied
        return mechanism

    def choice_of(
        self, request: HttpRequest, mechanism: Mechanism, template: str, title: str, **choices: Any
    ) -> HttpResponse:
        """A page on which is chosen what is decided."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "subtitle": str(mechanism),
            "opts": self.opts,
            "mechanism": mechanism,
            **choices,
        }
        return TemplateResponse(request, f"admin/rotation/mechanism/{template}", context)


def kinds_shown() -> list[dict[str, str]]:
    """The kinds of decisions with what each does, in the order of a form."""
    labels = dict(RotationDecision.Kind.choices)
    return [{"kind": kind, "label": labels[kind], "effect": _(effect)} for kind, effect in EFFECTS.items()]


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
