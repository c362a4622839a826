"""The rotation in a record: who belongs in which periods, and what was decided on the turns. Pure."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import date
from itertools import islice
from typing import Any

from rotation.periods import BadPeriod, read_period
from rotation.refusals import refusal_line
from rotation.rule import Decision, Member, Refusal, Rule, Side, turns
from rotation.spec import BadSpec, read_decision

from .checks import Path
from .positions import Document
from .shapes import LONGEST


def check_memberships(document: Document) -> None:
    step = document.value["mechanism"]["step_months"]
    for index, state in enumerate(document.value["states"]):
        months = []
        for key in ("from", "until"):
            if key not in state:
                continue
            path: Path = ("states", index, key)
            if "side" not in state:
                raise document.refuse(path, "a state without a side belongs in no period")
            try:
                months.append(read_period(state[key], step))
            except BadPeriod as error:
                raise document.refuse(path, str(error)) from error
        if len(months) == 2 and months[1] < months[0]:
            raise document.refuse(("states", index, "until"), "lies before “from”")


def check_decisions(document: Document, states: Collection[str]) -> None:
    """Raises BadRecord where a decision is not of the form of rotation-spec, or cannot be carried out."""
    rows = document.value.get("decisions", [])
    rule = rule_of_record(document.value)
    found: list[Decision] = []
    for index, row in enumerate(rows):
        path: Path = ("decisions", index)
        if not isinstance(row, dict):
            raise document.refuse(path, "an object is expected")
        for key in ("decided_on", "basis"):
            if not row.get(key):
                raise document.refuse((*path, key), "missing")
        try:
            draft = read_decision(json.dumps(row), rule, decided_on=date.min, basis="")
        except BadSpec as error:
            raise document.refuse(
                path, str(error).removeprefix("decision.").removeprefix("decision: ")
            ) from error
        if len(draft.basis) > LONGEST["basis"]:
            raise document.refuse((*path, "basis"), f"longer than {LONGEST['basis']} characters")
        for code in filter(None, (draft.member, draft.after)):
            if code not in states:
                raise document.refuse(path, f"unknown state “{code}”")
        if draft.kind == "revoke" and draft.revokes >= index:
            raise document.refuse((*path, "decision"), "the index of an earlier decision is expected")
        found.append(draft)
    if found:
        try:
            next(islice(turns(rule, found), 0, None))
        except Refusal as refusal:
            raise document.refuse(("decisions",), refusal_line(refusal)) from refusal


def rule_of_record(record: dict[str, Any]) -> Rule:
    """The rotation as the file has it, without the turns that were held."""
    mechanism = record["mechanism"]
    return Rule(
        name=mechanism["slug"],
        first_period=mechanism["first_period"],
        step_months=mechanism["step_months"],
        sides=tuple(
            Side(
                side["name"],
                tuple(
                    Member(
                        state["code"],
                        state["name"].get(side.get("locale", "en"), state["code"]),
                        state.get("from"),
                        state.get("until"),
                    )
                    for state in record["states"]
                    if state.get("side") == side["name"]
                ),
                side["order"],
                side.get("locale", "en"),
            )
            for side in mechanism["sides"]
        ),
        first_holder=mechanism.get("first_holder"),
        basis=mechanism["basis"],
    )
