"""Who changed something and why, for the history that the database's triggers write."""

from __future__ import annotations

from typing import Any

import pghistory

from rotation.cleaning import clean_prose


def authored(actor: Any, reason: str = "") -> Any:
    """A context in which every change is recorded with its author and reason; None is the service itself."""
    values = {"reason": clean_prose(reason)} if reason else {}
    if actor is not None:
        values["user"] = actor.pk
    return pghistory.context(**values)
