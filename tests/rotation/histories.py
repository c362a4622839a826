"""Rotations and histories of decisions as hypothesis draws them, and the plain record that tells the valid ones."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from rotation.periods import read_period, write_period
from rotation.rule import Decision, Member, Rule, Side

FIRST = 2020 * 12
FIRST_DAY = date(2019, 1, 1)
KINDS = (
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
)
STAYING, COMING = "123", "789"  # the last letter of a code: a member that always stays, or one that may not


@st.composite
def rules(draw, *, comings=False):
    """One to three sides; `comings`: with members that belong for a time only, and lists that repeat one."""
    step = draw(st.sampled_from([1, 6, 12, 24]))
    sides = []
    for name in "ABC"[: draw(st.integers(1, 3))]:
        order = draw(st.sampled_from(["listed", "alphabetical"]))
        codes = [name + letter for letter in STAYING[: draw(st.integers(1, 3))]]
        if comings and order == "listed" and draw(st.booleans()):
            codes.append(codes[0])
        members = [Member(code, code) for code in codes]
        for letter in "78"[: draw(st.integers(0, 2))] if comings else "":
            begin, length = draw(st.integers(0, 5)), draw(st.integers(0, 5))
            span = [write_period(FIRST + turn * step, step) for turn in (begin, begin + length)]
            members.append(Member(name + letter, name + letter, *span[: draw(st.integers(1, 2))]))
        sides.append(Side(name, tuple(draw(st.permutations(members))), order))
    first_holder = draw(st.sampled_from([None, "A1"]))
    return Rule("R", write_period(FIRST, step), step, tuple(sides), first_holder, basis="Art. 1")


class Record:
    """What the decisions made so far have done to the calendar, to swapped turns and to the members."""

    def __init__(self, rule):
        self.rule, self.step = rule, rule.step_months
        self.calendar = [FIRST + turn * self.step for turn in range(40)]
        self.slots = [FIRST + n * self.step for n in range(400)]
        self.vacant = set()
        self.regular = list(range(40))
        self.passed = Counter()  # a turn -> how often it was passed on to the next member
        self.spans, self.side_of = {}, {}
        for n, side in enumerate(rule.sides):
            for member in side.members:
                first = read_period(member.from_period, self.step) if member.from_period else 0
                last = read_period(member.until_period, self.step) if member.until_period else 10**9
                self.spans.setdefault(member.code, []).append((first, last))
                self.side_of[member.code] = n

    def is_member(self, code, month):
        return any(first <= month <= last for first, last in self.spans.get(code, ()))

    def takes(self, decision):
        """Carries a decision out; False, and then nothing is done, if it cannot be."""
        months = [
            read_period(p, self.step) for p in (decision.period, decision.other_period, decision.to) if p
        ]
        named = months[:1] if decision.to else months
        if any(month not in self.calendar for month in named):
            return False
        return getattr(self, f"_{decision.kind}")(decision, [*map(self.calendar.index, named)], months)

    def _swap(self, decision, turns, months):
        a, b = turns
        self.regular[a], self.regular[b] = self.regular[b], self.regular[a]
        return a != b

    def _act(self, decision, turns, months):
        regular = self.regular[turns[0]]
        side = regular % len(self.rule.sides)
        if decision.kind != "skip" and not self.is_member(decision.member, months[0]):
            return False
        if decision.kind == "assign":
            return self.side_of[decision.member] == side
        # A turn is passed on so often only that one that always stays is left to take it.
        staying = {m.code for m in self.rule.sides[side].members if m.code[1] in STAYING}
        self.passed[regular] += not decision.turn_kept
        return self.passed[regular] < len(staying) or decision.turn_kept

    _skip = _substitute = _assign = _act

    def _announce(self, decision, turns, months):
        return True

    def _next(self, month):
        return next(slot for slot in self.slots if slot > month and slot not in self.vacant)

    def _vacate(self, decision, turns, months):
        self.vacant.add(months[0])
        before = -1
        for turn in range(turns[0], 40):
            before = self.calendar[turn] = self._next(max(self.calendar[turn], before))
        return True

    def _hold(self, decision, turns, months):
        turn, (old, to) = turns[0], months
        later = decision.kind == "postpone"
        before = self.calendar[turn - 1] if turn else FIRST - 1
        after = 10**9 if later and decision.shift else self.calendar[turn + 1]
        if not before < to < after or to in self.vacant or (to > old) != later or to == old:
            return False
        if not decision.shift:
            self.calendar[turn] = to
            return True
        by = to - old
        self.slots = [s for s in self.slots if s < min(old, to)] + [s + by for s in self.slots if s >= old]
        before = -1
        for each in range(turn, 40):
            moved = self.calendar[each] + by
            if moved in self.vacant or moved <= before:
                moved = self._next(max(moved, before))
            before = self.calendar[each] = moved
        return True

    _postpone = _advance = _hold

    def _accede(self, decision, turns, months):
        month = read_period(decision.from_period, self.step)
        side = next((n for n, each in enumerate(self.rule.sides) if each.name == decision.side), None)
        if side is None or self.side_of.get(decision.member, side) != side:
            return False
        if decision.after is not None and self.side_of.get(decision.after) != side:
            return False
        if any(last >= month for _first, last in self.spans.get(decision.member, ())):
            return False
        self.side_of[decision.member] = side
        self.spans.setdefault(decision.member, []).append((month, 10**9))
        return True

    def _withdraw(self, decision, turns, months):
        month = read_period(decision.from_period, self.step)
        if not self.is_member(decision.member, month):
            return False
        cut = [(first, min(last, month - 1)) for first, last in self.spans[decision.member]]
        self.spans[decision.member] = [(first, last) for first, last in cut if first <= last]
        return True


def record_of(rule, decisions):
    """The record that decisions, in the order in which they were made, lead to; None if one cannot be taken."""
    undone = set()
    for index, decision in reversed(list(enumerate(decisions))):
        if decision.kind == "revoke" and index not in undone:
            undone.add(decision.revokes)
    record = Record(rule)
    left = [each for n, each in enumerate(decisions) if n not in undone and each.kind != "revoke"]
    return record if all(record.takes(each) for each in left) else None


@st.composite
def trials(draw, record, made, kinds=KINDS):
    """A decision that may well be valid after `made`, which led to the record."""
    rule, step, calendar = record.rule, record.step, record.calendar
    kind = draw(st.sampled_from([each for each in kinds if made or each != "revoke"]))
    on = made[-1].decided_on if made else FIRST_DAY
    turn = draw(st.integers(0, 5))
    period = write_period(calendar[turn], step)
    side = draw(st.sampled_from(rule.sides))
    if kind == "assign":
        side = rule.sides[record.regular[turn] % len(rule.sides)]
    comers = sorted(code for code in record.spans if code[1] in COMING)
    fields = {"period": period}
    match kind:
        case "swap":
            fields["other_period"] = write_period(calendar[draw(st.integers(0, 5))], step)
        case "substitute" | "assign":
            own = [code for code in record.spans if code[0] == side.name]
            fields["member"] = draw(st.sampled_from(sorted(own) + comers))
            fields["turn_kept"] = kind == "substitute" and draw(st.booleans())
        case "postpone":
            unit = 12 if step == 24 else step
            fields["to"] = write_period(calendar[turn] + unit * draw(st.integers(1, 3)), step)
            fields["shift"] = draw(st.booleans())
        case "advance":
            unit = 12 if step == 24 else step
            to = max(calendar[turn] - unit * draw(st.integers(1, 3)), FIRST)
            fields["to"] = write_period(to, step)
            fields["shift"] = draw(st.booleans())
        case "accede":
            code = side.name + draw(st.sampled_from(COMING))
            after = draw(st.sampled_from([None, side.name + "1"])) if side.order == "listed" else None
            fields = {"member": code, "name": code, "side": side.name, "after": after, "from_period": period}
        case "withdraw":
            fields = {"member": draw(st.sampled_from(comers or ["A7"])), "from_period": period}
        case "revoke":
            fields = {"revokes": draw(st.integers(0, len(made) - 1))}
    return Decision(kind, on + timedelta(days=draw(st.integers(0, 1))), f"Note {len(made)}", **fields)


@dataclass(frozen=True)
class History:
    """A rule and valid decisions, in the order in which they were made."""

    rule: Rule
    decisions: tuple[Decision, ...]

    def and_then(self, kind, **fields):
        """One decision more, made a day later."""
        last = self.decisions[-1].decided_on if self.decisions else FIRST_DAY
        return replace(
            self, decisions=(*self.decisions, Decision(kind, last + timedelta(days=1), "More", **fields))
        )


@st.composite
def histories(draw, *, kinds=KINDS, at_least=0, comings=True):
    rule, made = draw(rules(comings=comings)), []
    record = Record(rule)
    for _trial in range(draw(st.integers(at_least, 14))):
        tried = [*made, draw(trials(record, made, kinds))]
        after = record_of(rule, tried)
        if after is not None:
            made, record = tried, after
    if len(made) < at_least:
        made.append(Decision("announce", FIRST_DAY + timedelta(days=30), "Note", period=rule.first_period))
    return History(rule, tuple(made))
