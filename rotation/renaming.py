"""What another name of a state does to the turns: an alphabetical order goes by names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from . import rule
from .comparison import compare
from .models import Mechanism
from .projection import Stored, outlook, stored
from .translated import text_in


@dataclass(frozen=True, slots=True)
class MovedTurn:
    """A turn that one state has by the names of today, and another by the new one."""

    mechanism: Mechanism
    before: rule.Turn
    after: rule.Turn


def turns_moved(code: str, names: Mapping[str, str], until: str) -> Iterator[MovedTurn]:
    """The turns up to and in `until` that go to another when the state `code` bears these names; writes nothing."""
    for mechanism in Mechanism.objects.filter(sides__memberships__state=code).distinct():
        stands = stored(mechanism)
        renamed = replace(
            stands,
            stored_rule=_renamed_rule(stands.stored_rule, code, names),
            decisions=_renamed_decisions(stands, code, names),
        )
        for pair in compare(outlook(stands, until).turns, outlook(renamed, until).turns):
            if pair.before and pair.after and pair.before.holder != pair.after.holder:
                yield MovedTurn(mechanism, pair.before, pair.after)


def _renamed_rule(of: rule.Rule, code: str, names: Mapping[str, str]) -> rule.Rule:
    return replace(
        of,
        sides=tuple(
            replace(
                side,
                members=tuple(
                    replace(member, name=text_in(names, side.locale)) if member.code == code else member
                    for member in side.members
                ),
            )
            for side in of.sides
        ),
    )


def _renamed_decisions(stands: Stored, code: str, names: Mapping[str, str]) -> tuple[rule.Decision, ...]:
    """A state that acceded stands in the decision by its name."""
    locales = {side.name: side.locale for side in stands.stored_rule.sides}
    return tuple(
        replace(each, name=text_in(names, locales[each.side])) if each.member == code and each.name else each
        for each in stands.decisions
    )
