"""Turns and comparisons as pages show them: hosts by name, reasons as sentences of the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .comparison import Pair
from .models import Summit
from .reasons import reason_text
from .rule import Turn

STATUSES = {**dict(Summit.Status.choices), "projected": _("projected")}


def turn_shown(turn: Turn | None, names: Mapping[str, str]) -> dict[str, Any] | None:
    """A turn with its host's name, its status and its reasons in words; None stays None."""
    if turn is None:
        return None
    return {
        "turn": turn,
        "holder": names.get(turn.holder, turn.holder),
        "status": STATUSES[turn.status],
        "reasons": [reason_text(why, gettext) for why in turn.why],
    }


def pairs_shown(pairs: Iterable[Pair], names: Mapping[str, str]) -> list[dict[str, Any]]:
    """The periods side by side, in their order."""
    return [
        {
            "period": pair.period,
            "before": turn_shown(pair.before, names),
            "after": turn_shown(pair.after, names),
            "is_changed": pair.is_changed,
        }
        for pair in pairs
    ]
