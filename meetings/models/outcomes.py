"""What meetings bring about: declarations, communiqués, memoranda, and the stages through which they go."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rotation.entered import LineField
from rotation.models import Recorded, State

from ..outcomes.stages import Stage, Step
from .documents import Document
from .meetings import Meeting


class OutcomeQuerySet(models.QuerySet["Outcome"]):
    def with_steps(self) -> OutcomeQuerySet:
        return self.select_related("meeting__track", "document__symbol").prefetch_related(
            "steps__positions__state", "steps__recorded_by"
        )


@pghistory.track()
class Outcome(models.Model):
    """One outcome of a meeting. Its stage is that of the last step that stands."""

    class Kind(models.TextChoices):
        DECLARATION = "declaration", _("declaration")
        TREATY = "treaty", _("treaty")
        STATEMENT = "joint statement", _("joint statement")
        COMMUNIQUE = "communique", _("communiqué")
        PRESS = "press statement", _("chair's press statement")
        MEMORANDUM = "memorandum", _("memorandum of understanding")
        ACTION_PLAN = "action plan", _("action plan")
        ROADMAP = "roadmap", _("roadmap")
        INITIATIVE = "initiative", _("initiative")
        REGULATIONS = "regulations", _("regulations")
        MINUTES = "minutes", pgettext_lazy("of an outcome", "minutes")
        LIST = "list", _("list of outcomes")
        OTHER = "other", _("other")

    class Reached(models.TextChoices):
        DRAFT = Stage.DRAFT.value, _("draft")
        AD_REFERENDUM = Stage.AD_REFERENDUM.value, _("agreed ad referendum")
        APPROVED = Stage.APPROVED.value, _("approved")
        SIGNED = Stage.SIGNED.value, _("signed")
        ADOPTED = Stage.ADOPTED.value, _("adopted")
        IN_FORCE = Stage.IN_FORCE.value, _("in force")

    meeting = models.ForeignKey(
        Meeting, on_delete=models.CASCADE, related_name="outcomes", verbose_name=_("meeting")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    title = LineField(_("title"), max_length=300)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices, default=Kind.OTHER)
    document = models.ForeignKey(
        Document,
        on_delete=models.PROTECT,
        related_name="outcomes",
        null=True,
        blank=True,
        verbose_name=_("paper"),
        help_text=_("the paper that holds its text; adopted by silence, the outcome is adopted with it"),
    )
    # Derived from the steps, kept for lists and filters; empty while no step is recorded.
    stage = models.CharField(_("stage"), max_length=14, choices=Reached.choices, blank=True, editable=False)

    objects = OutcomeQuerySet.as_manager()

    class Meta:
        ordering = ["meeting", "position"]
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")
        constraints = [
            models.UniqueConstraint(name="outcomes_stand_in_one_order", fields=["meeting", "position"])
        ]

    def __str__(self) -> str:
        return str(self.title)

    @property
    def standing_steps(self) -> list[OutcomeStep]:
        """The steps that no later record took back, oldest first; uses what `with_steps` fetched."""
        rows = list(self.steps.all())
        revoked = {row.revokes_id for row in rows}
        return [row for row in rows if row.revokes_id is None and row.pk not in revoked]

    @property
    def step_values(self) -> tuple[Step, ...]:
        return tuple(row.step for row in self.standing_steps)


class OutcomeStep(Recorded):
    """A stage that an outcome reached: when, on which basis, and which states took it. Append-only.

    A step recorded in error is taken back by a later one that revokes it, with the reason as its basis.
    """

    outcome = models.ForeignKey(
        Outcome, on_delete=models.PROTECT, related_name="steps", verbose_name=_("outcome")
    )
    stage = models.CharField(_("stage"), max_length=14, choices=Outcome.Reached.choices, blank=True)
    on = models.DateField(_("on"), null=True, blank=True, help_text=_("empty where the day is not known"))
    basis = LineField(_("source"), max_length=500)
    revokes = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        related_name="revoked_by",
        null=True,
        blank=True,
        verbose_name=_("takes back"),
    )

    class Meta:
        ordering = ["outcome", "pk"]
        verbose_name = _("stage of an outcome")
        verbose_name_plural = _("stages of outcomes")
        constraints = [
            models.CheckConstraint(name="a_step_has_a_source", condition=~Q(basis="")),
            models.CheckConstraint(
                name="a_step_reaches_a_stage_or_takes_one_back",
                condition=Q(revokes__isnull=True) & ~Q(stage="") | Q(revokes__isnull=False, stage=""),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="steps_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.outcome} · {self.get_stage_display()}"

    @property
    def step(self) -> Step:
        return Step(Stage(self.stage), self.on, self.states)

    @property
    def states(self) -> tuple[str, ...]:
        """The states that took the step, by their codes, whoever reads."""
        return tuple(sorted(row.state_id for row in self.positions.all() if row.is_bound))


class OutcomePosition(models.Model):
    """Where one state stood at a step: it took it or not, and who spoke for it where that was not its own head."""

    step = models.ForeignKey(OutcomeStep, on_delete=models.PROTECT, related_name="positions")
    state = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", verbose_name=_("state"))
    is_bound = models.BooleanField(_("took the step"), default=True)
    represented_by = LineField(
        _("represented by"), max_length=200, blank=True, help_text=_("such as “ambassador to China”")
    )

    class Meta:
        ordering = ["step", "state"]
        verbose_name = _("position of a state")
        verbose_name_plural = _("positions of states")
        constraints = [models.UniqueConstraint(name="a_state_has_one_position", fields=["step", "state"])]
        triggers = [
            pgtrigger.Protect(name="positions_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.state_id} · {self.step}"
