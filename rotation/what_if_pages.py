"""What if: staff try decisions that nobody records. The address of the page holds them, nothing else does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from .act_view import add_refusal
from .deciding import LOOK_AHEAD_UNTIL, DecisionRefused, Prospect
from .decision_pages import kinds_shown, moves_shown
from .decision_words import EFFECTS, decision_text
from .forms import FIELDS, state_names
from .held import contradictions
from .models import Mechanism
from .rule import Decision
from .timeline import picture
from .turn_tables import pairs_shown
from .what_if import MOST_DRAFTS, Drafts, WhatIf, last_period, shown_safely, try_out
from .what_if_forms import TrialForm
from .what_if_papers import paper, table

# Web servers take addresses of some four thousand characters; a form's fields come on top.
LONGEST_ADDRESS = 3_000


class WhatIfPages:
    """The page and its two exports, mixed into the mechanism's admin."""

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<int:pk>/what-if/", view(self.what_if_view), name="rotation_mechanism_what_if"),
            path("<int:pk>/what-if.csv", view(self.what_if_csv), name="rotation_mechanism_what_if_csv"),
            path("<int:pk>/what-if.pdf", view(self.what_if_pdf), name="rotation_mechanism_what_if_pdf"),
            *super().get_urls(),
        ]

    def what_if_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        trial = self._trial(request, pk)
        kind = request.GET.get("kind", "")
        form = trial.form(kind, request.GET) if kind in EFFECTS else None
        if form and form.is_valid() and (added := trial.with_one_more(form)):
            return HttpResponseRedirect(f"{request.path}?{added}")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "mechanism": trial.mechanism,
            "title": _("What if? A trial: nothing of this is decided"),
            "subtitle": str(trial.mechanism),
            "kinds": kinds_shown(),
            "kind": kind,
            "effect": form and _(EFFECTS[kind]),
            "form": form,
            "can_record": request.user.has_perm("rotation.add_rotationdecision"),
            **trial.shown(),
        }
        return TemplateResponse(request, "admin/rotation/mechanism/what_if.html", context)

    def what_if_csv(self, request: HttpRequest, pk: int) -> HttpResponse:
        trial = self._trial(request, pk)
        return _file(trial, "csv", "text/csv; charset=utf-8", table(trial.rows()))

    def what_if_pdf(self, request: HttpRequest, pk: int) -> HttpResponse:
        trial = self._trial(request, pk)
        author = request.user.get_full_name() or request.user.get_username()
        printed = paper(str(trial.mechanism), trial.drafts_shown(), trial.rows(), author=author)
        return _file(trial, "pdf", "application/pdf", printed)

    def _trial(self, request: HttpRequest, pk: int) -> Trial:
        mechanism = Mechanism.objects.filter(pk=pk).first()
        if mechanism is None:
            raise Http404
        if not self.has_view_permission(request, mechanism):
            raise PermissionDenied
        return Trial(mechanism, request.GET.getlist("d"))


def _file(trial: Trial, ending: str, content_type: str, content: bytes) -> HttpResponse:
    name = f"what-if-{trial.mechanism.slug}-{timezone.localdate():%Y-%m-%d}.{ending}"
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(content, content_type=content_type, headers=disposition)


class Trial:
    """The drafts of an address and what follows from them, as the page and its exports show it."""

    def __init__(self, mechanism: Mechanism, texts: Sequence[str]) -> None:
        self.mechanism = mechanism
        self.texts, self.left_out = list(texts[:MOST_DRAFTS]), len(texts[MOST_DRAFTS:])
        self.prospect = Prospect(mechanism, last_period(mechanism))
        self.recorded = self.prospect.stands.decisions
        self.drafts = Drafts(mechanism, self.recorded)
        self.result: WhatIf = try_out(self.prospect, self.drafts.read(self.texts))
        self.names = {**self.result.newcomers, **state_names()}

    def form(self, kind: str, sent: Any) -> TrialForm:
        """The form of a kind, filled in if it was sent; its periods are those after the drafts."""
        return TrialForm(
            sent if "try" in sent else None,
            kind=kind,
            mechanism=self.mechanism,
            turns=[pair.after for pair in self.result.pairs if pair.after],
            decisions=self.recorded,
            newcomers=self.result.newcomers,
            day=self.drafts.day,
        )

    def with_one_more(self, form: TrialForm) -> str:
        """The query with the form's decision behind the others; empty when the form says why it is refused."""
        decision = form.decision()
        try:
            self.prospect.with_drafts([*self.result.carried_out, decision])
        except DecisionRefused as refusal:
            add_refusal(form, refusal)
            return ""
        added = _query([*self.texts, self.drafts.written(decision)])
        if len(self.texts) == MOST_DRAFTS or len(added) > LONGEST_ADDRESS:
            form.add_error(None, _("So many decisions cannot be tried at once; remove one first."))
            return ""
        return added

    def rows(self) -> list[dict[str, Any]]:
        return pairs_shown(self.result.pairs, self.names)

    def drafts_shown(self) -> list[dict[str, Any]]:
        return [
            {
                "says": decision_text(draft.decision, self.names, _)
                if draft.decision
                else shown_safely(draft.text[:60]),
                "problem": draft.problem,
                "without": _query(self.texts[:place] + self.texts[place + 1 :]),
                "record": self._record_address(draft.decision) if place == 0 and not draft.problem else "",
            }
            for place, draft in enumerate(self.result.drafts)
        ]

    def _record_address(self, decision: Decision) -> str:
        """The form for recording it, filled in; none for a state that is not in the record."""
        if decision.member and decision.member not in self.drafts.states:
            return ""
        said = {name: getattr(decision, name) for name in FIELDS[decision.kind]}
        said = {name: value for name, value in said.items() if value is not False and value not in ("", None)}
        page = reverse("admin:rotation_mechanism_decision", args=[self.mechanism.pk, decision.kind])
        return f"{page}?{urlencode(said)}"

    def shown(self) -> dict[str, Any]:
        rows, is_tried = self.rows(), bool(self.result.carried_out)
        return {
            "until": LOOK_AHEAD_UNTIL,
            "texts": self.texts,
            "query": _query(self.texts),
            "drafts": self.drafts_shown(),
            "left_out": self.left_out,
            "most": MOST_DRAFTS,
            "nothing_to_revoke": not self.recorded,
            "is_tried": is_tried,
            "rows": rows,
            "problem": "" if is_tried else self.prospect.problem,
            "changes": sum(row["is_changed"] for row in rows),
            "summits": moves_shown(self.mechanism, self.result.pairs, self.names),
            "contradictions": contradictions(
                self.mechanism, [pair.after for pair in self.result.pairs if pair.after], self.names
            )
            if is_tried
            else [],
            "picture": picture(rows, ["before", "after"] if is_tried else ["before"]),
        }


def _query(texts: Sequence[str]) -> str:
    return urlencode([("d", text) for text in texts])
