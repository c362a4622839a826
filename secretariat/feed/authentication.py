"""Partner tokens in requests (RFC 6750, header only): found by their hash."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import APIException, AuthenticationFailed, Throttled
from rest_framework.request import Request

from .models import PartnerSystem, PartnerToken
from .throttles import failed
from .tokens import USE_GRAIN, digest_of


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
            .with_reach()
            .filter(digest=digest_of(secret.strip()))
            .order_by()
            .first()
        )
        if token is None:
            raise self._refused(request)
        if token.last_used_at is None or now - token.last_used_at > USE_GRAIN:
            PartnerToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token.system, token

    def _refused(self, request: Request) -> APIException:
        quota = failed(request)
        if quota.is_used_up:
            return Throttled(quota.left_seconds)
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
