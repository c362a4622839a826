"""What was held is history: no change of a name or of the rule gives a held turn to another state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from .models import Mechanism, State, Summit
from .projection import outlook, stored
from .rule import Turn


class HeldTurnMoved(Exception):
    """A held turn would be another state's; nothing has changed."""

    def __init__(self, mechanism: Mechanism, period: str, before: str, after: str) -> None:
        super().__init__(
            _(
                "The turn of %(period)s in “%(mechanism)s”, which %(before)s held, would become that of %(after)s. "
                "Record first, as a decision, that %(period)s was assigned to %(before)s."
            )
            % {"mechanism": mechanism, "period": period, "before": before, "after": after}
        )


@contextmanager
def held_turns_stay() -> Iterator[None]:
    """Whatever is written inside, of any mechanism, leaves the held turns with those that held them.

    Where the order gave a held turn to another already, nothing more is lost: that is told, not refused.
    Raises HeldTurnMoved; then nothing has changed.
    """
    with transaction.atomic():
        before = _holders(Mechanism.objects.select_for_update().order_by("pk"))
        names = {state.code: str(state) for state in State.objects.all()} if before else {}
        yield
        after = _holders(Mechanism.objects.filter(pk__in=[mechanism.pk for mechanism, _period in before]))
        for (mechanism, period), (turn, _held_by) in before.items():
            now, held_by = after.get((mechanism, period), (None, turn))
            if now is not None and now not in (turn, held_by):
                raise HeldTurnMoved(mechanism, period, names[turn], names.get(now, now))


def _holders(mechanisms: Any) -> dict[tuple[Mechanism, str], tuple[str, str]]:
    """By mechanism and period: whose turn a held summit was by the order, and who held it."""
    found = {}
    for mechanism in mechanisms:
        held = {row.ordinal: row for row in mechanism.summits.filter(status=Summit.Status.HELD)}
        if held:
            until = max(row.period for row in held.values())
            turns = {turn.ordinal: turn.holder for turn in outlook(stored(mechanism), until).turns}
            for ordinal, row in held.items():
                if ordinal in turns:
                    found[mechanism, row.period] = turns[ordinal], row.host_id
    return found


def contradictions(
    mechanism: Mechanism, turns: Sequence[Turn], names: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The summits that were held otherwise than the turns have it, with the host and period that these give.

    A held summit follows no decision: it is history. Either the decision is wrong, or the record is.
    """
    found = {turn.ordinal: turn for turn in turns}
    held = mechanism.summits.filter(status=Summit.Status.HELD).select_related("host")
    return [
        {"summit": summit, "period": turn.period, "host": names.get(turn.holder, turn.holder)}
        for summit in held
        if (turn := found.get(summit.ordinal))
        and (turn.holder, turn.period) != (summit.host_id, summit.period)
    ]
