"""What is decided of an agenda and its items: a stage is frozen, an item decided upon, taken off, put back."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rotation.act_view import Act, Asked

from ...agenda.acts import (
    AgendaRefused,
    StagePlan,
    decide_urgent,
    freeze_stage,
    plan_stage,
    restore_item,
    withdraw_item,
)
from ...agenda.snapshots import items_of
from ...agenda.stages import PUBLIC, budget
from ...models import Agenda, AgendaItem, AgendaStage, Meeting
from .forms import DecideForm, NoteForm, ReasonField, WhyForm
from .page import FREEZER, page_of, when_shown
from .shown import (
    STAGE_SLUGS,
    comparison_shown,
    findings_shown,
    papers_named,
    snapshot_shown,
    stage_text,
    stages_of,
)


class AgendaAct(Act):
    """Stands in the frame of its meeting's agenda."""

    permissions = ["meetings.change_agenda"]

    def agenda(self, asked: Asked) -> Agenda:
        raise NotImplementedError

    def subtitle(self, asked: Asked) -> str:
        return str(self.agenda(asked).meeting)

    def back(self, asked: Asked) -> str:
        return page_of(self.agenda(asked))

    def shown(self, asked: Asked) -> dict[str, Any]:
        agenda = self.agenda(asked)
        return {
            "agenda": agenda,
            "meeting": agenda.meeting,
            "meetings": Meeting._meta.verbose_name_plural,
        }


class ItemAct(AgendaAct):
    template = "admin/meetings/agenda/item_act.html"

    def subject(self, pages: Any, request: HttpRequest, pk: int) -> AgendaItem | None:
        rows = AgendaItem.objects.select_related("agenda__meeting__track__mechanism")
        return rows.filter(pk=pk).first()

    def agenda(self, asked: Asked) -> Agenda:
        agenda: Agenda = asked.subject.agenda
        return agenda

    def confirm_of(self, asked: Asked) -> str:
        return str(self.title)

    def notes(self, item: AgendaItem) -> list[str]:
        raise NotImplementedError

    def shown(self, asked: Asked) -> dict[str, Any]:
        return super().shown(asked) | {"item": asked.subject, "notes": self.notes(asked.subject)}


class Decide(ItemAct):
    slug, path, form = "item_decide", "items/<int:pk>/decide/", DecideForm
    title = gettext_lazy("Record the decision")
    done = gettext_lazy("The decision was recorded.")

    def notes(self, item: AgendaItem) -> list[str]:
        waits = _("Once admitted, the item is not considered before %(days)s days have passed.")
        return [
            _("Urgent because: %(urgency)s") % {"urgency": item.urgency},
            waits % {"days": item.agenda.cooling_days},
        ]

    def ask(self, asked: Asked, data: Any, files: Any) -> forms.Form:
        return DecideForm(data, initial={"decided_on": timezone.localdate()})

    def act(self, asked: Asked) -> Any:
        values = asked.values
        return decide_urgent(
            asked.subject.pk,
            is_admitted=values["outcome"] == "admit",
            decided_on=values["decided_on"],
            basis=values["basis"],
            at_once=values["at_once"],
            actor=asked.actor,
        )


class TakeOff(ItemAct):
    slug, path, form = "item_withdraw", "items/<int:pk>/withdraw/", WhyForm
    title = gettext_lazy("Take off the agenda")
    done = gettext_lazy("The item was taken off.")
    is_grave = True

    def notes(self, item: AgendaItem) -> list[str]:
        return [_("The item leaves the draft and keeps its identity; it can be put back.")]

    def act(self, asked: Asked) -> Any:
        return withdraw_item(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


class PutBack(ItemAct):
    slug, path, form = "item_restore", "items/<int:pk>/restore/", ReasonField
    title = gettext_lazy("Put back on the agenda")
    done = gettext_lazy("The item was put back.")

    def notes(self, item: AgendaItem) -> list[str]:
        return [_("The item comes back to the place where it stood.")]

    def act(self, asked: Asked) -> Any:
        return restore_item(asked.subject.pk, actor=asked.actor, reason=asked.values["reason"])


class Freeze(AgendaAct):
    slug, path, form = "freeze", "<int:pk>/freeze/<str:stage>/", NoteForm
    permissions = ["meetings.change_agenda", FREEZER]
    template = "admin/meetings/agenda/freeze.html"
    foreseen = "row"
    trial = {"note": ""}

    def subject(self, pages: Any, request: HttpRequest, pk: int, stage: str) -> tuple[Agenda, Any] | None:
        agenda = Agenda.objects.select_related("meeting__track__mechanism").filter(pk=pk).first()
        return (agenda, STAGE_SLUGS[stage]) if agenda and stage in STAGE_SLUGS else None

    def agenda(self, asked: Asked) -> Agenda:
        agenda: Agenda = asked.subject[0]
        return agenda

    def foresee(self, asked: Asked) -> StagePlan:
        plan = plan_stage(*asked.subject)
        if plan.refusal is not None:
            raise AgendaRefused(plan.refusal.code, **plan.refusal.values)
        return plan

    def sealed(self, asked: Asked) -> tuple[Any, ...]:
        agenda = self.agenda(asked)
        return agenda.revision, agenda.meeting.revision

    def label(self, plan: StagePlan) -> str:
        return stage_text(AgendaStage(code=plan.stage, reissue=plan.reissue))

    def title_of(self, asked: Asked) -> str:
        return _("Freeze: %(stage)s") % {"stage": self.label(asked.plan)}

    confirm_of = title_of

    def shown(self, asked: Asked) -> dict[str, Any]:
        agenda, plan = self.agenda(asked), asked.plan
        items = items_of(plan.snapshot)
        return super().shown(asked) | {
            "when": when_shown(agenda.meeting),
            "is_public": plan.stage in PUBLIC,
            "items": snapshot_shown(plan.snapshot),
            "findings": findings_shown(
                agenda,
                items,
                stages_of(agenda),
                budget(items, plan.snapshot["session_minutes"]),
                stage=plan.stage,
                pending=agenda.items.filter(status=AgendaItem.Status.PENDING).count(),
                papers=papers_named(items, asked.actor),
            ),
            "before_title": plan.last and stage_text(plan.last),
            "after_title": self.label(plan),
            "rows": plan.last and comparison_shown(plan.last.snapshot, plan.snapshot),
            "changes": len(plan.changes),
        }

    def act(self, asked: Asked) -> AgendaStage:
        agenda, stage = asked.subject
        return freeze_stage(agenda.pk, stage, actor=asked.actor, note=asked.values["note"])

    def said(self, asked: Asked, result: AgendaStage) -> str:
        return _("Frozen: %(stage)s.") % {"stage": stage_text(result)}


ACTS = [Decide(), TakeOff(), PutBack(), Freeze()]
