"""Two projections side by side: which turns a decision changes. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from .rule import Turn


@dataclass(frozen=True, slots=True)
class Pair:
    """What one period holds before and after; None where no turn falls in it."""

    period: str
    before: Turn | None
    after: Turn | None

    @property
    def is_changed(self) -> bool:
        """Whether another state hosts, there is or is no turn now, or it stands otherwise or has another number.

        The same turn for another reason is no change: the reasons stand beside it.
        """
        return _face(self.before) != _face(self.after)


def _face(turn: Turn | None) -> tuple[str, str, int] | None:
    return (turn.holder, turn.status, turn.ordinal) if turn else None


def compare(before: Iterable[Turn], after: Iterable[Turn]) -> tuple[Pair, ...]:
    """The periods of both projections in order, each with its turn in either.

    Both are of one rule, so that their periods are written alike and sort as texts.
    """
    old, new = ({turn.period: turn for turn in turns} for turns in (before, after))
    return tuple(Pair(period, old.get(period), new.get(period)) for period in sorted(old.keys() | new.keys()))
