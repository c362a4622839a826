"""The stored mechanism as the pure engine takes it, and its turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import takewhile

from . import rule
from .models import Mechanism, RotationDecision, Summit
from .translated import text_in


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


def turns_of(
    mechanism: Mechanism,
    language: str | None = None,
    *,
    known_on: date | None = None,
    drafts: Sequence[rule.Decision] = (),
) -> Iterator[rule.Turn]:
    """The turns by the stored rule and decisions, without end; none while the order is still being entered.

    known_on: as known on that day's end: with the decisions made up to and on it. drafts: decisions that are
    tried, not stored; they follow the stored ones. Raises BadDecision, NobodyLeft.
    """
    stored = rule_of(mechanism, language)
    # A mechanism, its sides and their members are saved one by one.
    if not stored.sides or not all(side.members for side in stored.sides):
        return iter(())
    return rule.turns(stored, (*decisions_of(mechanism, language), *drafts), known_on=known_on)


def turns_until(
    mechanism: Mechanism,
    until: str,
    language: str | None = None,
    *,
    known_on: date | None = None,
    drafts: Sequence[rule.Decision] = (),
) -> list[rule.Turn]:
    """The turns up to and in period `until`, in order; a turn with an announced summit says so.

    known_on, drafts and what is raised: see turns_of.
    """
    turns = turns_of(mechanism, language, known_on=known_on, drafts=drafts)
    found = list(takewhile(lambda turn: turn.period <= until, turns))
    if known_on is not None:
        return found  # a summit's row has no day of its own: only decisions tell what was known then
    announced = set(
        mechanism.summits.filter(status=Summit.Status.ANNOUNCED).values_list("ordinal", flat=True)
    )
    return [
        replace(turn, status="announced")
        if turn.ordinal in announced and turn.status == "projected"
        else turn
        for turn in found
    ]
