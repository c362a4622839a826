"""A rotation as a JSON text: read strictly, refused with one line that names the key. Pure."""

from __future__ import annotations

import json
from typing import Any, Literal

from .periods import BadPeriod, read_period
from .rule import Member, Rule, Side

LARGEST_BYTES = 1_000_000
LONGEST_NAME = 200
MOST_STEPS = 2_000


class BadSpec(Exception):
    """The spec is refused; the message names the key."""


RULE_KEYS = ("name", "first_period", "step_months", "sides")
RULE_OPTIONAL = ("first_holder", "held_until", "decisions")
SIDE_KEYS = ("name", "order", "members")
MEMBER_KEYS = ("code", "name")


def read_spec(data: bytes) -> Rule:
    """The rule of a spec. Raises BadSpec."""
    if len(data) > LARGEST_BYTES:
        raise BadSpec(f"the spec is longer than {LARGEST_BYTES:,} bytes")
    try:
        spec = json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise BadSpec(f"the spec is not UTF-8 (byte {error.start})") from error
    except (ValueError, RecursionError) as error:
        raise BadSpec(f"the spec is not JSON: {str(error)[:100]}") from error
    _keys(spec, "the spec", RULE_KEYS, RULE_OPTIONAL)
    if spec.get("decisions", []) != []:
        raise BadSpec("decisions: this version projects rules without decisions only")
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
    return rule


def read_until(text: str, rule: Rule) -> int:
    """The month of `--until`. Raises BadSpec when it lies before the first period or too far after it."""
    first = read_period(rule.first_period, rule.step_months)
    until = _period(text, "until", rule.step_months)
    if until < first:
        raise BadSpec(f"until: {text} lies before the first period, {rule.first_period}")
    _within(until, first, rule.step_months, "until")
    return until


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise BadSpec(f"{key[:40]}: given twice")
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
    if not isinstance(value, str) or not value.strip():
        raise BadSpec(f"{where}: a text is expected")
    if len(value) > LONGEST_NAME:
        raise BadSpec(f"{where}: longer than {LONGEST_NAME} characters")
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
    ends: dict[str, list[tuple[int, int]]] = {}
    for index, member in enumerate(members):
        first = read_period(member.from_period, step) if member.from_period else 0
        last = read_period(member.until_period, step) if member.until_period else 10**6
        for other_first, other_last in ends.setdefault(member.code, []):
            if first <= other_last and other_first <= last:
                raise BadSpec(f"{where}.members[{index}]: {member.code!r} belongs twice at once")
        ends[member.code].append((first, last))


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
