"""Who takes over from a summit's host: what was said and signed at its closing."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rotation.entered import LineField, ProseField
from rotation.models import Recorded, State, Summit


class Handover(Recorded):
    """The host of a held summit hands over to the next. Append-only: a later one of the same summit replaces it."""

    summit = models.ForeignKey(
        Summit, on_delete=models.PROTECT, related_name="handovers", verbose_name=_("summit")
    )
    to = models.ForeignKey(State, on_delete=models.PROTECT, related_name="+", verbose_name=_("next host"))
    period = LineField(_("period"), max_length=10, help_text=_("of the next turn"))
    handed_over_on = models.DateField(_("handed over on"))
    place = LineField(_("place"), max_length=100, blank=True)
    basis = LineField(
        _("source"),
        max_length=300,
        help_text=_("the paper that names the next host, such as the declaration's last article"),
    )
    note = ProseField(_("note"), blank=True)

    class Meta:
        ordering = ["summit", "pk"]
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [models.CheckConstraint(name="a_handover_has_a_source", condition=~Q(basis=""))]
        triggers = [
            pgtrigger.Protect(name="handovers_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.summit} → {self.to}"
