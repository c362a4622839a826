"""Lists of participants: provisional, corrected, final; and what differs from one to the next. Pure.

Source: secretariat conventions §6: one head a delegation, rank recorded, because substitutions happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class ListStage(StrEnum):
    PROVISIONAL = "provisional"
    CORRECTED = "corrected"
    FINAL = "final"


@dataclass(frozen=True, slots=True)
class Participant:
    """One line of a list. key: of the delegate, for life; particulars: which version of name and office it shows."""

    key: int
    party: str
    role: str
    rank: str
    particulars: int
    substitute_for: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Differences:
    """Keys of delegates: who came, who went, whose line changed."""

    joined: tuple[int, ...]
    left: tuple[int, ...]
    changed: tuple[int, ...]

    def __bool__(self) -> bool:
        return bool(self.joined or self.left or self.changed)


def differences(before: Sequence[Participant], after: Sequence[Participant]) -> Differences:
    old, new = ({line.key: line for line in lines} for lines in (before, after))
    return Differences(
        tuple(key for key in new if key not in old),
        tuple(key for key in old if key not in new),
        tuple(key for key in new if key in old and new[key] != old[key]),
    )


def next_stages(last: ListStage | None, *, has_begun: bool) -> tuple[ListStage, ...]:
    """The stages that may be issued: the first list is provisional, the final one comes when the meeting has begun.

    A final list can be issued again, as its revision; nothing else follows it.
    """
    if last is None:
        return (ListStage.PROVISIONAL,)
    if last is ListStage.FINAL:
        return (ListStage.FINAL,)
    return (ListStage.CORRECTED, ListStage.FINAL) if has_begun else (ListStage.CORRECTED,)


def list_refusal(
    stage: ListStage,
    last: ListStage | None,
    before: Sequence[Participant],
    after: Sequence[Participant],
    *,
    has_begun: bool,
) -> str | None:
    """Why a list of `after` cannot be issued at `stage`, as a code; None when it can. before: the last list."""
    if not after:
        return "nobody"
    if stage not in next_stages(last, has_begun=has_begun):
        return "not_begun" if stage is ListStage.FINAL and last is not None else "does_not_follow"
    # The first final list says something new though no line differs: that it stays so.
    if stage is last or (last is not None and stage is ListStage.CORRECTED):
        return None if differences(before, after) else "nothing_changed"
    return None
