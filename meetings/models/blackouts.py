"""Days on which the world meets elsewhere, such as a high-level week of the United Nations."""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField, ProseField


@pghistory.track()
class Blackout(models.Model):
    """Days that are better kept free; a meeting on them is warned of, never refused."""

    name = LineField(_("name"), max_length=200)
    # Inclusive on both ends, as a calendar announces them.
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"), help_text=_("inclusive"))
    source = LineField(_("source"), max_length=500, help_text=_("the notice or page that gives the days"))
    note = ProseField(_("note"), blank=True)

    class Meta:
        ordering = ["first_on", "name"]
        verbose_name = _("blackout")
        verbose_name_plural = _("blackouts")
        constraints = [
            models.CheckConstraint(
                name="a_blackout_ends_after_it_begins",
                condition=Q(last_on__gte=F("first_on")),
                violation_error_message=_("The last day lies before the first."),
            ),
            models.CheckConstraint(name="a_blackout_has_a_source", condition=~Q(source="")),
        ]

    def __str__(self) -> str:
        return str(self.name)
