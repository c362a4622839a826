"""From a projected turn to a summit: announced in one act, held, and handed over to the next host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation import rule
from rotation.concurrency import assert_unchanged
from rotation.deciding import record_decision
from rotation.models import Mechanism, State, Summit
from rotation.periods import BadPeriod, read_period
from rotation.projection import outlook, stored, turns_of
from rotation.refused import Refused

from ..authorship import authored
from ..deadlines.dues import parties_of
from ..deadlines.rules import DueMoment, moments_of
from ..deadlines.short_days import short_lines_of, take_short_days
from ..deadlines.short_notice import proposals
from ..models import Due, Handover, Meeting, TemplateLine, Track
from ..saving import save_meeting, template_of
from ..schedule.dates import Span
from .rules import is_in_period, period_span, says_no_more_than_its_period

OVER = (Meeting.Status.HELD, Meeting.Status.CANCELLED)


class SummitRefused(Refused):
    message = _("The summit stays as it is.")


class NoTurn(SummitRefused):
    message = _("No turn falls in %(period)s.")


class TurnsEnd(SummitRefused):
    message = _("No turn of %(period)s can be computed: somebody has to be in the order for it first.")


class AlreadyAnnounced(SummitRefused):
    message = _("The turn of %(period)s was announced already.")


class AlreadyHeld(SummitRefused):
    message = _("The turn of %(period)s was held already.")


class NoTrack(SummitRefused):
    message = _("No track says that its meetings are the turns of this rotation; name the rotation in one.")


class OutsidePeriod(SummitRefused):
    field = "first_on"
    message = _("The date lies outside %(period)s. If the turn moves, record the parties' decision first.")


class NumberTaken(SummitRefused):
    message = _("The track has a meeting with number %(number)s already; cancel it or take its number away.")


class NoMeeting(SummitRefused):
    message = _("This summit has no meeting that stands; make one, and name the summit in it.")


class NotBegun(SummitRefused):
    message = _("The summit has not begun, or its day is not known: set the date of its meeting first.")


class EarlierStillOpen(SummitRefused):
    message = _("An earlier summit, that of %(period)s, is not marked as held yet.")


class NotHeld(SummitRefused):
    message = _("Only the host of a summit that was held hands over.")


class AnotherHost(SummitRefused):
    message = _(
        "The next turn, %(period)s, is that of %(host)s. If the parties agreed otherwise, record their decision first."
    )


class WrongDay(SummitRefused):
    message = _("The handover lies between the first day of the summit and today.")


@dataclass(frozen=True, slots=True)
class SummitPlan:
    """What announcing a turn makes: a summit, and its meeting at `span` with what is due by state.

    proposed: by line and state, the new day for one that would be past or too near.
    is_decided: the announcement itself is recorded as a decision already, and only the summit is missing.
    """

    turn: rule.Turn
    host: State
    track: Track
    span: Span
    dues: tuple[tuple[TemplateLine, Mapping[str, DueMoment]], ...]
    proposed: Mapping[tuple[int, str], DueMoment]
    is_decided: bool

    def meeting(self, city: str = "") -> Meeting:
        """The summit's meeting as it would be made; not stored."""
        meeting = Meeting(
            track=self.track,
            ordinal=self.turn.ordinal,
            status=Meeting.Status.CONFIRMED,
            host=self.host,
            country=self.host,
            city=city,
        )
        meeting.take_span(self.span)
        return meeting


def plan_summit(mechanism: Mechanism, period: str, span: Span | None = None) -> SummitPlan:
    """What announcing the turn of `period` would make; writes nothing. Raises SummitRefused.

    span: when the meeting is, as far as it is known; none, or no date in it, means as far as the period tells.
    """
    turn = _turn_of(mechanism, period)
    if turn.status == "held":
        raise AlreadyHeld(period=period)
    if mechanism.summits.filter(ordinal=turn.ordinal).exists():
        raise AlreadyAnnounced(period=period)
    track = Track.objects.filter(rotation=mechanism).select_related("deadline_template").first()
    if track is None:
        raise NoTrack
    if track.meetings.exclude(status=Meeting.Status.CANCELLED).filter(ordinal=turn.ordinal).exists():
        raise NumberTaken(number=turn.ordinal)
    host = State.objects.get(pk=turn.holder)
    if span is None or span.first_on is None:
        span = period_span(period, mechanism.step_months, span.zone if span else host.zone)
    if span.first_on and not is_in_period(span.first_on, period, mechanism.step_months):
        raise OutsidePeriod(period=period)
    is_decided = turn.status == "announced"
    dues, proposed = _dues(track, host, span)
    return SummitPlan(turn, host, track, span, dues, proposed, is_decided)


def _turn_of(mechanism: Mechanism, period: str) -> rule.Turn:
    try:
        read_period(period, mechanism.step_months)
    except BadPeriod as error:
        raise NoTurn(period=period) from error
    found = outlook(stored(mechanism), period)
    turn = next((turn for turn in found.turns if turn.period == period), None)
    if turn is None and found.end is not None:
        raise TurnsEnd(period=period)
    if turn is None:
        raise NoTurn(period=period)
    return turn


def _dues(
    track: Track, host: State, span: Span
) -> tuple[tuple[tuple[TemplateLine, Mapping[str, DueMoment]], ...], Mapping[tuple[int, str], DueMoment]]:
    template = template_of(track)
    if template is None:
        return (), {}
    rows = list(template.lines.all())
    lines = {row.pk: row.rule for row in rows}
    parties = parties_of(Meeting(track=track, host=host))
    moments = moments_of(lines, span, parties)
    asked = {row.pk: (template.short_notice_id, row.key) for row in rows if row.key}
    anew = proposals(lines, moments, span, parties, timezone.now(), short_lines_of(asked))
    proposed = {(pk, code): moment for pk, found in anew.items() for code, moment in found.items()}
    return tuple((row, moments[row.pk]) for row in rows), proposed


@transaction.atomic
def announce_summit(
    mechanism_id: int,
    *,
    period: str,
    basis: str,
    decided_on: date,
    actor: Any,
    span: Span | None = None,
    city: str = "",
    note: str = "",
    visibility: str = Meeting.Visibility.PUBLIC,
    takes_proposals: bool = False,
) -> Summit:
    """Announce the turn of `period`: the decision, the summit and its meeting, in one act.

    takes_proposals: what would be past or too near is due on the day that the plan proposes.
    Raises SummitRefused, rotation.deciding.DecisionRefused; then nothing has changed.
    """
    mechanism = Mechanism.objects.select_for_update().get(pk=mechanism_id)
    plan = plan_summit(mechanism, period, span)
    assert_unchanged(mechanism.decisions.count(), plan)
    if not plan.is_decided:
        decision = rule.Decision(kind="announce", decided_on=decided_on, basis=basis, period=period)
        record_decision(mechanism.pk, decision, actor=actor, note=note)
    with authored(actor, basis):
        summit = Summit.objects.create(
            mechanism=mechanism, ordinal=plan.turn.ordinal, period=period, host=plan.host, source=basis
        )
    meeting = plan.meeting(city)
    meeting.visibility, meeting.summit, meeting.source = visibility, summit, basis
    save_meeting(meeting, actor=actor, reason=basis)
    if takes_proposals:
        _take_proposals(meeting, plan, actor, basis)
    return summit


def _take_proposals(meeting: Meeting, plan: SummitPlan, actor: Any, reason: str) -> None:
    short = Due.objects.at_short_notice().filter(deadline__meeting=meeting).select_related("deadline")
    days = {
        due.pk: found.due_on
        for due in short
        if (found := plan.proposed.get((due.deadline.line_id or 0, due.state_id)))
    }
    take_short_days(meeting.pk, days=days, actor=actor, reason=reason)


def follow_turns(
    mechanism: Mechanism, summits: Sequence[Summit], withdrawn: Sequence[Summit] = (), **_: Any
) -> None:
    """Take the meetings of announced summits along when a decision gives these to another state or period.

    A meeting known to its period only moves to the new one. A day that was chosen stays: staff are shown that
    it lies outside, and move it with a reason. A place in the former host's state is given up.
    """
    meetings = Meeting.objects.select_for_update(of=("self",)).select_related("track", "summit__host")
    moved = meetings.filter(summit__in=[*summits, *withdrawn]).exclude(status__in=OVER).order_by("pk")
    decision = mechanism.decisions.select_related("recorded_by").order_by("-number").first()
    for meeting in moved:
        if meeting.summit in withdrawn:
            meeting.summit, meeting.status = None, Meeting.Status.PROPOSED
        elif meeting.summit:
            _follow(meeting, meeting.summit, mechanism.step_months)
        save_meeting(
            meeting,
            actor=decision.recorded_by if decision else None,
            reason=f"{decision} — {decision.basis}" if decision else "",
        )


def _follow(meeting: Meeting, summit: Summit, step_months: int) -> None:
    host, period = summit.host, summit.period
    if meeting.host_id != host.pk:
        if meeting.country_id == meeting.host_id:
            meeting.country, meeting.city, meeting.venue = host, "", ""
        meeting.host = host
    if says_no_more_than_its_period(meeting.span, step_months):
        meeting.take_span(period_span(period, step_months, host.zone))


def lies_outside_its_period(meeting: Meeting) -> bool:
    """Whether a summit's meeting has a date that its turn's period does not hold."""
    if meeting.summit is None or meeting.first_on is None or meeting.status in OVER:
        return False
    return not is_in_period(meeting.first_on, meeting.summit.period, meeting.summit.mechanism.step_months)


def plan_held(summit: Summit) -> Meeting:
    """The meeting that marking `summit` as held marks too; writes nothing. Raises SummitRefused."""
    if summit.status == Summit.Status.HELD:
        raise AlreadyHeld(period=summit.period)
    meeting = Meeting.objects.with_parties().exclude(status__in=OVER).filter(summit=summit).first()
    if meeting is None:
        raise NoMeeting
    if meeting.starts_at is None or meeting.starts_at > timezone.now():
        raise NotBegun
    earlier = Summit.objects.filter(
        mechanism=summit.mechanism, ordinal__lt=summit.ordinal, status=Summit.Status.ANNOUNCED
    ).first()
    if earlier is not None:
        raise EarlierStillOpen(period=earlier.period)
    return meeting


@transaction.atomic
def hold_summit(summit_id: int, *, actor: Any, reason: str = "") -> Summit:
    """Mark a summit and its meeting as held: from then on both are history. Raises SummitRefused."""
    summit = _locked(summit_id)
    meeting = plan_held(summit)
    assert_unchanged(summit, meeting)
    summit.status, meeting.status = Summit.Status.HELD, Meeting.Status.HELD
    with authored(actor, reason):
        summit.save()
    save_meeting(meeting, actor=actor, reason=reason)
    return summit


def next_turn(summit: Summit) -> rule.Turn | None:
    """The turn after a summit's, as the rule and the decisions have it now; None when nobody is left for it."""
    try:
        return next((turn for turn in turns_of(summit.mechanism) if turn.ordinal > summit.ordinal), None)
    except rule.Refusal:
        return None


@transaction.atomic
def hand_over(
    summit_id: int, *, to: str, handed_over_on: date, basis: str, actor: Any, place: str = "", note: str = ""
) -> Handover:
    """Record that the host of a held summit handed over to the state `to`; a later record replaces it.

    Raises SummitRefused when `to` is not the holder of the next turn.
    """
    summit = _locked(summit_id)
    if summit.status != Summit.Status.HELD:
        raise NotHeld
    turn = next_turn(summit)
    if turn is None:
        raise NoTurn(period="")
    if turn.holder != to:
        raise AnotherHost(period=turn.period, host=State.objects.get(pk=turn.holder))
    opened = Meeting.objects.filter(summit=summit).values_list("first_on", flat=True).first()
    if handed_over_on > timezone.localdate() or (opened and handed_over_on < opened):
        raise WrongDay
    assert_unchanged(summit, turn, Handover.objects.filter(summit=summit).count())
    return Handover.objects.create(
        summit=summit,
        to_id=to,
        period=turn.period,
        handed_over_on=handed_over_on,
        place=place,
        basis=basis,
        note=note,
        recorded_by=actor,
    )


def _locked(summit_id: int) -> Summit:
    """The summit, with its mechanism locked first, so that no decision moves its turn meanwhile."""
    found = Summit.objects.values_list("mechanism_id", flat=True).get(pk=summit_id)
    Mechanism.objects.select_for_update().get(pk=found)
    return Summit.objects.select_for_update(of=("self",)).select_related("mechanism").get(pk=summit_id)
