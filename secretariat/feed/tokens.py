"""A partner system's tokens: made once, shown once, kept as a hash; replaced with an overlap; ended at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import PartnerSystem, PartnerToken

BRAND = "secr"
LONGEST_LIFE = timedelta(days=366)
# While a system learns its new token the old one is still good.
OVERLAP = timedelta(days=7)
LIVE_AT_ONCE = 2
# `last_used_at` is for people; writing it at every request would make each read a write.
USE_GRAIN = timedelta(hours=1)


class TokenRefused(Exception):
    """Nothing was made; str() says why, to a person."""

    SENTENCES = {
        "too_many": _("This system has two tokens that are good already; revoke one first."),
        "ended": _("This token has ended; make a new one instead of replacing it."),
    }

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(self.SENTENCES[self.code])


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def make_token(
    system: PartnerSystem, *, expires_at: datetime, actor: Any, scopes: Sequence[str] | None = None
) -> tuple[PartnerToken, str]:
    """A new token of `system` and its secret, which is shown once and kept nowhere. Raises TokenRefused.

    The prefix stands in logs and lets a scanner of leaked secrets know it as ours.
    """
    PartnerSystem.objects.select_for_update().get(pk=system.pk)
    if system.tokens.valid(timezone.now()).count() >= LIVE_AT_ONCE:
        raise TokenRefused("too_many")
    prefix = f"{BRAND}_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    row = PartnerToken.objects.create(
        system=system,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=list(scopes or [PartnerToken.Scope.READ]),
        expires_at=expires_at,
        created_by=actor,
    )
    return row, secret


@transaction.atomic
def replace_token(token: PartnerToken, *, expires_at: datetime, actor: Any) -> tuple[PartnerToken, str]:
    """A successor with the same scopes; the token itself ends a week from now, or when it would have anyway.

    Raises TokenRefused.
    """
    now = timezone.now()
    old = PartnerToken.objects.select_for_update().valid(now).filter(pk=token.pk).first()
    if old is None:
        raise TokenRefused("ended")
    made = make_token(old.system, expires_at=expires_at, actor=actor, scopes=old.scopes)
    PartnerToken.objects.filter(pk=old.pk).update(expires_at=min(old.expires_at, now + OVERLAP))
    return made


def revoke_token(token: PartnerToken, *, actor: Any) -> bool:
    """End a token at once; False when it had ended already, which keeps the first name and moment."""
    return bool(
        PartnerToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
            revoked_at=timezone.now(), revoked_by=actor
        )
    )
