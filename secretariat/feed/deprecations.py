"""What of the API is going away: announced a year ahead, then 410. Within v1 nothing has been so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime


@dataclass(frozen=True, slots=True)
class Deprecation:
    """An address that will be gone at `sunset`. notice: where it is explained; successor: what to use instead."""

    since: datetime
    sunset: datetime
    notice: str
    successor: str = ""

    def headers(self) -> dict[str, str]:
        """RFC 9745 (a structured date), RFC 8594 (an HTTP date), and the links of both."""
        links = [f'<{self.notice}>; rel="deprecation"; type="text/html"']
        if self.successor:
            links.append(f'<{self.successor}>; rel="successor-version"')
        return {
            "Deprecation": f"@{int(self.since.timestamp())}",
            "Sunset": format_datetime(self.sunset.astimezone(UTC), usegmt=True),
            "Link": ", ".join(links),
        }


# By the name of the address in urls.py.
DEPRECATIONS: Mapping[str, Deprecation] = {}
