"""Decisions that are tried, not taken: read from an address, carried out beside what stands; nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from . import rule
from .comparison import Pair
from .deciding import LOOK_AHEAD_UNTIL, DecisionRefused, Prospect
from .models import Mechanism, Side, State
from .periods import write_period
from .spec import BadSpec, read_decision, write_decision
from .translated import text_in

MOST_DRAFTS = 20
LONGEST_DRAFT = 1_000
LONGEST_NEWCOMER = 60


@dataclass(frozen=True, slots=True)
class Draft:
    """A decision that is tried. `text`: as the address holds it; `problem`: why it is not carried out."""

    text: str
    decision: rule.Decision | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class WhatIf:
    """The drafts, and the turns before and after those of them that can be carried out."""

    drafts: tuple[Draft, ...]
    pairs: tuple[Pair, ...]

    @property
    def carried_out(self) -> list[rule.Decision]:
        return [each.decision for each in self.drafts if each.decision and not each.problem]

    @property
    def newcomers(self) -> dict[str, str]:
        """The names of those that accede here, by code."""
        return {each.member: each.called for each in self.carried_out if each.kind == "accede"}


def last_period(mechanism: Mechanism) -> str:
    """The last period of the year up to which one looks."""
    return write_period(int(LOOK_AHEAD_UNTIL) * 12 + 11, mechanism.step_months)


def try_out(prospect: Prospect, drafts: Sequence[Draft]) -> WhatIf:
    """Carries out the drafts in their order; one that cannot be says why, and the others stay."""
    decisions = [draft.decision for draft in drafts if draft.decision]
    try:
        return WhatIf(tuple(drafts), prospect.with_drafts(decisions).pairs)
    except DecisionRefused:
        return _one_by_one(prospect, drafts)


def _one_by_one(prospect: Prospect, drafts: Sequence[Draft]) -> WhatIf:
    """A draft is to blame for what goes wrong when it follows those before it."""
    pairs = prospect.with_drafts([]).pairs
    accepted: list[rule.Decision] = []
    judged: list[Draft] = []
    for draft in drafts:
        if draft.decision:
            try:
                pairs = prospect.with_drafts([*accepted, draft.decision]).pairs
                accepted.append(draft.decision)
            except DecisionRefused as refusal:
                draft = replace(draft, problem=refusal.problem)
        judged.append(draft)
    return WhatIf(tuple(judged), pairs)


class Drafts:
    """Reads and writes the drafts of a mechanism, alike in every language.

    They are decisions in the form of the command's spec, without day and basis: a draft follows all that is
    recorded. A side is called by its position, and a state of the record by its code, whatever its name says.
    """

    def __init__(self, mechanism: Mechanism, recorded: Sequence[rule.Decision]) -> None:
        self.recorded = len(recorded)
        self.day = max([timezone.localdate(), *(each.decided_on for each in recorded)])
        self.sides = {str(side.position): side for side in mechanism.sides.all()}
        self.states = {state.code: state for state in State.objects.all()}
        self.rule = rule.Rule(
            "",
            mechanism.first_period,
            mechanism.step_months,
            tuple(
                rule.Side(position, (), "listed" if side.order == Side.Order.LISTED else "alphabetical")
                for position, side in self.sides.items()
            ),
        )

    def read(self, texts: Sequence[str]) -> list[Draft]:
        return [self._draft(text, number) for number, text in enumerate(texts, start=1)]

    def _draft(self, text: str, number: int) -> Draft:
        if len(text) > LONGEST_DRAFT:
            return Draft(text, problem=_("This is too long for a decision."))
        basis = _("trial %(number)s") % {"number": number}
        try:
            decision = read_decision(text, self.rule, decided_on=self.day, basis=basis)
        except BadSpec as error:
            return Draft(
                text, problem=_("This is no decision: %(problem)s.") % {"problem": shown_safely(str(error))}
            )
        if (decision.decided_on, decision.basis) != (self.day, basis):
            return Draft(text, problem=_("A trial has neither a day nor a legal basis of its own."))
        if not all(map(str.isprintable, (decision.member, decision.after or ""))):
            return Draft(text, problem=_("This names no state."))
        if decision.kind == "revoke" and decision.revokes >= self.recorded:
            return Draft(text, problem=_("There is no recorded decision of this number to revoke."))
        if decision.kind == "accede":
            if not is_name(decision.name):
                return Draft(text, problem=_("This is no name of a state."))
            decision = self._named(decision)
        return Draft(text, decision)

    def _named(self, newcomer: rule.Decision) -> rule.Decision:
        """The newcomer under the names that its side is ordered and its reader told by."""
        side, state = self.sides[newcomer.side], self.states.get(newcomer.member)
        return replace(
            newcomer,
            side=text_in(side.names),
            name=text_in(state.names, side.locale) if state else newcomer.name,
            called=text_in(state.names) if state else newcomer.name,
        )

    def written(self, decision: rule.Decision) -> str:
        """The text of a draft that a form says; the form calls the side by its name."""
        if decision.kind == "accede":
            position = next(key for key, side in self.sides.items() if text_in(side.names) == decision.side)
            is_listed = self.sides[position].order == Side.Order.LISTED
            decision = replace(decision, side=position, after=decision.after if is_listed else None)
        return write_decision(decision)


def shown_safely(text: str) -> str:
    """A text with what no page can show written out: what a stranger wrote may stand in it."""
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def is_name(text: str) -> bool:
    """Whether a text can name a newcomer: short, and without characters that are not seen."""
    return text.isprintable() and len(text) <= LONGEST_NEWCOMER
