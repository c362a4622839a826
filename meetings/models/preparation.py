"""How a track's meetings are prepared: which track meets before them, how long before, and how."""

from __future__ import annotations

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField

from .meetings import Meeting
from .tracks import Track


@pghistory.track()
class PreparatoryStep(models.Model):
    """One line of a track's preparatory chain, as working group → senior officials → ministers → summit.

    The level is that of the track that prepares; a track's own steps prepare its meetings in turn.
    """

    track = models.ForeignKey(Track, on_delete=models.CASCADE, related_name="steps", verbose_name=_("track"))
    prepared_by = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="prepared_steps", verbose_name=_("prepared by")
    )
    lead_days = models.PositiveSmallIntegerField(
        _("days before"),
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("calendar days from its first day to that of the meeting it prepares"),
    )
    duration_days = models.PositiveSmallIntegerField(
        _("lasts days"), default=1, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )
    format = models.CharField(
        _("format"), max_length=10, choices=Meeting.Format.choices, default=Meeting.Format.IN_PERSON
    )
    basis = LineField(
        _("source"), max_length=300, blank=True, help_text=_("the paper or the practice this rests on")
    )

    class Meta:
        ordering = ["track", "-lead_days", "pk"]
        verbose_name = _("preparatory meeting")
        verbose_name_plural = _("preparatory meetings")
        constraints = [
            models.CheckConstraint(
                name="a_track_does_not_prepare_itself",
                condition=~Q(track=F("prepared_by")),
                violation_error_message=_("A track does not prepare its own meetings; name another track."),
            ),
            models.CheckConstraint(
                name="a_preparation_ends_before_what_it_prepares",
                condition=Q(lead_days__gte=F("duration_days")),
                violation_error_message=_("It would not be over when the meeting it prepares begins."),
            ),
            models.CheckConstraint(
                name="a_preparatory_meeting_lasts_a_day_at_least", condition=Q(duration_days__gte=1)
            ),
            models.UniqueConstraint(
                name="a_track_prepares_once_at_a_time",
                fields=["track", "prepared_by", "lead_days"],
                violation_error_message=_("This step stands in the chain already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.track} ← {self.prepared_by}"
