"""What the OpenAPI document says beyond the views' own words: who may come without a token."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

from .models import PartnerToken


class FeedSchema(AutoSchema):
    """A token widens what most addresses show, and is needed for deadlines alone."""

    def get_auth(self) -> list[dict[str, Any]]:
        needed = getattr(self.view, "scope", None) == PartnerToken.Scope.DEADLINES
        return [{"partnerToken": []}] + ([] if needed else [{}])
