"""Recording what the parties decided: see what it changes, then append it; nothing is edited or removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from . import rule
from .changes import announce_turns
from .comparison import Pair, compare
from .concurrency import assert_unchanged
from .models import Mechanism, RotationDecision, Side, State, Summit
from .projection import Outlook, outlook, stored
from .refusals import refusal_text
from .refused import Refused
from .translated import text_in

# The columns that the spec calls otherwise.
FIELDS = {"periods": "other_period", "from": "from_period", "decision": "revokes"}
# How far a decision is looked at before it is taken: two rounds of the six states.
LOOK_AHEAD_UNTIL = "2050"


class DecisionRefused(Refused):
    """The decision cannot be carried out; nothing has changed. `key` names what is wrong in it, as in the spec."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__()
        self.key, self.problem = key, problem
        self.field = FIELDS.get(key, key)

    def __str__(self) -> str:
        return self.problem


@dataclass(frozen=True, slots=True)
class Effect:
    """What decisions do: the turns before and after them, and the ordinals of the announced summits that they undo."""

    pairs: tuple[Pair, ...]
    withdrawn: frozenset[int] = frozenset()


class Prospect:
    """What stands up to a period, read once; any drafts are tried on it without another query."""

    def __init__(self, mechanism: Mechanism, until: str = LOOK_AHEAD_UNTIL) -> None:
        self.stands, self.until = stored(mechanism), until
        self.names = {state.code: str(state) for state in State.objects.all()}
        self.before = outlook(self.stands, until)

    @property
    def problem(self) -> str:
        """Why the turns end before `until`, in the reader's language; empty when they do not."""
        return end_text(self.before, self.names)

    def with_drafts(self, drafts: Sequence[rule.Decision]) -> Effect:
        """What these decisions would do. Raises DecisionRefused."""
        if not drafts:
            return Effect(compare(self.before.turns, self.before.turns))
        withdrawn = self._withdrawn(drafts)
        stands = replace(self.stands, announced=self.stands.announced - withdrawn)
        after = outlook(stands, self.until, drafts=drafts)
        if after.end is not None:
            raise self._worded(after.end) from after.end
        return Effect(compare(self.before.turns, after.turns), withdrawn)

    def _withdrawn(self, drafts: Sequence[rule.Decision]) -> frozenset[int]:
        """The ordinals of the announced summits whose announcement these decisions revoke."""
        if not any(draft.kind == "revoke" for draft in drafts):
            return frozenset()
        return self.stands.announced & (self._decided(()) - self._decided(drafts))

    def _decided(self, drafts: Sequence[rule.Decision]) -> frozenset[int]:
        """The turns that decisions announce, whatever summits there are."""
        found = outlook(replace(self.stands, announced=frozenset()), self.until, drafts=drafts)
        return frozenset(turn.ordinal for turn in found.turns if turn.status == "announced")

    def _worded(self, refusal: rule.Refusal) -> DecisionRefused:
        """Why in the reader's language; for a stored decision also which one no longer makes sense."""
        problem = refusal_text(refusal, self.names, _)
        if not isinstance(refusal, rule.BadDecision):
            return DecisionRefused("member", problem)
        if refusal.index >= len(self.stands.decisions):
            return DecisionRefused(refusal.key, problem)
        kind = self.stands.decisions[refusal.index].kind
        return DecisionRefused(
            "",
            _("Decision %(decision)s would make no sense any more. %(problem)s Revoke it first.")
            % {"decision": RotationDecision(number=refusal.index + 1, kind=kind), "problem": problem},
        )


def end_text(found: Outlook, names: Mapping[str, str]) -> str:
    """Why the turns of an outlook end, in the reader's language; empty when they do not."""
    if found.end is None:
        return ""
    return _("The turns end here. %(problem)s") % {"problem": refusal_text(found.end, names, _)}


def plan_decisions(
    mechanism: Mechanism, drafts: Sequence[rule.Decision], *, until: str = LOOK_AHEAD_UNTIL
) -> tuple[Pair, ...]:
    """The turns before and after these decisions; writes nothing. Raises DecisionRefused."""
    return Prospect(mechanism, until).with_drafts(drafts).pairs


@transaction.atomic
def record_decision(
    mechanism_id: int,
    draft: rule.Decision,
    *,
    actor: Any,
    note: str = "",
) -> RotationDecision:
    """Append a decision. Announced summits that it gives to another state or period follow it.

    One whose announcement it revokes is a projected turn again, and projected turns have no row.
    Raises DecisionRefused; then nothing has changed.
    """
    mechanism = Mechanism.objects.select_for_update().get(pk=mechanism_id)
    count = mechanism.decisions.count()
    assert_unchanged(count)
    if not draft.basis.strip():
        raise DecisionRefused(
            "basis", _("Give the legal basis: the paper and its paragraph; each changed turn names it.")
        )
    effect = Prospect(mechanism).with_drafts([draft])
    row = RotationDecision.objects.create(
        mechanism=mechanism, number=count + 1, note=note, recorded_by=actor, **_columns(mechanism, draft)
    )
    no_longer = mechanism.summits.filter(ordinal__in=effect.withdrawn)
    announce_turns(mechanism, _follow(mechanism, effect.pairs), withdrawn=list(no_longer))
    no_longer.delete()
    return row


def _columns(mechanism: Mechanism, draft: rule.Decision) -> dict[str, Any]:
    sides = {text_in(side.names): side for side in Side.objects.filter(mechanism=mechanism)}
    revoked = mechanism.decisions.filter(number=draft.revokes + 1).first() if draft.kind == "revoke" else None
    return {
        "kind": draft.kind,
        "decided_on": draft.decided_on,
        "basis": draft.basis.strip(),
        "period": draft.period,
        "other_period": draft.other_period,
        "to": draft.to,
        "from_period": draft.from_period,
        "member_id": draft.member or None,
        "side": sides.get(draft.side),
        "after_id": draft.after,
        "turn_kept": draft.turn_kept,
        "shift": draft.shift,
        "revokes": revoked,
    }


def moved_summits(mechanism: Mechanism, pairs: Sequence[Pair]) -> list[tuple[Summit, rule.Turn]]:
    """The announced summits that the turns after a decision give to another state or period, with their turns.

    One whose announcement the decision revokes is not among them.
    """
    turns = {pair.after.ordinal: pair.after for pair in pairs if pair.after}
    announced = mechanism.summits.filter(status=Summit.Status.ANNOUNCED).select_related("host")
    found = [(summit, turns.get(summit.ordinal)) for summit in announced]
    return [
        (summit, turn)
        for summit, turn in found
        if turn
        and turn.status == "announced"
        and (summit.host_id, summit.period) != (turn.holder, turn.period)
    ]


def _follow(mechanism: Mechanism, pairs: Sequence[Pair]) -> list[Summit]:
    moved = moved_summits(mechanism, pairs)
    for summit, turn in moved:
        summit.host_id, summit.period = turn.holder, turn.period
    # One statement: two summits may follow each other's periods, which are unique when it ends.
    Summit.objects.bulk_update([summit for summit, _turn in moved], ["host", "period"])
    return [summit for summit, _turn in moved]
