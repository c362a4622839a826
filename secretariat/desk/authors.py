"""Who sends a request stands in the history of what it changes, by key and by the name that the account has then."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from pghistory.middleware import HistoryMiddleware


class Authors(HistoryMiddleware):
    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(request)
        return context | {"name": request.user.get_username()} if context.get("user") else context
