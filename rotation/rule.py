"""Who holds which turn, and why: sides in turn, and inside a side the next member in its order. Pure.

Source of the shape: Xi'an Declaration, art. 2 (two sides take turns, one of them in alphabetical order). The
next is always the next member after the place of the side's last regular holder, in the order valid in the
period that the turn is held in, wrapping round; so a newcomer or a leaver needs no special rule.

This is the engine's door: its words are in vocabulary.py, what decisions do in plan.py, a side's order in
order.py, and the turns that follow in course.py.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from .course import Course
from .plan import Plan
from .vocabulary import BadDecision, Decision, Member, NobodyLeft, Reason, Refusal, Rule, Side, Turn

__all__ = [
    "BadDecision",
    "Decision",
    "Member",
    "NobodyLeft",
    "Reason",
    "Refusal",
    "Rule",
    "Side",
    "Turn",
    "standing",
    "turns",
]


def turns(rule: Rule, decisions: Sequence[Decision] = (), *, known_on: date | None = None) -> Iterator[Turn]:
    """The turns from the first period on, without end but that of the calendar (year 9999).

    known_on: only decisions made up to and on that day count; None means all.
    Raises BadDecision at once. Raises NobodyLeft when it comes to that turn, or at once for a turn up to the
    last one that a decision speaks of.
    """
    plan = Plan(rule, [entry for entry in standing(decisions, known_on) if entry[1].kind != "revoke"])
    course = Course(plan)
    if plan.actions:
        course.regular(max(plan.actions))
    return course.turns()


def standing(decisions: Sequence[Decision], known_on: date | None = None) -> list[tuple[int, Decision]]:
    """The known decisions that no standing revocation undoes, with their index, in the order they were made.

    Revocations that stand are among them. Raises BadDecision for one that does not name an earlier decision.
    """
    known = [(i, each) for i, each in enumerate(decisions) if known_on is None or each.decided_on <= known_on]
    known.sort(key=lambda entry: (entry[1].decided_on, entry[0]))
    revoked: set[int] = set()
    # A revocation undoes earlier decisions only: backwards, each is judged after all that can undo it.
    for index, decision in reversed(known):
        if decision.kind == "revoke" and index not in revoked:
            target = decision.revokes
            if not 0 <= target < len(decisions) or (decisions[target].decided_on, target) >= (
                decision.decided_on,
                index,
            ):
                raise BadDecision(index, "decision", "not_earlier")
            revoked.add(target)
    return [(index, each) for index, each in known if index not in revoked]
