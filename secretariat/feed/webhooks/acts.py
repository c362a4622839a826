"""What staff do with a webhook, and what the service does with one that fails for days."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.refused import Refused

from ..models import Feed
from .models import Webhook, WebhookAttempt, WebhookMessage, WebhookNotice
from .rules.retries import LASTING
from .rules.signature import PRIVATE_PREFIX, SECRET_BYTES, new_private_key, public_key_of, secret_of
from .sealing import seal, unseal

State, Message = Webhook.State, WebhookMessage
# While the receiver learns its new secret both sign.
OVERLAP = timedelta(hours=24)


class WebhookRefused(Refused):
    """Nothing has changed."""

    sentences = {
        "not_now": _("This cannot be done with the webhook as it is now."),
        "under_way": _("Only what was taken or given up is sent again."),
    }


def make_webhook(webhook: Webhook, *, actor: Any) -> str:
    """Save a new webhook; returns what its receiver needs to have. Nothing is sent before it has proved itself."""
    secret = _new_secret(webhook)
    webhook.secret, webhook.created_by = seal(secret), actor
    webhook.save()
    return _told(secret)


def _new_secret(webhook: Webhook) -> str:
    """A secret, or the private half of a key pair."""
    if webhook.signing == Webhook.Signing.KEYS:
        return new_private_key()
    return secret_of(secrets.token_bytes(SECRET_BYTES))


def _told(secret: str) -> str:
    """What of it the receiver gets: the secret, which is shown once, or the public key."""
    return public_key_of(secret) if secret.startswith(PRIVATE_PREFIX) else secret


@transaction.atomic
def replace_secret(webhook_id: int, *, at_once: bool = False) -> str:
    """A new secret or key pair; returns what the receiver needs of it. The former one signs beside it for a day.

    at_once: the former one signs no more, since somebody else has it.
    """
    webhook = _locked(webhook_id)
    assert_unchanged(webhook.state, webhook.secret)
    secret = _new_secret(webhook)
    former = "" if at_once else webhook.secret
    Webhook.objects.filter(pk=webhook.pk).update(
        secret=seal(secret),
        former_secret=former,
        former_until=timezone.now() + OVERLAP if former else None,
    )
    return _told(secret)


def public_keys_of(webhook: Webhook, now: datetime) -> list[str]:
    """The public keys of what signs now, the present one first; none where it signs with a secret.

    Raises Unreadable.
    """
    if webhook.signing != Webhook.Signing.KEYS:
        return []
    return [public_key_of(private_key) for private_key in secrets_of(webhook, now)]


def secrets_of(webhook: Webhook, now: datetime) -> list[str]:
    """What signs now, the present one first. Raises Unreadable."""
    found = [unseal(webhook.secret)]
    if webhook.former_secret and webhook.former_until and webhook.former_until > now:
        found.append(unseal(webhook.former_secret))
    return found


@transaction.atomic
def ping(webhook_id: int, *, actor: Any, reason: str = "") -> WebhookMessage:
    """Write a test, which goes out now whatever the webhook's state; answered rightly it proves a new webhook."""
    webhook = _locked(webhook_id)
    assert_unchanged(webhook.state, webhook.secret)
    made = _say(webhook, Message.Kind.PING)
    asked = f"asked for: {reason}"[:500]
    WebhookAttempt.objects.create(message=made, state=made.state, detail=asked, author=actor)
    return made


@transaction.atomic
def pause(webhook_id: int) -> None:
    """Tell it nothing more until it is resumed. Raises WebhookRefused when it is not active."""
    webhook = _locked(webhook_id)
    assert_unchanged(webhook.state, webhook.secret)
    if not Webhook.objects.filter(pk=webhook.pk, state=State.ACTIVE).update(state=State.PAUSED):
        raise WebhookRefused("not_now")


@transaction.atomic
def resume(webhook_id: int) -> None:
    """Tell it of changes again. Raises WebhookRefused when it is neither paused nor off.

    Of what it missed it is told in one message, to sync: its mark tells it all.
    """
    webhook = _locked(webhook_id)
    assert_unchanged(webhook.state, webhook.secret)
    if webhook.state not in (State.PAUSED, State.OFF):
        raise WebhookRefused("not_now")
    activate(webhook)
    _overtake(webhook)
    _say(webhook, Message.Kind.RESYNC)


def activate(webhook: Webhook) -> None:
    """Tell it of all changes from now on. For callers that hold its row."""
    feed = Feed.objects.get(pk=webhook.system.feed_id)
    Webhook.objects.filter(pk=webhook.pk).update(
        state=State.ACTIVE,
        why_off="",
        off_at=None,
        failing_since=None,
        rests_until=None,
        position=feed.high_seq,
        epoch=feed.epoch,
    )


@transaction.atomic
def send_again(message_id: int, *, actor: Any, reason: str) -> None:
    """Send a message again that was taken or given up, with the same webhook-id.

    Raises WebhookRefused when it is under way anyway, or was a test.
    """
    message = Message.objects.select_for_update(no_key=True).get(pk=message_id)
    assert_unchanged(message.state)
    ended = (Message.State.TAKEN, Message.State.FAILED)
    if message.state not in ended or message.kind == Message.Kind.PING:
        raise WebhookRefused("under_way")
    again = {"state": Message.State.PENDING, "tries": 0, "next_try_at": Now()}
    Message.objects.filter(pk=message.pk).update(**again)
    WebhookAttempt.objects.create(
        message_id=message_id, state=Message.State.PENDING, detail=f"sent again: {reason}"[:500], author=actor
    )


@transaction.atomic
def switch_off(webhook_id: int, why: str) -> bool:
    """Tell an active webhook nothing more, and write the mail to who runs it; False when it was not active."""
    webhook = _locked(webhook_id)
    at = timezone.now()
    if not Webhook.objects.filter(pk=webhook.pk, state=State.ACTIVE).update(
        state=State.OFF, why_off=why, off_at=at
    ):
        return False
    WebhookNotice.objects.create(webhook=webhook, off_at=at, recipient=webhook.system.contact, next_try_at=at)
    return True


def switch_off_lasting() -> int:
    """Switch off what has answered nothing but failures for days; returns how many."""
    lasting = Webhook.objects.filter(state=State.ACTIVE, failing_since__lte=Now() - LASTING)
    return sum(switch_off(pk, Webhook.Why.FAILING) for pk in lasting.values_list("pk", flat=True))


def tell_to_sync(webhook: Webhook) -> None:
    """One message instead of many, or of those that were given up. For callers that hold its row."""
    _overtake(webhook)
    _say(webhook, Message.Kind.RESYNC)


def _overtake(webhook: Webhook) -> None:
    waiting = webhook.messages.filter(state__in=Message.WAITING).exclude(kind=Message.Kind.PING)
    waiting.update(state=Message.State.OVERTAKEN)


def _say(webhook: Webhook, kind: str) -> WebhookMessage:
    feed = Feed.objects.get(pk=webhook.system.feed_id)
    return Message.objects.create(
        webhook=webhook, kind=kind, seq=feed.high_seq, epoch=feed.epoch, next_try_at=timezone.now()
    )


def _locked(webhook_id: int) -> Webhook:
    """Not against new messages of it: a change that is being committed would wait for us."""
    found = Webhook.objects.select_for_update(of=("self",), no_key=True).select_related("system__feed")
    return found.get(pk=webhook_id)
