"""Where the ledger lives: another place tells that its database was restored from a backup."""

from __future__ import annotations

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerHome(models.Model):
    """A place of the ledger, the newest the one of today; a new row at each restore that was noticed."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    place = models.CharField(_("cluster, timeline and database"), max_length=100)
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("home of the ledger")
        verbose_name_plural = _("homes of the ledger")
        triggers = [
            pgtrigger.Protect(name="homes_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return self.place
