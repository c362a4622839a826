"""Partner tokens (RFC 6750, header only): made once, kept as a hash, found by it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.crypto import salted_hmac
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, Throttled
from rest_framework.request import Request

from .models import PartnerSystem, PartnerToken
from .throttles import address_of, count_in_window

BRAND = "secr"
LONGEST_LIFE = timedelta(days=366)
# `last_used_at` is for people; writing it at every request would make each read a write.
USE_GRAIN = timedelta(hours=1)
FAILURES_AN_HOUR = 60


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def make_token(
    system: PartnerSystem, *, expires_at: datetime, actor: Any, scopes: list[str] | None = None
) -> tuple[PartnerToken, str]:
    """A new token of `system` and its secret, which is shown once and kept nowhere.

    The prefix stands in logs and lets a scanner of leaked secrets know it as ours.
    """
    prefix = f"{BRAND}_{secrets.token_hex(4)}"
    secret = f"{prefix}_{secrets.token_urlsafe(32)}"
    row = PartnerToken.objects.create(
        system=system,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=scopes or [PartnerToken.Scope.READ],
        expires_at=expires_at,
        created_by=actor,
    )
    return row, secret


def revoke_token(token: PartnerToken, *, actor: Any) -> bool:
    """End a token at once; False when it had ended already, which keeps the first name and moment."""
    return bool(
        PartnerToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(
            revoked_at=timezone.now(), revoked_by=actor
        )
    )


class PartnerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer …`. Unknown, expired and revoked alike are 401 with the same words."""

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="secretariat"'

    def authenticate(self, request: Request) -> tuple[PartnerSystem, PartnerToken] | None:
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        kind, _space, secret = header.partition(" ")
        if kind.lower() != "bearer" or not secret.strip().isascii() or not secret.strip():
            raise self._refused(request)
        now = timezone.now()
        # One query tells who reads, what they may see and how far the feed has come: a 304 needs no other.
        token = (
            PartnerToken.objects.valid(now)
            .select_related("system__feed")
            .filter(digest=digest_of(secret.strip()))
            .first()
        )
        if token is None:
            raise self._refused(request)
        if token.last_used_at is None or now - token.last_used_at > USE_GRAIN:
            PartnerToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.system, token

    def _refused(self, request: Request) -> APIException:
        address = salted_hmac("feed.failures", address_of(request), algorithm="sha256").hexdigest()
        wait = count_in_window(f"feed.failures.{address}", FAILURES_AN_HOUR)
        if wait is not None:
            return Throttled(wait)
        return AuthenticationFailed(
            "The token is not valid. Send a current one: Authorization: Bearer <token>."
        )


class PartnerTokenScheme(OpenApiAuthenticationExtension):
    target_class = PartnerTokenAuthentication
    name = "partnerToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A partner system's token, from the secretariat. Without one the public calendar.",
        }
