"""Mails that came back."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pgtrigger
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Exists, ExpressionWrapper, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from meetings.models import Contact

from ..plan.verdicts import is_in_doubt
from ..spoken import codes_of

LATELY = timedelta(days=7)
DOUBTED = timedelta(days=90)


class BounceQuerySet(models.QuerySet["Bounce"]):
    def standing(self, now: datetime) -> BounceQuerySet:
        """What staff must look at: addresses that are no good until they are put right, those in doubt until a mail
        stays away or the address is another, and what came back or is not understood lately.

        The newest of each contact.
        """
        gone = Q(verdict=Bounce.Verdict.GONE, contact__is_undeliverable=True)
        lately = Q(verdict__in=[Bounce.Verdict.RETURNED, Bounce.Verdict.UNCLEAR], at__gte=now - LATELY)
        in_doubt = Q(verdict=Bounce.Verdict.RETURNED, contact__in=contacts_in_doubt(now))
        rows = self.annotate(is_in_doubt=ExpressionWrapper(in_doubt, models.BooleanField()))
        newest = rows.order_by("contact_id", "-at", "-pk").distinct("contact_id")
        return newest.filter(gone | lately | in_doubt).select_related("delivery", "contact__ministry")


def contacts_in_doubt(now: datetime) -> list[int]:
    """Those of whose address as it stands the last two mails both came back; one query.

    Only of who had one come back this quarter, and of each the two newest mails alone: nothing else is looked up.
    """
    back = Bounce.objects.filter(verdict=Bounce.Verdict.RETURNED)
    deliveries: Any = Bounce._meta.get_field("delivery").related_model
    # By goes_at, which of what was sent is when: an index of it has each contact's mails in this order.
    mails = deliveries.objects.filter(
        contact=OuterRef("pk"),
        state="sent",
        recipient__iexact=OuterRef("email"),
        goes_at__range=(now - DOUBTED, now),
    ).order_by("-goes_at", "-pk")
    came_back = mails.annotate(is_back=Exists(back.filter(delivery=OuterRef("pk")))).values("is_back")
    contacts = Contact.objects.filter(pk__in=back.filter(at__gte=now - DOUBTED).values("contact"))
    found = contacts.annotate(newest_first=ArraySubquery(came_back[:2])).order_by("pk")
    return [pk for pk, newest_first in found.values_list("pk", "newest_first") if is_in_doubt(newest_first)]


class Bounce(models.Model):
    """What came back to the sealed address of a mail after it had been taken; append-only."""

    class Verdict(models.TextChoices):
        GONE = "gone", _("address is no good")
        RETURNED = "returned", _("came back")
        DELAYED = "delayed", _("delayed on the way")
        UNCLEAR = "unclear", _("answered: to be read by a person")

    delivery = models.ForeignKey(
        "reminders.Delivery", on_delete=models.PROTECT, related_name="bounces", verbose_name=_("delivery")
    )
    # The delivery's own, written by the database: the way through half a million of them took a second.
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name=_("contact")
    )
    verdict = models.CharField(_("what became of it"), max_length=10, choices=Verdict.choices)
    status = models.CharField(_("status"), max_length=20, help_text=_("as RFC 3463 numbers it"))
    diagnostic = models.CharField(_("what the server said"), max_length=500, blank=True)
    text = models.TextField(_("what it says"), blank=True)
    # Of the notification: one that is fetched twice is one.
    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    at = models.DateTimeField(_("moment"), auto_now_add=True)

    objects = BounceQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["at", "id"], name="bounce_by_moment")]
        verbose_name = _("mail that came back")
        verbose_name_plural = _("mails that came back")
        constraints = [
            models.CheckConstraint(
                name="a_mail_comes_back_in_one_of_four_ways",
                condition=Q(verdict__in=["gone", "returned", "delayed", "unclear"]),
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="names_the_contact",
                operation=pgtrigger.Insert,
                when=pgtrigger.Before,
                func="""
                SELECT contact_id INTO NEW.contact_id FROM reminders_delivery WHERE id = NEW.delivery_id;
                RETURN NEW;
                """,
            ),
            pgtrigger.Protect(name="what_came_back_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} · {self.status} {self.told}"

    @property
    def told(self) -> str:
        """What the server said, or how the answer is headed, which may quote the mail."""
        return codes_of(self.diagnostic) if self.delivery.is_withheld else self.diagnostic
