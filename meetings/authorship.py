"""Who changed something and why, for the history that the database's triggers write."""

from __future__ import annotations

from typing import Any

import pghistory

from rotation.cleaning import clean_prose


def authored(actor: Any, reason: str = "") -> Any:
    """A context in which every change is recorded with its author and reason; None is the service itself."""
    values: dict[str, Any] = {"reason": clean_prose(reason)} if reason else {}
    if actor is not None:
        # The name as it is now: an account may be given another one, or be somebody else's one day.
        values |= {"user": actor.pk, "name": actor.get_username()}
    return pghistory.context(**values)
