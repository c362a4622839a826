"""The table of days that are not what their weekday says, per state."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from rotation.models import State


@pghistory.track()
class CalendarDay(models.Model):
    """A closed day, or a weekend day that is worked. One row a basis layer: staff's entry wins over the library's."""

    class Status(models.TextChoices):
        CLOSED = "closed", _("closed")
        WORKING = "working", _("working")

    class Basis(models.TextChoices):
        LIBRARY = "library", _("library")
        STAFF = "staff", _("secretariat")

    class Certainty(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        ESTIMATED = "estimated", _("estimated")
        PROVISIONAL = "provisional", _("provisional")

    state = models.ForeignKey(
        State, on_delete=models.PROTECT, related_name="calendar_days", verbose_name=_("state")
    )
    day = models.DateField(_("day"))
    status = models.CharField(_("status"), max_length=8, choices=Status.choices, default=Status.CLOSED)
    basis = models.CharField(
        _("entered by"), max_length=8, choices=Basis.choices, default=Basis.STAFF, editable=False
    )
    certainty = models.CharField(
        _("certainty"), max_length=12, choices=Certainty.choices, default=Certainty.CONFIRMED
    )
    name = models.CharField(_("name"), max_length=300)
    source = models.CharField(_("source"), max_length=300, blank=True, help_text=_("law, decree or notice"))

    class Meta:
        ordering = ["day", "state", "basis"]
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        constraints = [
            models.UniqueConstraint(
                name="a_day_is_entered_once_a_basis",
                fields=["state", "day", "basis"],
                violation_error_message=_("This day is already entered for this state."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.state_id} {self.day}: {self.name}"
