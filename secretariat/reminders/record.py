"""The record of the ledger: every step of every delivery, which nobody edits or deletes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from .states import State


class DeliveryEvent(models.Model):
    """One step of a delivery; append-only in the database."""

    # What happens to a mail that left us changes its state no more.
    RETURNED, DELAYED, ANSWERED = "returned", "delayed", "answered"
    STEPS = [
        *State.choices,
        (RETURNED, _("came back")),
        (DELAYED, _("delayed on the way")),
        (ANSWERED, _("answered, and for a person to read")),
    ]

    delivery = models.ForeignKey(
        "reminders.Delivery", on_delete=models.PROTECT, related_name="events", verbose_name=_("delivery")
    )
    at = models.DateTimeField(_("moment"), auto_now_add=True)
    state = models.CharField(pgettext_lazy("of a delivery", "state"), max_length=10, choices=STEPS)
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        verbose_name=_("by"),
        help_text=_("empty where the service did it by itself"),
    )

    class Meta:
        ordering = ["delivery", "pk"]
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        indexes = [models.Index(fields=["author"], name="event_by_author", condition=Q(author__isnull=False))]
        triggers = [
            pgtrigger.Protect(name="events_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.state}"


def append_events(
    delivery_ids: Iterable[int], state: str, detail: str, worker: str = "", author: Any = None
) -> None:
    """Record that these deliveries came into `state`; one query, none for none."""
    keys = list(delivery_ids)
    if not keys:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO reminders_deliveryevent (delivery_id, at, state, detail, worker, author_id) "
            "SELECT key, statement_timestamp(), %s, %s, %s, %s::bigint FROM unnest(%s::bigint[]) AS key",
            [state, detail[:500], worker, author and author.pk, keys],
        )
