"""Private calendar addresses of a partner: made once, shown once, kept as a hash, ended at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from .models import Subscription
from .readers import Reader
from .tokens import digest_of

# Nobody reads a calendar by hand: `last_used_at` is for people, to the hour.
USE_GRAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Addresses:
    """The address of a subscription: for a browser or a script, and for a calendar that is to subscribe by a click."""

    https: str
    webcal: str


def make_subscription(subscription: Subscription, *, actor: Any) -> Addresses:
    """Save a new subscription; its addresses hold the secret, are shown once and kept nowhere."""
    secret = secrets.token_urlsafe(32)
    subscription.prefix, subscription.digest, subscription.created_by = secret[:6], digest_of(secret), actor
    subscription.save()
    address = f"{settings.BASE_URL}/calendar/{secret}.ics"
    return Addresses(address, f"webcal://{address.partition('://')[2]}")


def revoke_subscription(subscription: Subscription, *, actor: Any) -> bool:
    """End it at once; False when it had ended already, which keeps the first name and moment."""
    return bool(
        Subscription.objects.filter(pk=subscription.pk, revoked_at__isnull=True).update(
            revoked_at=timezone.now(), revoked_by=actor
        )
    )


def subscription_of(secret: str, now: datetime, *, again: bool = False) -> Subscription | None:
    """The one that this secret opens; None for unknown and revoked alike. One query, and a write an hour.

    again: in the same request, which has noted the use, perhaps in a transaction that only reads.
    """
    found = Subscription.objects.good().filter(digest=digest_of(secret)).first()
    if found and not again and (found.last_used_at is None or now - found.last_used_at > USE_GRAIN):
        Subscription.objects.filter(pk=found.pk).update(last_used_at=now)
    return found


def reader_by(subscription: Subscription) -> Reader:
    """It sees what its partner system sees, and never more."""
    system = subscription.system
    return Reader(system.feed, system.pk, frozenset(subscription.of_tracks) or None)  # type: ignore[attr-defined]
