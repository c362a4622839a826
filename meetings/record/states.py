"""The states of a record: several mechanisms share them, and none changes what another rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rotation.models import Mechanism, State

COLUMNS = {
    "alpha3": "alpha3",
    "name": "names",
    "formal": "formal_names",
    "capital": "capital",
    "zone": "zone",
    "languages": "languages",
    "weekend": "weekend",
}
WORKED_BY_DEFAULT = [6, 7]


class AnotherMechanismsRow(Exception):
    """The record would change a row of another mechanism; nothing has changed."""


def state_values(state: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a state as a record gives it."""
    return {
        "code": state["code"],
        "alpha3": state.get("alpha3", ""),
        "names": state["name"],
        "formal_names": state.get("formal", {}),
        "capital": state.get("capital", ""),
        "zone": state["zone"],
        "languages": state.get("languages", []),
        "weekend": state.get("weekend", WORKED_BY_DEFAULT),
    }


def others_of(row: State, slug: str) -> Sequence[Mechanism]:
    """The other mechanisms that a state takes part in."""
    return list(Mechanism.objects.filter(sides__memberships__state=row).exclude(slug=slug).distinct())


def refuse_changes(
    row: State, state: Mapping[str, Any], before: Mapping[str, Any], others: Sequence[Mechanism]
) -> None:
    """Raises AnotherMechanismsRow where the file says something else of a shared state than what stands.

    before: what the file said of it when it was last loaded; that the desk changed since is no concern of the file.
    """
    for key, column in COLUMNS.items():
        stands = getattr(row, column)
        if key in state and state[key] not in (stands, before.get(column)):
            raise AnotherMechanismsRow(
                f"the state {row.code} takes part in “{others[0]}” too, and there its {key} is {stands!r}: "
                f"leave it as it stands in the file, or change it on the desk for all"
            )
