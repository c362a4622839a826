"""The Industrialists Committee: which organisation of which state sits in it."""

from __future__ import annotations

import pghistory
from django.db import models
from django.utils.translation import gettext_lazy as _

from .parties import Organisation
from .tracks import Track


@pghistory.track()
class Seat(models.Model):
    track = models.ForeignKey(
        Track, on_delete=models.PROTECT, related_name="seats", verbose_name=_("committee")
    )
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="seats", verbose_name=_("organisation")
    )
    role = models.CharField(_("role"), max_length=200)

    class Meta:
        ordering = ["track", "organisation"]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = [
            models.UniqueConstraint(name="an_organisation_has_one_seat", fields=["track", "organisation"])
        ]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.track}"
