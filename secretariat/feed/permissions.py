"""What a reader of the API may do: read, and nothing else."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from .models import PartnerToken


class ReadOnly(BasePermission):
    """Anyone reads the public calendar; a token reads what its system may, if it has the scope."""

    message = "This token may not read meetings; ask the secretariat for the scope meetings:read."

    def has_permission(self, request: Request, view: Any) -> bool:
        if request.method not in SAFE_METHODS:
            raise MethodNotAllowed(request.method)  # nobody may: 405, not 401
        return request.auth is None or PartnerToken.Scope.READ in request.auth.scopes
