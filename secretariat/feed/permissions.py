"""What a reader of the API may do: read, and nothing else; deadlines with a token for them only."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from .models import PartnerToken


class MayRead(BasePermission):
    """Anyone reads what is public; a token reads what its system may, if it has the scope that the view asks for."""

    def has_permission(self, request: Request, view: Any) -> bool:
        scope = getattr(view, "scope", PartnerToken.Scope.READ)
        self.message = f"This token lacks the scope {scope}; ask the secretariat for it."
        if request.auth is not None:
            return scope in request.auth.scopes
        if scope != PartnerToken.Scope.READ:
            raise NotAuthenticated("Deadlines are for partner systems: send Authorization: Bearer <token>.")
        return True
