"""The page of an act as a person uses it: look at what it would do, then confirm what was shown."""

from __future__ import annotations

from typing import Any


def look(client: Any, address: str, values: dict[str, Any] | None = None) -> Any:
    """The page as it shows what it would do with these values."""
    return client.post(address, {**values, "preview": "1"}) if values else client.get(address)


def seal_of(page: Any) -> str:
    """What the page sends along, so that its act can be compared with what it showed."""
    return str(page.context["seen"] or "")


def confirm(client: Any, address: str, values: dict[str, Any], **kwargs: Any) -> Any:
    """The answer to who looked at what these values do, and confirmed it."""
    page = look(client, address, values)
    told = {"told": page.context["who"]} if page.context.get("who") else {}
    return client.post(address, {**values, **told, "seen": seal_of(page), "confirm": "1"}, **kwargs)
