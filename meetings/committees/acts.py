"""A committee's life: terms granted and ended, attendance and quorum, recommendations and what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.refused import Refused

from ..authorship import authored
from ..changes import committee_changed
from ..models import (
    Attendance,
    Committee,
    Meeting,
    Recommendation,
    RecommendationStep,
    Seat,
    SeatTerm,
    Sitting,
    Track,
)
from .follow_up import FollowUp, step_refusal
from .quorum import Place, Quorum, QuorumRule, quorum_of

SENTENCES: Mapping[str, Any] = {
    "no_source": _("Name the decision and where it stands."),
    "no_reason": _("Give the reason; it stands in the history."),
    "not_seated": _("Only a seat that is held on the day of the sitting attends it."),
    "presence": _("Say of each seat whether it was present, taken by an alternate, or absent."),
    "order": _("This step does not follow the last one."),
    "future": _("This day has not come yet."),
    "earlier": _("This day lies before that of the last step."),
    "invalid": "%(why)s",  # as the database's own rules say it
    "other_track": _("The meeting is not one of the track that the recommendation is addressed to."),
}


class CommitteeRefused(Refused):
    """Nothing has changed."""

    sentences = SENTENCES
    fields = {
        "no_source": "basis",
        "order": "step",
        "future": "on",
        "earlier": "on",
        "other_track": "meeting",
    }


@transaction.atomic
def grant_term(
    seat_id: int,
    *,
    starts_on: date,
    basis: str,
    actor: Any,
    ends_on: date | None = None,
    office: str = SeatTerm.Office.MEMBER,
    reason: str = "",
) -> SeatTerm:
    """Give a seat a term, as member or as co-chair; `ends_on` is the first day after it. Raises CommitteeRefused."""
    seat = Seat.objects.select_for_update().get(pk=seat_id)
    if not basis.strip():
        raise CommitteeRefused("no_source")
    term = SeatTerm(seat=seat, office=office, starts_on=starts_on, ends_on=ends_on, basis=basis.strip())
    _save_term(term, actor, reason or basis)
    return term


@transaction.atomic
def end_term(term_id: int, *, ends_on: date, actor: Any, reason: str) -> SeatTerm:
    """Let a term end on another day than was said, earlier or later. Raises CommitteeRefused."""
    seat = SeatTerm.objects.values_list("seat_id", flat=True).get(pk=term_id)
    Seat.objects.select_for_update().get(pk=seat)
    term = SeatTerm.objects.get(pk=term_id)
    if not reason.strip():
        raise CommitteeRefused("no_reason")
    term.ends_on = ends_on
    _save_term(term, actor, reason)
    return term


def _save_term(term: SeatTerm, actor: Any, reason: str) -> None:
    try:
        term.full_clean()
    except ValidationError as error:
        raise CommitteeRefused("invalid", why=" ".join(error.messages)) from error
    with authored(actor, reason):
        term.save()
        committee_changed.send(sender=None, track_id=term.seat.track_id)


@transaction.atomic
def record_attendance(
    sitting_id: int, presences: Mapping[int, str], *, actor: Any, reason: str = ""
) -> Quorum:
    """Record who took part in a sitting, by seat; seats that are not given stay as they are. Raises CommitteeRefused."""
    meeting_id = Sitting.objects.values_list("meeting_id", flat=True).get(pk=sitting_id)
    Meeting.objects.select_for_update().get(pk=meeting_id)
    sitting = Sitting.objects.select_related("meeting__track").get(pk=sitting_id)
    if set(presences.values()) - set(Attendance.Presence.values):
        raise CommitteeRefused("presence")
    if set(presences) - {seat.pk for seat in seats_on(sitting.meeting.track, sitting.held_on)}:
        raise CommitteeRefused("not_seated")
    stored = {row.seat_id: row for row in sitting.attendance.all()}
    with authored(actor, reason):
        for seat, presence in presences.items():
            row = stored.get(seat) or Attendance(sitting=sitting, seat_id=seat)
            if row.presence != presence:
                row.presence = presence
                row.save()
    return quorums([sitting])[sitting.pk]


def seats_on(track: Track, day: date) -> list[Seat]:
    """The seats that are held on a day; one without any term on record is held until told otherwise."""
    rows = Seat.objects.filter(track=track).select_related("organisation__state").prefetch_related("terms")
    return [seat for seat in rows if holds(seat, day)]


def holds(seat: Seat, day: date) -> bool:
    terms = [row.term for row in seat.terms.all() if row.office == SeatTerm.Office.MEMBER]
    return not terms or any(term.runs_on(day) for term in terms)


def rule_of(track: Track) -> QuorumRule:
    """The committee's rule; all states where none is set."""
    committee = Committee.objects.filter(track=track).first()
    return committee.rule if committee else QuorumRule()


def quorums(sittings: Iterable[Sitting]) -> dict[int, Quorum]:
    """The quorum of each sitting of one track, by its key; a constant number of queries.

    Members are the seats held on the day of the sitting. Its meeting and track are read with the sittings.
    """
    rows = list(sittings)
    if not rows:
        return {}
    track = rows[0].meeting.track
    seats = list(Seat.objects.filter(track=track).select_related("organisation").prefetch_related("terms"))
    rule = rule_of(track)
    came: dict[int, dict[int, bool]] = defaultdict(dict)
    for row in Attendance.objects.filter(sitting__in=rows):
        came[row.sitting_id][row.seat_id] = row.presence != Attendance.Presence.ABSENT
    return {
        sitting.pk: quorum_of(
            rule,
            [
                Place(seat.pk, seat.organisation.state_id, came[sitting.pk].get(seat.pk))
                for seat in seats
                if holds(seat, sitting.held_on)
            ],
        )
        for sitting in rows
    }


@transaction.atomic
def record_recommendation_step(
    recommendation_id: int,
    *,
    step: FollowUp,
    on: date | None,
    basis: str,
    actor: Any,
    meeting: int | None = None,
    note: str = "",
) -> RecommendationStep:
    """Record what became of a recommendation; steps are never edited. Raises CommitteeRefused.

    meeting: the meeting of the addressed track at which it happened, where there was one.
    """
    recommendation = Recommendation.objects.select_for_update().get(pk=recommendation_id)
    if not basis.strip():
        raise CommitteeRefused("no_source")
    if meeting is not None and not Meeting.objects.filter(pk=meeting, track=recommendation.addressee_id):
        raise CommitteeRefused("other_track")
    steps = [(FollowUp(row.step), row.on) for row in recommendation.steps.all()]
    refusal = step_refusal(steps, step, on, timezone.localdate())
    if refusal is not None:
        raise CommitteeRefused(refusal)
    assert_unchanged(recommendation)
    row = RecommendationStep.objects.create(
        recommendation=recommendation,
        step=step.value,
        on=on,
        basis=basis.strip(),
        meeting_id=meeting,
        note=note,
        recorded_by=actor,
    )
    recommendation.reached = step.value
    with authored(actor, basis):
        recommendation.save(update_fields=["reached"])
    return row
