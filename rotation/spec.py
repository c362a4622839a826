"""A rotation as a JSON text: read strictly, refused with one line that names the key. Pure."""

from __future__ import annotations

import json
import re
from datetime import date
from itertools import pairwise
from typing import Any, Literal

from .periods import OPEN, BadPeriod, read_period
from .rule import Decision, Member, Rule, Side

LARGEST_BYTES = 1_000_000
LONGEST_NAME = 200
MOST_STEPS = 2_000


class BadSpec(Exception):
    """The spec is refused; the message names the key."""


RULE_KEYS = ("name", "first_period", "step_months", "sides")
RULE_OPTIONAL = ("first_holder", "held_until", "decisions")
SIDE_KEYS = ("name", "order", "members")
MEMBER_KEYS = ("code", "name")
DECISION_KEYS = {
    "swap": ("periods",),
    "substitute": ("period", "member", "turn_kept"),
    "skip": ("period",),
    "assign": ("period", "member"),
    "postpone": ("period", "to", "shift"),
    "vacate": ("period",),
    "advance": ("period", "to", "shift"),
    "accede": ("member", "side", "from"),
    "withdraw": ("member", "from"),
    "announce": ("period",),
    "revoke": ("decision",),
}


def read_spec(data: bytes) -> tuple[Rule, tuple[Decision, ...]]:
    """The rule of a spec and its decisions as listed: the form of each is checked. Raises BadSpec."""
    if len(data) > LARGEST_BYTES:
        raise BadSpec(f"the spec is longer than {LARGEST_BYTES:,} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadSpec(f"the spec is not UTF-8 (byte {error.start})") from error
    spec = _json(text, "the spec")
    _keys(spec, "the spec", RULE_KEYS, RULE_OPTIONAL)
    step = spec["step_months"]
    if type(step) is not int or not 1 <= step <= 1200:
        raise BadSpec("step_months: a whole number from 1 to 1200 is expected")
    first = _period(spec["first_period"], "first_period", step)
    held = spec.get("held_until")
    if held is not None:
        _within(_period(held, "held_until", step), first, step, "held_until")
    rule = Rule(
        name=_name(spec["name"], "name"),
        first_period=spec["first_period"],
        step_months=step,
        sides=_sides(spec["sides"], step),
        first_holder=spec.get("first_holder"),
        held_until=held,
    )
    _check_first_holder(rule, first)
    return rule, _decisions(spec.get("decisions", []), rule, first)


def read_until(text: str, rule: Rule) -> int:
    """The month of `--until`. Raises BadSpec when it lies before the first period or too far after it."""
    first = read_period(rule.first_period, rule.step_months)
    until = _period(text, "until", rule.step_months)
    if until < first:
        raise BadSpec(f"until: {text} lies before the first period, {rule.first_period}")
    _within(until, first, rule.step_months, "until")
    return until


def read_decision(text: str, rule: Rule, *, decided_on: date, basis: str) -> Decision:
    """One decision outside of a spec, as JSON; its day and basis need not be given. Raises BadSpec."""
    value = _json(text, "the decision")
    if isinstance(value, dict):
        value = {"decided_on": decided_on.isoformat(), "basis": basis} | value
    return _decision(value, "decision", rule, read_period(rule.first_period, rule.step_months))


def write_decision(decision: Decision) -> str:
    """What read_decision reads: all that the decision says save its day and basis."""
    value: dict[str, Any] = {"kind": decision.kind}
    for key in DECISION_KEYS[decision.kind]:
        match key:
            case "periods":
                value[key] = [decision.period, decision.other_period]
            case "from":
                value[key] = decision.from_period
            case "decision":
                value[key] = decision.revokes
            case "member" if decision.kind == "accede":
                value[key] = {"code": decision.member, "name": decision.name}
            case _:
                value[key] = getattr(decision, key)
    if decision.after is not None:
        value["after"] = decision.after
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError as error:
        raise BadSpec(f"{where} is nested too deeply") from error
    except ValueError as error:
        raise BadSpec(f"{where} is not JSON: {str(error)[:100]}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadSpec(f"{key[:40]!r}: given twice")
        found[key] = value
    return found


def _no_constant(text: str) -> Any:
    raise BadSpec(f"{text} is not a value")


def _keys(value: Any, where: str, needed: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
    if not isinstance(value, dict):
        raise BadSpec(f"{where}: an object is expected")
    for key in value:
        if key not in needed and key not in optional:
            raise BadSpec(f"{where}: unknown key {key[:40]!r}")
    for key in needed:
        if key not in value:
            raise BadSpec(f"{where}: the key {key!r} is missing")


def _name(value: Any, where: str) -> str:
    name = _text(value, where)
    if not name.strip():
        raise BadSpec(f"{where}: a text that is not empty is expected")
    if len(name) > LONGEST_NAME:
        raise BadSpec(f"{where}: longer than {LONGEST_NAME} characters")
    return name


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise BadSpec(f"{where}: a text is expected")
    if any(0xD800 <= ord(char) <= 0xDFFF for char in value):
        raise BadSpec(f"{where}: holds half a character")
    return value


def _period(value: Any, where: str, step: int) -> int:
    if not isinstance(value, str):
        raise BadSpec(f"{where}: a period is expected, as a text")
    try:
        return read_period(value, step)
    except BadPeriod as error:
        raise BadSpec(f"{where}: {error}") from error


def _within(month: int, first: int, step: int, where: str) -> None:
    if month - first >= MOST_STEPS * step:
        raise BadSpec(f"{where}: {MOST_STEPS:,} steps or more after the first period")


def _sides(value: Any, step: int) -> tuple[Side, ...]:
    if not isinstance(value, list) or not value:
        raise BadSpec("sides: a list with at least one side is expected")
    sides = tuple(_side(side, f"sides[{index}]", step) for index, side in enumerate(value))
    names: set[str] = set()
    owner: dict[str, str] = {}
    for index, side in enumerate(sides):
        if side.name in names:
            raise BadSpec(f"sides[{index}].name: two sides have the name {side.name!r}")
        names.add(side.name)
        for member in side.members:
            if owner.setdefault(member.code, side.name) != side.name:
                raise BadSpec(f"sides[{index}].members: {member.code!r} is in another side too")
    return sides


def _side(value: Any, where: str, step: int) -> Side:
    _keys(value, where, SIDE_KEYS, ("locale",))
    order: Literal["listed", "alphabetical"] = value["order"]
    if order not in ("listed", "alphabetical"):
        raise BadSpec(f"{where}.order: “listed” or “alphabetical” is expected")
    if not isinstance(value["members"], list) or not value["members"]:
        raise BadSpec(f"{where}.members: a list with at least one member is expected")
    members = tuple(
        _member(member, f"{where}.members[{index}]", step) for index, member in enumerate(value["members"])
    )
    if order == "alphabetical":
        _check_memberships(members, where, step)
    locale = value.get("locale", "en")
    return Side(_name(value["name"], f"{where}.name"), members, order, _name(locale, f"{where}.locale"))


def _member(value: Any, where: str, step: int) -> Member:
    _keys(value, where, MEMBER_KEYS, ("from", "until"))
    first, last = value.get("from"), value.get("until")
    months = [
        _period(period, f"{where}.{key}", step)
        for key, period in (("from", first), ("until", last))
        if period is not None
    ]
    if len(months) == 2 and months[1] < months[0]:
        raise BadSpec(f"{where}.until: lies before from")
    return Member(_name(value["code"], f"{where}.code"), _name(value["name"], f"{where}.name"), first, last)


def _check_memberships(members: tuple[Member, ...], where: str, step: int) -> None:
    """A code may come again in an alphabetical side for a later membership only."""
    spans: dict[str, list[tuple[int, int, int]]] = {}
    for index, member in enumerate(members):
        first = read_period(member.from_period, step) if member.from_period else 0
        last = read_period(member.until_period, step) if member.until_period else OPEN
        spans.setdefault(member.code, []).append((first, last, index))
    for code, found in spans.items():
        found.sort()
        for (_, last, _), (first, _, index) in pairwise(found):
            if first <= last:
                raise BadSpec(f"{where}.members[{index}]: {code!r} belongs twice at once")


def _check_first_holder(rule: Rule, first: int) -> None:
    code = rule.first_holder
    if code is None:
        return
    if not isinstance(code, str):
        raise BadSpec("first_holder: a code is expected, as a text")
    for member in rule.sides[0].members:
        begins = read_period(member.from_period, rule.step_months) if member.from_period else 0
        ends = read_period(member.until_period, rule.step_months) if member.until_period else first
        if member.code == code and begins <= first <= ends:
            return
    raise BadSpec(f"first_holder: {code[:40]!r} is no member of the first side in the first period")


def read_day(value: Any, where: str) -> date:
    """A day written 2024-01-31 and in no other form. Raises BadSpec."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise BadSpec(f"{where}: there is no day {value}") from error
    raise BadSpec(f"{where}: a day such as 2024-01-31 is expected")


def _decisions(value: Any, rule: Rule, first: int) -> tuple[Decision, ...]:
    if not isinstance(value, list):
        raise BadSpec("decisions: a list is expected")
    found = tuple(_decision(each, f"decisions[{n}]", rule, first) for n, each in enumerate(value))
    for index, each in enumerate(found):
        if each.kind != "revoke":
            continue
        target = each.revokes
        if target >= len(found) or (found[target].decided_on, target) >= (each.decided_on, index):
            raise BadSpec(f"decisions[{index}].decision: the index of an earlier decision is expected")
    return found


def _decision(value: Any, where: str, rule: Rule, first: int) -> Decision:
    if not isinstance(value, dict) or "kind" not in value:
        raise BadSpec(f"{where}: an object with the key 'kind' is expected")
    kind = value["kind"]
    if not isinstance(kind, str) or kind not in DECISION_KEYS:
        raise BadSpec(f"{where}.kind: one of {', '.join(DECISION_KEYS)} is expected")
    side = _known_side(value, where, rule) if kind == "accede" else None
    listed = side is not None and side.order == "listed"
    _keys(value, where, ("kind", "decided_on", "basis", *DECISION_KEYS[kind]), ("after",) if listed else ())
    fields: dict[str, Any] = {
        "kind": kind,
        "decided_on": read_day(value["decided_on"], f"{where}.decided_on"),
        "basis": _text(value["basis"], f"{where}.basis"),
        "side": side.name if side is not None else "",
    }
    for key in DECISION_KEYS[kind]:
        fields |= _field(key, value[key], f"{where}.{key}", kind, rule, first)
    if value.get("after") is not None:
        fields["after"] = _name(value["after"], f"{where}.after")
    if kind == "postpone" and fields["to"] <= fields["period"]:
        raise BadSpec(f"{where}.to: a later period than {fields['period']} is expected")
    if kind == "advance" and fields["to"] >= fields["period"]:
        raise BadSpec(f"{where}.to: an earlier period than {fields['period']} is expected")
    return Decision(**fields)


def _field(key: str, value: Any, where: str, kind: str, rule: Rule, first: int) -> dict[str, Any]:
    """The fields of a Decision that a key of the spec stands for."""
    match key:
        case "periods":
            if not isinstance(value, list) or len(value) != 2:
                raise BadSpec(f"{where}: a list of two periods is expected")
            for period in value:
                _named_period(period, where, rule, first)
            if value[0] == value[1]:
                raise BadSpec(f"{where}: a period cannot change places with itself")
            return {"period": value[0], "other_period": value[1]}
        case "period" | "to" | "from":
            _named_period(value, where, rule, first)
            return {"from_period" if key == "from" else key: value}
        case "turn_kept" | "shift":
            if type(value) is not bool:
                raise BadSpec(f"{where}: true or false is expected")
            return {key: value}
        case "decision":
            if type(value) is not int or value < 0:
                raise BadSpec(f"{where}: the index of an earlier decision is expected")
            return {"revokes": value}
        case "member" if kind == "accede":
            _keys(value, where, MEMBER_KEYS)
            return {
                "member": _name(value["code"], f"{where}.code"),
                "name": _name(value["name"], f"{where}.name"),
            }
        case "member":
            return {"member": _name(value, where)}
    return {}


def _named_period(value: Any, where: str, rule: Rule, first: int) -> None:
    _within(_period(value, where, rule.step_months), first, rule.step_months, where)


def _known_side(value: dict[str, Any], where: str, rule: Rule) -> Side | None:
    """The side that a newcomer joins; None where the key is missing, which is refused with the other keys."""
    if "side" not in value:
        return None
    for side in rule.sides:
        if side.name == value["side"]:
            return side
    raise BadSpec(f"{where}.side: the name of a side is expected")
