"""What the OpenAPI document says beyond the views' own words: who may come without a token, and what belongs together."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema

from .models import PartnerToken

TAGS = {
    "meetings": "The calendar, its agendas and papers, by pages and filters.",
    "sync": "A copy of everything, and from then on only what changed.",
    "calendars": "To subscribe to: iCalendar, or JSCalendar by its name.",
    "deadlines": "What is due from whom by when; with a token that may read them.",
    "mechanism": "Tracks, states, summits, turns and the committee.",
}


class FeedSchema(AutoSchema):
    """A token widens what most addresses show, and is needed for deadlines alone."""

    def get_auth(self) -> list[dict[str, Any]]:
        by_token: list[dict[str, Any]] = super().get_auth()  # which names the scheme among the components too
        needed = getattr(self.view, "scope", None) == PartnerToken.Scope.DEADLINES
        return [each for each in by_token if each] + ([] if needed else [{}])

    def get_tags(self) -> list[str]:
        if self.path.endswith(".ics"):
            return ["calendars"]
        part = self.path.removeprefix("/api/v1/").partition("/")[0]
        return [part if part in TAGS else "mechanism"]
