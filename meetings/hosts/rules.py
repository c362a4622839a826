"""Who hosts a track's meeting, and why: by the summit's turns, by its own, by offer, or always one state. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rotation.periods import read_period, write_period
from rotation.reasons import SENTENCES as TURN_SENTENCES
from rotation.reasons import reason_text
from rotation.rule import Member, Reason, Turn

from ..schedule.dates import Precision, Span, month_span, year_span

Kind = Literal["follows_summit", "own_rotation", "by_offer", "fixed"]


def _(text: str) -> str:
    """Marks a sentence for the catalogue."""
    return text


SENTENCES = {
    "follows_summit": _("The track follows the summit: the turn of {period} decides until the next turn"),
    "no_turn": _("No turn falls in {period}"),
    "no_rotation": _("The track has a rotation of its own, but its order is not entered yet"),
    "agreed": _("{holder} offered to host in {period}, and it was agreed — {basis}"),
    "offered": _("{holder} offered to host in {period}; nothing is agreed yet — {basis}"),
    "several_offers": _("More than one state offered to host in {period}; nothing is agreed yet"),
    "nobody_offered": _("The host is found by offer, and no state has offered to host in {period}"),
    "nobody_else_offered": _("The host is found by offer, and no other offer is recorded"),
    "turns_end": _("Nobody is left in the order to host in {period}"),
    "fixed": _("{holder} hosts every meeting of this track — {basis}"),
    "no_fixed": _("One state hosts every meeting of this track, but it is not named yet"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """A state's offer to host in a year; `basis`: where it stands written."""

    state: Member
    year: int
    basis: str
    is_agreed: bool = False


@dataclass(frozen=True, slots=True)
class HostRule:
    """What decides a track's hosts.

    turns: those of the summit or of the track's own rotation, in order; `step_months` is theirs. basis: the
    track's founding paper. nobody_from: the period from which nobody is left for a turn.
    """

    kind: Kind
    turns: tuple[Turn, ...] = ()
    step_months: int = 12
    offers: tuple[Offer, ...] = ()
    fixed: Member | None = None
    basis: str = ""
    nobody_from: str = ""


@dataclass(frozen=True, slots=True)
class Hosting:
    """Who hosts in a period; `host` is None where nobody is known, and the reasons say why."""

    host: str | None
    period: str
    status: Literal["held", "announced", "projected", "agreed", "offered", "fixed", "open"]
    reasons: tuple[Reason, ...]


def host_on(rule: HostRule, day: date) -> Hosting:
    """Who hosts a meeting held on `day`."""
    if rule.nobody_from and _month(day) >= _first_month(rule.nobody_from, rule):
        return _open("turns_end", rule.nobody_from)
    match rule.kind:
        case "follows_summit":
            starts = [_first_month(turn.period, rule) for turn in rule.turns]
            place = bisect_right(starts, _month(day)) - 1
            return _of_turn(rule, rule.turns[place]) if place >= 0 else _open("no_turn", str(day.year))
        case "own_rotation":
            for turn in rule.turns:
                if is_in_period(day, turn.period, rule.step_months):
                    return _of_turn(rule, turn)
            return _open("no_turn" if rule.turns else "no_rotation", str(day.year))
        case "by_offer":
            return _by_offer(rule, day.year)
        case "fixed":
            return _fixed(rule)


def next_hosts(rule: HostRule, since: date, until_year: int) -> tuple[Hosting, ...]:
    """The hosts from the turn or year that `since` falls in to the end of `until_year`, in order."""
    if rule.kind == "fixed":
        return (_fixed(rule),)
    if rule.kind == "by_offer":
        years = sorted({offer.year for offer in rule.offers if since.year <= offer.year <= until_year})
        return (*(_by_offer(rule, year) for year in years), _open("nobody_else_offered", ""))
    end = (_open("turns_end", rule.nobody_from),) if rule.nobody_from else ()
    if end and not rule.turns:
        return end
    if not rule.turns:
        return (_open("no_rotation" if rule.kind == "own_rotation" else "no_turn", ""),)
    starts = [_first_month(turn.period, rule) for turn in rule.turns]
    first = max(bisect_right(starts, _month(since)) - 1, 0)
    coming = zip(rule.turns[first:], starts[first:], strict=True)
    return (*(_of_turn(rule, turn) for turn, start in coming if start // 12 <= until_year), *end)


def is_in_period(day: date, period: str, step_months: int) -> bool:
    """Whether a turn's own meeting on `day` is held in its period: in that year, half-year or month.

    Other meetings follow a turn until the next one; the turn's own is held in the period that names it.
    """
    return write_period(_month(day), step_months) == period


def period_span(period: str, step_months: int, zone: str) -> Span:
    """A date that says no more than the period does: its year, half-year or month."""
    first = read_period(period, step_months)
    year, month = first // 12, first % 12 + 1
    if step_months % 12 == 0:
        return year_span(year, zone)
    last = month_span(year, month + 5, zone) if step_months == 6 else month_span(year, month, zone)
    return Span(Precision.MONTH, date(year, month, 1), last.last_on, zone)


def says_no_more_than_its_period(span: Span, step_months: int) -> bool:
    """Whether `span` is a whole period, or nothing: then it may move with its turn, since no day was chosen."""
    if span.first_on is None:
        return True
    return span == period_span(write_period(_month(span.first_on), step_months), step_months, span.zone)


def reason_sentence(reason: Reason, translate: Callable[[str], str] = _) -> str:
    """The sentence of a reason, a turn's or one of ours; a reason without a basis names none."""
    return reason_text(reason, translate, TURN_SENTENCES | SENTENCES)


def _month(day: date) -> int:
    return day.year * 12 + day.month - 1


def _first_month(period: str, rule: HostRule) -> int:
    return read_period(period, rule.step_months)


def _of_turn(rule: HostRule, turn: Turn) -> Hosting:
    follows = (_reason("follows_summit", period=turn.period),) if rule.kind == "follows_summit" else ()
    return Hosting(turn.holder, turn.period, turn.status, (*follows, *turn.why))


def _by_offer(rule: HostRule, year: int) -> Hosting:
    offers = [offer for offer in rule.offers if offer.year == year]
    if not offers:
        return _open("nobody_offered", str(year))
    agreed = [offer for offer in offers if offer.is_agreed]
    told = tuple(_offer_reason(offer) for offer in agreed or offers)
    if len(agreed or offers) > 1:
        return Hosting(None, str(year), "open", (_reason("several_offers", period=str(year)), *told))
    return Hosting((agreed or offers)[0].state.code, str(year), "agreed" if agreed else "offered", told)


def _offer_reason(offer: Offer) -> Reason:
    code = "agreed" if offer.is_agreed else "offered"
    return _reason(code, holder=offer.state.name, period=str(offer.year), basis=offer.basis)


def _fixed(rule: HostRule) -> Hosting:
    if rule.fixed is None:
        return _open("no_fixed", "")
    reason = _reason("fixed", holder=rule.fixed.name, basis=rule.basis)
    return Hosting(rule.fixed.code, "", "fixed", (reason,))


def _open(code: str, period: str) -> Hosting:
    return Hosting(None, period, "open", (_reason(code, period=period),))


def _reason(code: str, **values: str) -> Reason:
    return Reason(code, tuple(values.items()))
