"""Decisions as people read them: what each kind does, and what one says. Marked for translation; the edge translates."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from .rule import Decision


def _(text: str) -> str:
    """Marks a sentence for the catalogue."""
    return text


# What a decision of each kind does, in the order in which a form offers them.
EFFECTS = {
    "swap": _("Two periods exchange their hosts; the regular order stays as it is."),
    "substitute": _("Another state takes a period; the state displaced comes next, or its turn is spent."),
    "assign": _(
        "By agreement a state of the side whose turn it is takes a period; the order goes on after it."
    ),
    "skip": _("The state due gives up its turn; the later ones of its side move up."),
    "postpone": _("A turn is held in a later period; the turns after it move too, or stay."),
    "vacate": _("There is no meeting in a period; its turn is kept for the next one."),
    "advance": _("A turn is brought forward; the turns after it move too, or stay."),
    "accede": _("A state joins a side and takes its place in the order."),
    "withdraw": _("A state leaves the order; the turns that it still had go to the next."),
    "announce": _("The parties have announced a turn."),
    "revoke": _("An earlier decision is undone: the turns are as if it had never been taken."),
}

SENTENCES = {
    "swap": _("{period} and {other_period} exchange their hosts"),
    "substitute_kept": _("{period}: {member} hosts; the turn of the state displaced is kept"),
    "substitute_spent": _("{period}: {member} hosts; the turn of the state displaced is spent"),
    "assign": _("{period}: {member} hosts by agreement, and the order goes on after it"),
    "skip": _("{period}: the state due gives up its turn"),
    "postpone_alone": _("{period}: held in {to}; the later turns stay"),
    "postpone_shift": _("{period}: held in {to}; all later turns move too"),
    "vacate": _("{period}: no meeting; the turn is kept for the next period"),
    "advance_alone": _("{period}: brought forward to {to}; the later turns stay"),
    "advance_shift": _("{period}: brought forward to {to}; all later turns move too"),
    "accede": _("{member}: in the order of “{side}” from {from_period} on"),
    "accede_after": _("{member}: in the order of “{side}” from {from_period} on, right after {after}"),
    "withdraw": _("{member}: no longer in the order from {from_period} on"),
    "announce": _("{period}: announced by the parties"),
    "revoke": _("Decision {number} is revoked"),
}


def decision_text(decision: Decision, names: Mapping[str, str], translate: Callable[[str], str] = _) -> str:
    """What a decision says, as a sentence; `names` has the members' names by code, in the reader's language."""
    variant = {
        "substitute": "_kept" if decision.turn_kept else "_spent",
        "postpone": "_shift" if decision.shift else "_alone",
        "advance": "_shift" if decision.shift else "_alone",
        "accede": "_after" if decision.after else "",
    }.get(decision.kind, "")
    return translate(SENTENCES[decision.kind + variant]).format(
        period=decision.period,
        other_period=decision.other_period,
        to=decision.to,
        from_period=decision.from_period,
        side=decision.side,
        member=names.get(decision.member, decision.name or decision.member),
        after=names.get(decision.after or "", decision.after),
        number=decision.revokes + 1,
    )
