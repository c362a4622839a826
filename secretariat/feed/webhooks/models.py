"""Where partner systems want to be told of changes, what is told them, and what they answered."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ..models import PartnerSystem


def _user() -> Any:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, editable=False
    )


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def in_trouble(self) -> WebhookQuerySet:
        """What staff must look at: switched off by the service, or failing now."""
        off = Q(state=Webhook.State.OFF)
        return self.filter(off | Q(state=Webhook.State.ACTIVE, failing_since__isnull=False))

    def with_waiting(self) -> WebhookQuerySet:
        """Adds how many messages wait."""
        return self.annotate(waiting=Count("messages", filter=Q(messages__state__in=WebhookMessage.OPEN)))


@pghistory.track(
    exclude=[
        *("secret", "former_secret", "position", "rests_until", "failing_since", "taken_at", "off_at"),
    ]
)
class Webhook(models.Model):
    """An address of a partner system. What it is told of is what the system may see; the address decides nothing."""

    class State(models.TextChoices):
        UNPROVED = "unproved", _("waits for its proof")
        ACTIVE = "active", pgettext_lazy("of a webhook", "active")
        PAUSED = "paused", _("paused by staff")
        OFF = "off", _("switched off")

    class Signing(models.TextChoices):
        SECRET = "secret", _("a secret that the receiver has too (v1)")
        KEYS = "keys", _("a key pair: the receiver has the public key (v1a)")

    class Why(models.TextChoices):
        NONE = "", ""
        GONE = "gone", _("it answered 410: gone for good")
        FAILING = "failing", _("it failed for days")

    system = models.ForeignKey(
        PartnerSystem, on_delete=models.PROTECT, related_name="webhooks", verbose_name=_("partner system")
    )
    url = models.CharField(
        _("address"),
        max_length=500,
        help_text=_("https on port 443, by name: https://calendar.mfa.example/hook"),
    )
    signing = models.CharField(
        _("signed with"),
        max_length=10,
        choices=Signing.choices,
        default=Signing.SECRET,
        help_text=_("Choose the key pair for a receiver that does not want to share a secret with us."),
    )
    # Or the private key. Sealed by a key that is made of SECRET_KEY (sealing.py); to sign takes the secret itself, so no
    # hash will do.
    secret = models.TextField(editable=False)
    former_secret = models.TextField(editable=False, blank=True)
    former_until = models.DateTimeField(_("former secret signs until"), null=True, editable=False)
    state = models.CharField(
        pgettext_lazy("of a webhook", "state"),
        max_length=10,
        choices=State.choices,
        default=State.UNPROVED,
        editable=False,
    )
    why_off = models.CharField(_("why"), max_length=10, choices=Why.choices, blank=True, editable=False)
    off_at = models.DateTimeField(_("switched off"), null=True, editable=False)
    # Of the feed's log: all changes up to here have their message. A gap after it is a loss, and is repaired.
    position = models.PositiveBigIntegerField(_("told up to change"), default=0, editable=False)
    epoch = models.UUIDField(null=True, editable=False)
    rests_until = models.DateTimeField(_("rests until"), null=True, editable=False)
    failing_since = models.DateTimeField(_("failing since"), null=True, editable=False)
    taken_at = models.DateTimeField(_("last success"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = _user()

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["system__name", "pk"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [
            models.UniqueConstraint(
                name="a_system_is_told_once_at_an_address",
                fields=["system", "url"],
                violation_error_message=_("This system has a webhook with this address already."),
            ),
            models.CheckConstraint(
                name="what_is_off_says_why_and_when",
                condition=Q(state="off", why_off__in=["gone", "failing"], off_at__isnull=False)
                | (~Q(state="off") & Q(why_off="", off_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_former_secret_ends",
                condition=Q(former_secret="", former_until__isnull=True)
                | (~Q(former_secret="") & Q(former_until__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.system}: {self.url}"


class WebhookMessage(models.Model):
    """One change told to one webhook. Its uid is the webhook-id over all tries: the receiver's key against doubles."""

    class Kind(models.TextChoices):
        CHANGED = "changed", _("a meeting changed")
        RESYNC = "resync", _("more changed than is told one by one")
        PING = "ping", _("test")

    class State(models.TextChoices):
        PENDING = "pending", pgettext_lazy("of a message", "waits")
        DEFERRED = "deferred", _("to be tried again")
        CLAIMED = "claimed", _("taken by a worker")
        TAKEN = "taken", _("taken by the receiver")
        FAILED = "failed", _("given up")
        OVERTAKEN = "overtaken", _("overtaken by a later change")

    WAITING = (State.PENDING, State.DEFERRED)
    OPEN = (*WAITING, State.CLAIMED)

    webhook = models.ForeignKey(
        Webhook, on_delete=models.PROTECT, related_name="messages", verbose_name=_("webhook")
    )
    uid = models.UUIDField(_("webhook-id"), default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    meeting = models.UUIDField(_("meeting"), null=True)  # its uid, not the row: a removal outlives that
    seq = models.PositiveBigIntegerField(_("change"))
    epoch = models.UUIDField(editable=False)
    state = models.CharField(
        pgettext_lazy("of a message", "state"), max_length=10, choices=State.choices, default=State.PENDING
    )
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    next_try_at = models.DateTimeField(_("next try"))
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("made"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("webhook message")
        verbose_name_plural = _("webhook messages")
        constraints = [
            models.UniqueConstraint(
                name="a_change_is_one_message",
                fields=["webhook", "epoch", "seq", "meeting"],
                nulls_distinct=True,
            ),
            models.CheckConstraint(
                name="a_message_of_a_change_names_its_meeting",
                condition=Q(kind="changed", meeting__isnull=False)
                | (~Q(kind="changed") & Q(meeting__isnull=True)),
            ),
            models.CheckConstraint(
                name="who_has_a_message_has_a_token_and_a_lease",
                condition=Q(state="claimed", token__isnull=False, lease_until__isnull=False)
                | (~Q(state="claimed") & Q(token__isnull=True, lease_until__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["webhook", "next_try_at", "id"],
                name="webhook_message_due",
                condition=Q(state__in=["pending", "deferred"]),
            ),
            models.Index(fields=["lease_until"], name="webhook_message_leased", condition=Q(state="claimed")),
            # What a later change overtakes.
            models.Index(
                fields=["webhook", "meeting"],
                name="webhook_message_open",
                condition=Q(state__in=["pending", "deferred"]),
            ),
        ]
        triggers = [pgtrigger.Protect(name="messages_are_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.seq}"

    @property
    def public_id(self) -> str:
        return f"msg_{self.uid.hex}"


class WebhookAttempt(models.Model):
    """One try of a message, or what was done with it; append-only in the database."""

    message = models.ForeignKey(
        WebhookMessage, on_delete=models.PROTECT, related_name="attempts", verbose_name=_("webhook message")
    )
    at = models.DateTimeField(_("moment"), auto_now_add=True)
    state = models.CharField(
        pgettext_lazy("of a message", "state"), max_length=10, choices=WebhookMessage.State.choices
    )
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    milliseconds = models.PositiveIntegerField(_("milliseconds"), null=True)
    detail = models.CharField(_("detail"), max_length=500, blank=True, help_text=_("the answer's beginning"))
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    author = _user()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("webhook attempt")
        verbose_name_plural = _("webhook attempts")
        triggers = [
            pgtrigger.Protect(name="attempts_are_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.state} {self.status or ''}"


class WebhookNotice(models.Model):
    """The mail to the one who runs a system that its webhook was switched off: a row, then the mail.

    A mail of which nobody knows whether it arrived goes again, with the same Message-ID: loss is worse than a double.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.PROTECT, related_name="notices")
    off_at: models.DateTimeField[datetime, datetime] = models.DateTimeField()
    recipient = models.EmailField()
    uid = models.UUIDField(default=uuid.uuid4, unique=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    reply = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="one_mail_when_a_webhook_is_switched_off", fields=["webhook", "off_at"]
            )
        ]
        triggers = [pgtrigger.Protect(name="notices_are_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.webhook_id} {self.off_at:%Y-%m-%d}"
