"""The decisions on the rotation in a record, as the service that records them takes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from rotation.deciding import end_text
from rotation.held import contradictions
from rotation.models import Mechanism, RotationDecision, State
from rotation.projection import PROJECTED_UNTIL, decisions_of, outlook, rule_of, stored
from rotation.rule import Decision
from rotation.spec import read_decision

LANGUAGE = "en"  # of the record's sides and of the load's own words


class DecisionEdited(Exception):
    """The file changed a decision that was loaded; nothing has changed."""

    def __init__(self, index: int) -> None:
        super().__init__(
            f"decisions[{index}] was loaded otherwise, and a decision is never edited: "
            f"put it back, and append one that revokes it and the right one"
        )


def draft_of(entry: Mapping[str, Any], mechanism: Mechanism, revoked: str | None) -> Decision:
    """The decision of an entry that was checked; `revoked`: the key of the stored row that it revokes."""
    draft = read_decision(
        json.dumps(entry), rule_of(mechanism, LANGUAGE), decided_on=date.min, basis=entry["basis"]
    )
    if revoked is not None:
        draft = replace(draft, revokes=mechanism.decisions.get(pk=revoked).number - 1)
    if draft.kind == "accede":
        side = mechanism.sides.get(names__en=draft.side)
        names = State.objects.get(pk=draft.member).names
        draft = replace(
            draft, name=names.get(side.locale, draft.name), called=names.get(LANGUAGE, draft.name)
        )
    return draft


def recorded(mechanism: Mechanism, draft: Decision) -> RotationDecision | None:
    """The row by which the desk recorded the same decision already."""
    for row, said in zip(mechanism.decisions.all(), decisions_of(mechanism, LANGUAGE), strict=True):
        if replace(said, basis="", name="", called="") == replace(draft, basis="", name="", called=""):
            return row
    return None


def contradictions_said(mechanism: Mechanism) -> list[str]:
    """In which periods the history that was loaded is not what the rule and the decisions give."""
    names = {state.code: state.names.get(LANGUAGE, state.code) for state in State.objects.all()}
    found = outlook(stored(mechanism, LANGUAGE), PROJECTED_UNTIL)
    said = [
        f"the history contradicts the rotation: summit {each['summit'].ordinal} was held by "
        f"{names[each['summit'].host_id]} in {each['summit'].period}, but its turn is that of {each['host']} in "
        f"{each['period']}; a decision that moved it is missing in the record"
        for each in contradictions(mechanism, found.turns, names)
    ]
    return [*said, *filter(None, [end_text(found, names)])]
