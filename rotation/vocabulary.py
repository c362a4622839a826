"""What a rotation is made of, as the engine takes it and gives it back: plain values and two refusals. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True)
class Member:
    """A member in the periods in which it belongs to its side, both inclusive; None means open.

    `name` orders it; `called` is what its reasons call it in the reader's language, its name if empty.
    """

    code: str
    name: str
    from_period: str | None = None
    until_period: str | None = None
    called: str = ""


@dataclass(frozen=True, slots=True)
class Side:
    """`locale`: the language whose alphabet orders the names of an `alphabetical` side."""

    name: str
    members: tuple[Member, ...]
    order: Literal["listed", "alphabetical"] = "listed"
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rotation. `first_holder`: the code of a member of the first side; `basis`: the article, for reasons."""

    name: str
    first_period: str
    step_months: int
    sides: tuple[Side, ...]
    first_holder: str | None = None
    held_until: str | None = None
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the parties decided on a day; `kind` says which of the fields below `basis` it uses.

    `period` is the first and `other_period` the second of a swap; `from_period` is where a membership begins
    or ends, `name`, `called` and `side` those of a newcomer, `after` the code whose last place it follows in a
    listed side; `revokes` is the index of an earlier decision.
    """

    kind: Literal[
        "swap",
        "substitute",
        "skip",
        "assign",
        "postpone",
        "vacate",
        "advance",
        "accede",
        "withdraw",
        "announce",
        "revoke",
    ]
    decided_on: date
    basis: str = ""
    period: str = ""
    other_period: str = ""
    to: str = ""
    member: str = ""
    name: str = ""
    called: str = ""
    side: str = ""
    after: str | None = None
    from_period: str = ""
    turn_kept: bool = False
    shift: bool = False
    revokes: int = -1


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence of a chain of reasons: a code and its values; rotation/reasons.py words it."""

    code: str
    values: tuple[tuple[str, str | int], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    ordinal: int
    period: str
    holder: str
    side: str
    status: Literal["held", "announced", "projected"]
    why: tuple[Reason, ...]


class Refusal(Exception):
    """The engine cannot go on. `where` is the key in a spec; `code` and `values`: see rotation/refusals.py."""

    def __init__(self, where: str, code: str, **values: str) -> None:
        super().__init__(where, code, values)
        self.where, self.code, self.values = where, code, values


class NobodyLeft(Refusal):
    """A side, `index` among the sides, has no member in a period in which it is its turn."""

    def __init__(self, index: int, side: str, period: str) -> None:
        super().__init__(f"sides[{index}]", "nobody_left", side=side, period=period)
        self.side, self.period = side, period


class BadDecision(Refusal):
    """A decision cannot be carried out; `index` is its place in the list, `key` what is wrong in it."""

    def __init__(self, index: int, key: str, code: str, **values: str) -> None:
        super().__init__(f"decisions[{index}].{key}", code, **values)
        self.index, self.key = index, key
