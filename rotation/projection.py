"""The stored mechanism as the pure engine takes it, and its turns."""

from __future__ import annotations

from dataclasses import replace
from itertools import takewhile

from . import rule
from .models import Mechanism, Summit
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


def turns_until(mechanism: Mechanism, until: str, language: str | None = None) -> list[rule.Turn]:
    """The turns up to and in period `until`, in order; a turn with an announced summit says so."""
    announced = set(mechanism.summits.filter(status=Summit.Status.ANNOUNCED).values_list("period", flat=True))
    found = takewhile(lambda turn: turn.period <= until, rule.turns(rule_of(mechanism, language)))
    return [
        replace(turn, status="announced") if turn.period in announced and turn.status == "projected" else turn
        for turn in found
    ]
