"""What a committee recommends, to which track, and what became of it."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField, ProseField
from rotation.models import Recorded
from rotation.translated import TextsField, text_in

from ..committees.follow_up import FollowUp
from .committee import WorkingGroup
from .meetings import Meeting
from .tracks import Track


@pghistory.track()
class Recommendation(models.Model):
    """Adopted by a session for a track. What became of it are its steps; `reached` is that of the last one."""

    class Reached(models.TextChoices):
        ADOPTED = FollowUp.ADOPTED.value, _("adopted")
        PASSED_ON = FollowUp.PASSED_ON.value, _("passed on")
        CONSIDERED = FollowUp.CONSIDERED.value, _("considered")
        ACCEPTED = FollowUp.ACCEPTED.value, _("accepted")
        IN_PART = FollowUp.IN_PART.value, _("accepted in part")
        DECLINED = FollowUp.DECLINED.value, _("declined")
        CARRIED_OUT = FollowUp.CARRIED_OUT.value, _("carried out")
        WITHDRAWN = FollowUp.WITHDRAWN.value, _("withdrawn")

    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="recommendations", verbose_name=_("session")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    titles = TextsField(_("title"))
    texts = TextsField(_("text"), blank=True)
    addressee = models.ForeignKey(
        Track,
        on_delete=models.PROTECT,
        related_name="recommendations",
        verbose_name=_("addressed to"),
        help_text=_("the track whose ministers are to act"),
    )
    group = models.ForeignKey(
        WorkingGroup,
        on_delete=models.PROTECT,
        related_name="recommendations",
        null=True,
        blank=True,
        verbose_name=_("prepared by"),
    )
    reached = models.CharField(
        _("what became of it"), max_length=16, choices=Reached.choices, blank=True, editable=False
    )

    class Meta:
        ordering = ["meeting", "number"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            models.UniqueConstraint(
                name="a_session_numbers_its_recommendations_once",
                fields=["meeting", "number"],
                violation_error_message=_("This session has a recommendation with this number already."),
            )
        ]

    def __str__(self) -> str:
        return text_in(self.titles)


class RecommendationStep(Recorded):
    """One thing that became of a recommendation: when, on which source, at which meeting. Append-only."""

    recommendation = models.ForeignKey(
        Recommendation, on_delete=models.PROTECT, related_name="steps", verbose_name=_("recommendation")
    )
    step = models.CharField(_("step"), max_length=16, choices=Recommendation.Reached.choices)
    on = models.DateField(_("on"), null=True, blank=True, help_text=_("empty where the day is not known"))
    basis = LineField(_("source"), max_length=500)
    meeting = models.ForeignKey(
        Meeting,
        on_delete=models.PROTECT,
        related_name="recommendation_steps",
        null=True,
        blank=True,
        verbose_name=_("at the meeting"),
    )
    note = ProseField(_("note"), blank=True)

    class Meta:
        ordering = ["recommendation", "pk"]
        verbose_name = _("step of a recommendation")
        verbose_name_plural = _("steps of recommendations")
        constraints = [
            models.CheckConstraint(name="a_recommendations_step_has_a_source", condition=~Q(basis=""))
        ]
        triggers = [
            pgtrigger.Protect(
                name="steps_of_recommendations_are_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            )
        ]

    def __str__(self) -> str:
        return f"{self.recommendation} · {self.get_step_display()}"
