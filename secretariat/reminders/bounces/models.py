"""Mails that came back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

LATELY = timedelta(days=7)


class BounceQuerySet(models.QuerySet["Bounce"]):
    def standing(self, now: datetime) -> BounceQuerySet:
        """What staff must look at: addresses that are no good until they are put right, and what came back lately.

        The newest of each contact.
        """
        gone = Q(verdict=Bounce.Verdict.GONE, delivery__contact__is_undeliverable=True)
        lately = Q(verdict=Bounce.Verdict.RETURNED, at__gte=now - LATELY)
        newest = self.order_by("delivery__contact_id", "-at", "-pk").distinct("delivery__contact_id")
        return newest.filter(gone | lately).select_related("delivery__contact__ministry")


class Bounce(models.Model):
    """What a mail server said of a mail after it had been taken; append-only."""

    class Verdict(models.TextChoices):
        GONE = "gone", _("address is no good")
        RETURNED = "returned", _("came back")
        DELAYED = "delayed", _("delayed on the way")

    delivery = models.ForeignKey(
        "reminders.Delivery", on_delete=models.PROTECT, related_name="bounces", verbose_name=_("delivery")
    )
    verdict = models.CharField(_("what became of it"), max_length=10, choices=Verdict.choices)
    status = models.CharField(_("status"), max_length=20, help_text=_("as RFC 3463 numbers it"))
    diagnostic = models.CharField(_("what the server said"), max_length=500, blank=True)
    # Of the notification: one that is fetched twice is one.
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    at = models.DateTimeField(_("moment"), auto_now_add=True)

    objects = BounceQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("mail that came back")
        verbose_name_plural = _("mails that came back")
        constraints = [
            models.CheckConstraint(
                name="a_mail_comes_back_in_one_of_three_ways",
                condition=Q(verdict__in=["gone", "returned", "delayed"]),
            )
        ]
        triggers = [
            pgtrigger.Protect(name="what_came_back_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} · {self.status} {self.diagnostic}"
