"""The stored tracks as the host rule takes them."""

from __future__ import annotations

from datetime import date
from typing import cast

from rotation.models import Mechanism, State
from rotation.periods import write_period
from rotation.projection import Outlook, outlook, stored
from rotation.rule import Member, NobodyLeft

from ..models import HostOffer, Track
from .rules import Hosting, HostRule, Kind, Offer, host_on, next_hosts


def host_rule_of(track: Track, until_year: int) -> HostRule:
    """The host rule of a stored track, names in the active language; a constant number of queries."""
    kind = track.host_rule
    if kind == Track.HostRule.FOLLOWS_SUMMIT and track.rotation_id == track.mechanism_id:
        kind = Track.HostRule.OWN_ROTATION  # the summit does not follow itself: its meetings are the turns
    of = track.rotation if kind == Track.HostRule.OWN_ROTATION else track.mechanism
    by_turns = kind in (Track.HostRule.FOLLOWS_SUMMIT, Track.HostRule.OWN_ROTATION)
    by_offer = kind == Track.HostRule.BY_OFFER
    until = write_period(until_year * 12 + 11, of.step_months) if of else ""
    found = outlook(stored(of), until) if by_turns and of else Outlook([], None)
    return HostRule(
        kind=cast(Kind, kind),
        turns=tuple(found.turns),
        step_months=of.step_months if of else 12,
        offers=_offers(track) if by_offer else (),
        fixed=_member(track.fixed_host) if track.fixed_host else None,
        basis=track.basis,
        nobody_from=_nobody_from(found, of) if of else "",
    )


def proposed_host(track: Track, day: date) -> Hosting:
    """Who hosts a meeting of `track` on `day`, as the track's rule has it."""
    return host_on(host_rule_of(track, day.year), day)


def coming_hosts(track: Track, since: date, until_year: int) -> tuple[Hosting, ...]:
    """The hosts of `track` from now on, for its page."""
    return next_hosts(host_rule_of(track, until_year), since, until_year)


def _nobody_from(found: Outlook, of: Mechanism) -> str:
    """The period for which no turn can be computed; the first of all where a decision makes no sense any more."""
    if isinstance(found.end, NobodyLeft):
        return found.end.period
    return of.first_period if found.end else ""


def _offers(track: Track) -> tuple[Offer, ...]:
    standing = track.offers.select_related("state").exclude(status=HostOffer.Status.WITHDRAWN)
    return tuple(
        Offer(_member(row.state), row.year, row.basis, is_agreed=row.status == HostOffer.Status.AGREED)
        for row in standing
    )


def _member(state: State) -> Member:
    return Member(state.code, str(state))
