"""The delivery ledger: what is said to whom about what and when, and what became of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from meetings.models import Contact, Due, Meeting, Track


@pghistory.track()
class ReminderRule(models.Model):
    """How long before a deadline its reminder goes out, and at which hour of the recipient's day."""

    track = models.ForeignKey(
        Track,
        on_delete=models.CASCADE,
        related_name="reminder_rules",
        null=True,
        blank=True,
        verbose_name=_("track"),
        help_text=_("empty means every track that has no rule of its own"),
    )
    days_before = models.PositiveSmallIntegerField(
        _("days before"),
        validators=[MaxValueValidator(365)],
        help_text=_("calendar days; 0 is the day itself"),
    )
    at = models.TimeField(_("at"), default=time(9), help_text=_("local time of the recipient"))

    class Meta:
        ordering = ["track", "-days_before"]
        verbose_name = _("reminder rule")
        verbose_name_plural = _("reminder rules")
        constraints = [
            models.UniqueConstraint(
                name="a_reminder_is_ruled_once", fields=["track", "days_before"], nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.days_before} d · {self.at:%H:%M}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def unsettled(self) -> DeliveryQuerySet:
        """What staff must look at: refused for good, or not known to have arrived."""
        return self.filter(state__in=[Delivery.State.FAILED, Delivery.State.UNCERTAIN])

    def still_true(self, now: datetime) -> DeliveryQuerySet:
        """What would still be said at `now`: the due stands as the text says, and its hour has not passed."""
        withdrawn = Q(kind=Delivery.Kind.WITHDRAWN, due__status=Due.Status.WITHDRAWN)
        stands = ~Q(kind=Delivery.Kind.WITHDRAWN) & Q(due__status=Due.Status.OPEN)
        return self.filter(withdrawn | stands, due__sequence=F("sequence"), expires_at__gt=now)


class Delivery(models.Model):
    """One thing said to one contact about one due. Once it may have left us it is never edited or deleted."""

    class Kind(models.TextChoices):
        REMINDER = "reminder", _("reminder")
        CHANGED = "changed", _("notice of change")
        WITHDRAWN = "withdrawn", _("notice of withdrawal")

    class State(models.TextChoices):
        PENDING = "pending", _("planned")
        DEFERRED = "deferred", _("to be tried again")
        CLAIMED = "claimed", _("taken by a worker")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("taken by the mail server")
        UNCERTAIN = "uncertain", _("not known whether it arrived")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    UNSENT = (State.PENDING, State.DEFERRED, State.CLAIMED)
    # What the contact was told, or may have been.
    TOLD = (State.SENDING, State.SENT, State.UNCERTAIN)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("meeting")
    )
    due = models.ForeignKey(
        Due, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("deadline")
    )
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="deliveries", verbose_name=_("contact")
    )
    sequence = models.PositiveIntegerField(_("revision of the deadline"))
    offset_code = models.CharField(
        _("offset"), max_length=8, blank=True, help_text=_("P7D: seven days before")
    )
    reason = models.CharField(_("why"), max_length=300)
    # What is said: the moment of the due, and the one it was before a change.
    says_due_at = models.DateTimeField(_("says due at"))
    was_due_at = models.DateTimeField(_("said before"), null=True, blank=True)

    # The decision is local (day, hour, zone); the instant is derived from it.
    planned_on = models.DateField(_("planned on"))
    planned_hour = models.TimeField(_("at"), help_text=_("local time of the recipient"))
    zone = models.CharField(_("time zone"), max_length=64)
    planned_at = models.DateTimeField(_("planned"))
    expires_at = models.DateTimeField(_("untrue from"))
    state = models.CharField(
        pgettext_lazy("of a delivery", "state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    next_try_at = models.DateTimeField(_("next try"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    token = models.UUIDField(null=True, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)

    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    in_reply_to = models.CharField(max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)
    recipient = models.EmailField(_("sent to"), blank=True)
    subject = models.CharField(_("subject"), max_length=500, blank=True)
    text = models.TextField(_("text"), blank=True)
    html = models.TextField(_("HTML"), blank=True)
    dated_at = models.DateTimeField(null=True, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    reply = models.CharField(_("mail server's reply"), max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-planned_at", "pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        permissions = [
            ("settle_delivery", "Can settle deliveries that failed or are not known to have arrived")
        ]
        constraints = [
            models.UniqueConstraint(
                name="one_thing_is_said_once", fields=["kind", "due", "sequence", "offset_code", "contact"]
            ),
            models.CheckConstraint(
                name="what_was_sent_says_when",
                condition=Q(state="sent", sent_at__isnull=False) | ~Q(state="sent"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at", "id"],
                name="delivery_due",
                condition=Q(state__in=["pending", "deferred"]),
            ),
            models.Index(
                fields=["lease_until"], name="delivery_leased", condition=Q(state__in=["claimed", "sending"])
            ),
            models.Index(fields=["meeting", "state"], name="delivery_of_meeting"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="what_was_sent_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="sent"),
            ),
            pgtrigger.Protect(name="the_ledger_forgets_nothing", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.due} · {self.contact}"


class DeliveryEvent(models.Model):
    """One step of a delivery; append-only in the database."""

    delivery = models.ForeignKey(
        Delivery, on_delete=models.PROTECT, related_name="events", verbose_name=_("delivery")
    )
    at = models.DateTimeField(_("moment"), auto_now_add=True)
    state = models.CharField(
        pgettext_lazy("of a delivery", "state"), max_length=10, choices=Delivery.State.choices
    )
    detail = models.CharField(_("detail"), max_length=500, blank=True)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="+",
        null=True,
        blank=True,
        verbose_name=_("by"),
        help_text=_("empty where the service did it by itself"),
    )

    class Meta:
        ordering = ["delivery", "pk"]
        verbose_name = _("delivery event")
        verbose_name_plural = _("delivery events")
        triggers = [
            pgtrigger.Protect(name="events_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.state}"


def append_events(
    delivery_ids: Iterable[int], state: str, detail: str, worker: str = "", author: Any = None
) -> None:
    """Record that these deliveries came into `state`; one query a thousand."""
    DeliveryEvent.objects.bulk_create(
        [
            DeliveryEvent(delivery_id=pk, state=state, detail=detail[:500], worker=worker, author=author)
            for pk in delivery_ids
        ],
        batch_size=1000,
    )
