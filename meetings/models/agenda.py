"""A meeting's agenda: its items, which keep their identity, and its stages, which are frozen for good."""

from __future__ import annotations

import uuid
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField, NoteField, ProseField
from rotation.folding import searched, trigrams
from rotation.models import Recorded, State
from rotation.translated import TextsField, text_in

from ..agenda.late_items import NoticeRule
from ..agenda.stages import Stage
from .meetings import Meeting

NOTICE = NoticeRule()


def _days(label: Any, default: int, help_text: Any) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MaxValueValidator(1000)], help_text=help_text
    )


@pghistory.track()
class Agenda(models.Model):
    """One a meeting. Its rules of notice are data; a new agenda takes those of its track's last one."""

    meeting = models.OneToOneField(
        Meeting, on_delete=models.CASCADE, related_name="agenda", verbose_name=_("meeting")
    )
    session_minutes = models.PositiveSmallIntegerField(
        _("minutes of sitting"),
        null=True,
        blank=True,
        help_text=_("empty means the hours of the meeting, when it has hours and lasts one day"),
    )
    provisional_days = _days(
        _("provisional agenda, days before"), NOTICE.provisional_days, _("when it is to be out at the latest")
    )
    supplementary_days = _days(
        _("supplementary items, days before"),
        NOTICE.supplementary_days,
        _("a request after the provisional agenda is in time until then; after that it is urgent"),
    )
    list_days = _days(
        _("supplementary list, days before"),
        NOTICE.list_days,
        _("when supplementary items are to be issued at the latest"),
    )
    cooling_days = _days(
        _("days an urgent item waits"), NOTICE.cooling_days, _("from the decision that admits it")
    )
    # Up by one with each act: a page that was shown before is told to look again.
    revision = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-meeting__first_on", "pk"]
        verbose_name = _("agenda")
        verbose_name_plural = _("agendas")
        constraints = [
            models.CheckConstraint(
                name="a_session_takes_time",
                condition=Q(session_minutes__isnull=True) | Q(session_minutes__gt=0),
                violation_error_message=_("A session takes at least a minute; leave it empty if not known."),
            )
        ]

    def __str__(self) -> str:
        return str(self.meeting)

    @property
    def rule(self) -> NoticeRule:
        return NoticeRule(self.provisional_days, self.supplementary_days, self.list_days, self.cooling_days)


@pghistory.track(exclude=["searched"])
class AgendaItem(models.Model):
    """An item; `uid` is its identity from stage to stage. It is taken off, never deleted."""

    class Kind(models.TextChoices):
        REGULAR = "regular", _("regular")
        SUPPLEMENTARY = "supplementary", _("supplementary")
        URGENT = "urgent", _("urgent")

    class Status(models.TextChoices):
        LISTED = "listed", _("on the agenda")
        PENDING = "pending", _("waits for a decision")
        DECLINED = "declined", _("not admitted")
        WITHDRAWN = "withdrawn", _("taken off")

    class Action(models.TextChoices):
        INFORMATION = "information", _("for information")
        DISCUSSION = "discussion", _("for discussion")
        DECISION = "decision", _("for decision")
        ADOPTION = "adoption", _("for adoption")
        SIGNATURE = "signature", _("for signature")
        ELECTION = "election", _("for election or appointment")

    uid = models.UUIDField(_("identity"), default=uuid.uuid4, unique=True, editable=False)
    agenda = models.ForeignKey(
        Agenda, on_delete=models.CASCADE, related_name="items", verbose_name=_("agenda")
    )
    position = models.PositiveSmallIntegerField(_("position"))
    titles = TextsField(_("title"))
    annotations = TextsField(
        _("annotation"), blank=True, help_text=_("background; printed in the annotated agenda")
    )
    proposers = models.ManyToManyField(
        State, through="ItemProposer", related_name="+", verbose_name=_("proposed by")
    )
    mandate = LineField(
        _("mandate"),
        max_length=500,
        blank=True,
        help_text=_("the paper and paragraph that ask for this item"),
    )
    action = models.CharField(_("action expected"), max_length=12, choices=Action.choices, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1440)]
    )
    rapporteur = LineField(
        _("rapporteur"), max_length=200, blank=True, help_text=_("who introduces the item")
    )
    # Symbols or titles. A symbol names its document, whatever its language: nothing else need be stored.
    papers = ArrayField(LineField(max_length=300), verbose_name=_("papers"), default=list, blank=True)
    is_sub = models.BooleanField(_("part of the item above"), default=False)
    is_bis = models.BooleanField(
        _("numbered bis"), default=False, help_text=_("the items after it keep their numbers")
    )
    kind = models.CharField(
        _("kind"), max_length=13, choices=Kind.choices, default=Kind.REGULAR, editable=False
    )
    status = models.CharField(
        _("status"), max_length=9, choices=Status.choices, default=Status.LISTED, editable=False
    )
    requested_on = models.DateField(_("requested on"))
    urgency = ProseField(_("why it is important and urgent"), blank=True)
    decided_on = models.DateField(_("decided on"), null=True, blank=True, editable=False)
    decision_basis = LineField(_("decision"), max_length=300, blank=True, editable=False)
    considered_from = models.DateField(_("not considered before"), null=True, blank=True, editable=False)
    searched = searched(texts=("titles",), lists=("papers",))

    class Meta:
        ordering = ["agenda", "position"]
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        indexes = [trigrams("agenda_item_searched")]
        constraints = [
            models.UniqueConstraint(
                name="agenda_items_stand_in_one_order",
                fields=["agenda", "position"],
                # Checked when a statement ends: a new order writes all positions at once.
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.CheckConstraint(name="an_agenda_item_has_a_title", condition=~Q(titles={})),
            models.CheckConstraint(
                name="an_agenda_item_takes_time", condition=Q(minutes__isnull=True) | Q(minutes__gt=0)
            ),
            models.CheckConstraint(
                name="an_urgent_item_says_why", condition=~Q(kind="urgent") | ~Q(urgency="")
            ),
            models.CheckConstraint(
                name="only_an_urgent_item_needs_a_decision",
                condition=Q(kind="urgent")
                | Q(status__in=["listed", "withdrawn"], decided_on__isnull=True, decision_basis=""),
            ),
            models.CheckConstraint(
                name="an_urgent_item_is_listed_by_a_decision",
                condition=~Q(kind="urgent")
                | Q(status__in=["pending", "withdrawn"])
                | (Q(decided_on__isnull=False) & ~Q(decision_basis="")),
            ),
            models.CheckConstraint(
                name="an_urgent_item_waits_from_its_decision",
                condition=Q(considered_from__isnull=True) | Q(considered_from__gte=F("decided_on")),
            ),
        ]

    def __str__(self) -> str:
        return text_in(self.titles)


@pghistory.track()
class ItemProposer(models.Model):
    """A state that proposes an item, alone or with others."""

    item = models.ForeignKey(
        AgendaItem, on_delete=models.CASCADE, related_name="proposals", verbose_name=_("agenda item")
    )
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", verbose_name=_("state"))

    class Meta:
        ordering = ["item", "state"]
        verbose_name = _("proposer")
        verbose_name_plural = _("proposers")
        constraints = [
            models.UniqueConstraint(name="a_state_proposes_an_item_once", fields=["item", "state"])
        ]

    def __str__(self) -> str:
        return f"{self.state} — {self.item}"


class AgendaStage(Recorded):
    """The agenda as it was issued at a stage. Append-only: a correction is the same stage once more."""

    class Code(models.TextChoices):
        PRELIMINARY = Stage.PRELIMINARY.value, _("preliminary list")
        ANNOTATED = Stage.ANNOTATED.value, _("annotated preliminary list")
        PROVISIONAL = Stage.PROVISIONAL.value, _("provisional agenda")
        ADOPTED = Stage.ADOPTED.value, _("agenda adopted")
        AS_ADOPTED = Stage.AS_ADOPTED.value, _("agenda as adopted")

    agenda = models.ForeignKey(
        Agenda, on_delete=models.PROTECT, related_name="stages", verbose_name=_("agenda")
    )
    number = models.PositiveSmallIntegerField(_("number"), help_text=_("in the order of freezing, from 1"))
    code = models.CharField(_("stage"), max_length=12, choices=Code.choices)
    reissue = models.PositiveSmallIntegerField(
        _("revision"), default=0, help_text=_("0 is the first of its stage")
    )
    # All that a paper of it needs, in every language; see meetings/agenda/snapshots.py.
    snapshot = models.JSONField(_("what was frozen"))
    note = NoteField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ["agenda", "number"]
        verbose_name = _("stage of an agenda")
        verbose_name_plural = _("stages of agendas")
        constraints = [
            models.UniqueConstraint(name="agenda_stages_are_numbered_once", fields=["agenda", "number"]),
            models.CheckConstraint(name="agenda_stages_count_from_one", condition=Q(number__gte=1)),
            models.UniqueConstraint(
                name="a_revision_of_a_stage_is_issued_once", fields=["agenda", "code", "reissue"]
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="agenda_stages_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_code_display()}, Rev. {self.reissue}" if self.reissue else self.get_code_display()

    @property
    def stage(self) -> Stage:
        return Stage(self.code)
