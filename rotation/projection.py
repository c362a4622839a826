"""The stored mechanism as the pure engine takes it, and its turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from . import rule
from .models import Mechanism, RotationDecision, Summit
from .translated import text_in

# How far the desk looks ahead.
PROJECTED_UNTIL = "2045"


def rule_of(mechanism: Mechanism, language: str | None = None) -> rule.Rule:
    """The rotation rule of a stored mechanism, names in `language`; a constant number of queries."""
    held = mechanism.summits.filter(status=Summit.Status.HELD).order_by("-ordinal").first()
    sides = mechanism.sides.prefetch_related("memberships__state")
    return rule.Rule(
        name=text_in(mechanism.names, language),
        first_period=mechanism.first_period,
        step_months=mechanism.step_months,
        sides=tuple(
            rule.Side(
                name=text_in(side.names, language),
                order="alphabetical" if side.order == side.Order.ALPHABETICAL else "listed",
                locale=side.locale,
                members=tuple(
                    rule.Member(
                        code=membership.state_id,
                        # The order inside a side is by the names in the rule's own language, whatever the
                        # reader's: other readers would otherwise be told of other hosts.
                        name=text_in(membership.state.names, side.locale),
                        called=text_in(membership.state.names, language),
                        from_period=membership.from_period or None,
                        until_period=membership.until_period or None,
                    )
                    for membership in side.memberships.all()
                ),
            )
            for side in sides
        ),
        first_holder=mechanism.first_holder_id,
        held_until=held.period if held else None,
        basis=mechanism.basis,
    )


def decisions_of(mechanism: Mechanism, language: str | None = None) -> tuple[rule.Decision, ...]:
    """The stored decisions as the engine takes them, in the order of entry; one query.

    `language` must be that of the rule beside it: a newcomer's side is called by its name.
    """
    rows = mechanism.decisions.select_related("member", "side", "revokes")
    return tuple(decision_of(row, language) for row in rows)


def decision_of(row: RotationDecision, language: str | None = None) -> rule.Decision:
    """A stored decision as the engine takes it; decisions are numbered from 1 without a gap."""
    return rule.Decision(
        kind=row.kind,  # type: ignore[arg-type]  # the column's choices are the rule's kinds
        decided_on=row.decided_on,
        basis=row.basis,
        period=row.period,
        other_period=row.other_period,
        to=row.to,
        member=row.member_id or "",
        name=text_in(row.member.names, row.side.locale) if row.member and row.side else "",
        called=text_in(row.member.names, language) if row.member and row.side else "",
        side=text_in(row.side.names, language) if row.side else "",
        after=row.after_id,
        from_period=row.from_period,
        turn_kept=row.turn_kept,
        shift=row.shift,
        revokes=row.revokes.number - 1 if row.revokes else -1,
    )


@dataclass(frozen=True, slots=True)
class Stored:
    """What stands, read once: drafts are tried on it without another query.

    announced: the ordinals of the summits that are announced.
    """

    stored_rule: rule.Rule
    decisions: tuple[rule.Decision, ...]
    announced: frozenset[int]


@dataclass(frozen=True, slots=True)
class Outlook:
    """The turns up to a period in order, and what ends them before it: then nobody can say who comes next."""

    turns: list[rule.Turn]
    end: rule.Refusal | None


def stored(mechanism: Mechanism, language: str | None = None) -> Stored:
    announced = mechanism.summits.filter(status=Summit.Status.ANNOUNCED).values_list("ordinal", flat=True)
    return Stored(rule_of(mechanism, language), decisions_of(mechanism, language), frozenset(announced))


def outlook(
    stands: Stored, until: str, *, known_on: date | None = None, drafts: Sequence[rule.Decision] = ()
) -> Outlook:
    """The turns up to and in period `until`; a turn with an announced summit says so.

    known_on: as known on that day's end: with the decisions made up to and on it. drafts: decisions that are
    tried, not stored; they follow the stored ones.
    """
    # A summit's row has no day of its own: only decisions tell what was known on a day.
    announced = stands.announced if known_on is None else frozenset()
    found: list[rule.Turn] = []
    try:
        for turn in _turns(stands, known_on, drafts):
            if turn.period > until:
                break
            is_announced = turn.ordinal in announced and turn.status == "projected"
            found.append(replace(turn, status="announced") if is_announced else turn)
    except rule.Refusal as end:
        return Outlook(found, end)
    return Outlook(found, None)


def _turns(stands: Stored, known_on: date | None, drafts: Sequence[rule.Decision]) -> Iterator[rule.Turn]:
    # A mechanism, its sides and their members are saved one by one.
    sides = stands.stored_rule.sides
    if not sides or not all(side.members for side in sides):
        return iter(())
    return rule.turns(stands.stored_rule, (*stands.decisions, *drafts), known_on=known_on)


def turns_of(mechanism: Mechanism, language: str | None = None) -> Iterator[rule.Turn]:
    """The turns by the stored rule and decisions, without end; none while the order is still being entered.

    Raises BadDecision, NobodyLeft.
    """
    return _turns(
        Stored(rule_of(mechanism, language), decisions_of(mechanism, language), frozenset()), None, ()
    )


def turns_until(
    mechanism: Mechanism,
    until: str,
    language: str | None = None,
    *,
    known_on: date | None = None,
    drafts: Sequence[rule.Decision] = (),
) -> list[rule.Turn]:
    """The turns of an outlook. Raises what ends them before `until`: BadDecision, NobodyLeft."""
    found = outlook(stored(mechanism, language), until, known_on=known_on, drafts=drafts)
    if found.end is not None:
        raise found.end
    return found.turns
