"""Who may look at what, where no list of the admin asks: on the start page and in the local mailbox."""

from __future__ import annotations

from typing import Any


def may_look(user: Any, model: str, app: str = "meetings") -> bool:
    """Whether the rows of a model are open to the user on their own list."""
    return any(user.has_perm(f"{app}.{act}_{model}") for act in ("view", "change"))


def may_read_mail(user: Any) -> bool:
    return may_look(user, "delivery", "reminders")
