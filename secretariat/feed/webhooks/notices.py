"""The mail to who runs a system whose webhook was switched off. It starts from a row; the row says what became of it."""

from __future__ import annotations

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from secretariat.reminders.message import sender_address
from secretariat.reminders.smtp import Connection, Outcome

from ...stopping import goes_on
from ..owner_mail import owner_mail
from .models import Webhook, WebhookNotice

PATIENCE = timedelta(minutes=5)
MOST_TRIES = 50
WHY: dict[str, str] = {Webhook.Why.GONE.value: "it answered 410: gone for good"}


def send_notices() -> int:
    """Send the mails that are due; returns how many were taken. Each row is held by moving its next try on first."""
    sent = 0
    with Connection() as smtp:
        while goes_on() and (notice := _claimed()) is not None:
            outcome = smtp.send(
                sender_address(),
                notice.recipient,
                bytes_of(notice),
                commit=lambda: True,
                deadline=time.monotonic() + PATIENCE.total_seconds() / 2,
            )
            _record(notice, outcome)
            sent += outcome.fate == "accepted"
    return sent


@transaction.atomic
def _claimed() -> WebhookNotice | None:
    due = WebhookNotice.objects.filter(sent_at=None, next_try_at__lte=Now(), tries__lt=MOST_TRIES)
    notice = (
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("webhook__system")
        .order_by("pk")
        .first()
    )
    if notice is not None:
        # A worker that dies now, or a mail of unknown fate, leaves it to be tried again.
        WebhookNotice.objects.filter(pk=notice.pk).update(tries=F("tries") + 1, next_try_at=Now() + PATIENCE)
    return notice


def _record(notice: WebhookNotice, outcome: Outcome) -> None:
    row = WebhookNotice.objects.filter(pk=notice.pk)
    if outcome.fate == "accepted":
        row.update(sent_at=Now(), reply=outcome.reply[:500])
    elif outcome.fate == "refused":
        row.update(tries=MOST_TRIES, reply=outcome.reply[:500])
    else:
        row.update(reply=outcome.reply[:500])


def bytes_of(notice: WebhookNotice) -> bytes:
    """The mail, in English as all that is for partners' developers; the same Message-ID at every try."""
    webhook = notice.webhook
    values = {
        "system": webhook.system.name,
        "address": webhook.url,
        "why": WHY.get(webhook.why_off, "it failed for days"),
        "guide": f"{settings.BASE_URL}/api/v1/guide/#webhooks",
    }
    text = (
        "We have stopped sending webhooks of “%(system)s” to\n"
        "%(address)s\n"
        "because %(why)s.\n"
        "\n"
        "Nothing is lost: a sync with your last sync_token tells you all that changed. Please put the receiver\n"
        "right and write to us, so that we switch it on again; you will then get one message that asks for a sync.\n"
        "\n"
        "How webhooks work: %(guide)s\n"
    )
    return owner_mail(
        notice.recipient,
        f"<hook-{notice.uid.hex}@{settings.MESSAGE_ID_DOMAIN}>",
        f"Webhook of {webhook.system.name} is switched off",
        text % values,
    )
