"""Silence procedures: opened on an issued paper, broken, extended, withdrawn, adopted when they expire.

Each verb locks the procedure, reads the database's clock while it holds the lock, and lets the pure rule say what the
act does. So of an objection and the closing one comes first, and both know which. An objection received in time but
recorded when the text had been adopted sets the adoption aside: nothing of it is edited; the outcomes that were adopted
with the text go back by a step of their own.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rotation.concurrency import assert_unchanged
from rotation.models import State
from rotation.refused import Refused

from ..changes import silence_changed
from ..days.closed_ends import ClosedEnd, closed_end
from ..days.state_calendars import calendars_of
from ..models import Document, SilenceBinding, SilenceEvent, SilenceParty, SilenceProcedure
from ..outcomes.acts import OutcomeRefused, adopt_outcomes_of, take_back_outcomes_of
from .rules import (
    Act,
    Closing,
    Effect,
    Kind,
    Notice,
    SilenceRefused,
    Stage,
    Standing,
    check_act,
    check_opening,
    foreseen,
    is_shorter_than,
    notices,
)

log = logging.getLogger(__name__)

SENTENCES = {
    "nobody": _("Name at least one state whose silence is asked for."),
    "past": _("Silence would close in the past."),
    "not_issued": _("Only an issued paper is put under silence."),
    "open_already": _("This paper is under silence already."),
    "not_running": _("This silence procedure is over; nothing about it can be changed."),
    "not_later": _("An extension closes later than the silence that runs."),
    "not_a_party": _("This state was not asked."),
    "said_already": _("This state has said so already."),
    "last_party": _("A text that binds nobody is not adopted; withdraw it instead."),
    "not_received_yet": _("This moment has not come yet."),
    "before_opening": _("Silence had not been opened at this moment."),
    "evidence": _("Say how the moment of the receipt is known."),
    "gone_on": _(
        "An outcome adopted with this text has gone on since. Take its later stages back first, on its page."
    ),
    "reason": _("Give the reason; all parties are told of it."),
}


class ActRefused(Refused):
    """Nothing was recorded."""

    sentences = SENTENCES
    fields = {
        "past": "closes_on",
        "not_later": "closes_on",
        "nobody": "parties",
        "reason": "reason",
        "not_received_yet": "received_on",
        "before_opening": "received_on",
        "evidence": "evidence",
    }


@dataclass(frozen=True, slots=True)
class Receipt:
    """When a state's word was received, before it could be recorded: the instant (UTC), the zone in which it was
    told, and how it is known."""

    at: datetime
    zone: str
    evidence: str


@dataclass(frozen=True, slots=True)
class OpeningPlan:
    """What to warn of before silence is opened: it is shorter than usual, or ends on a day closed in these states."""

    is_short: bool
    closed: tuple[ClosedEnd, ...]


@dataclass(frozen=True, slots=True)
class ActPlan:
    """What an act does: its effect, and where the procedure stands before and after it.

    closed: of an extension, the states asked that do not work on the day on which silence then closes.
    """

    effect: Effect
    before: Standing
    after: Standing
    closed: tuple[ClosedEnd, ...] = ()


def database_now() -> datetime:
    """The database's clock, which alone judges what came in time: web machines disagree with each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def parties_for(document: Document) -> list[State]:
    """The states of the paper's mechanism, whose silence is asked for unless fewer are chosen."""
    mechanism = document.track.mechanism_id
    states = State.objects.filter(memberships__side__mechanism=mechanism, memberships__until_period="")
    return list(states.distinct())


def plan_opening(document: Document, closing: Closing, parties: Sequence[str], now: datetime) -> OpeningPlan:
    """What silence until `closing` has to be warned of; writes nothing. Raises ActRefused."""
    if document.status != Document.Status.ISSUED:
        raise ActRefused("not_issued")
    if document.silences.filter(status=SilenceProcedure.Status.OPEN).exists():
        raise ActRefused("open_already")
    try:
        check_opening(parties, closing, now)
    except SilenceRefused as error:
        raise ActRefused(error.code) from error
    is_short = is_shorter_than(settings.SILENCE_MINIMUM_HOURS, now, closing)
    return OpeningPlan(is_short, _closed_ends(parties, now, closing))


def _closed_ends(parties: Sequence[str], now: datetime, closing: Closing) -> tuple[ClosedEnd, ...]:
    """The parties, by their codes, that do not work on the day on which silence closes on their own clock."""
    states = State.objects.filter(code__in=parties)
    calendars = calendars_of(states)
    ends = (closed_end(calendars[state.code], state.zone, now, closing.instant) for state in states)
    return tuple(end for end in ends if end is not None)


@transaction.atomic
def open_silence(
    document_id: int, *, closing: Closing, actor: Any, reason: str, parties: Sequence[str] | None = None
) -> SilenceProcedure:
    """Put an issued paper under silence until `closing`; without `parties` all states of its mechanism are asked.

    Raises ActRefused; then nothing has changed.
    """
    rows = Document.objects.select_for_update(of=("self",)).select_related("symbol", "track")
    document = rows.get(pk=document_id)
    if not reason.strip():
        raise ActRefused("reason")
    known = [state.code for state in parties_for(document)]
    asked = known if parties is None else [code for code in known if code in parties]
    if parties is not None and set(parties) - set(known):
        raise ActRefused("not_a_party")
    now = database_now()
    assert_unchanged(document, closing, set(asked), plan_opening(document, closing, asked, now))
    procedure = SilenceProcedure(document=document, opened_at=now)
    procedure.take_closing(closing)
    procedure.save()
    SilenceParty.objects.bulk_create(SilenceParty(procedure=procedure, state_id=code) for code in asked)
    _append(procedure, Act(Kind.OPENED, now, closing=closing), actor=actor, text=reason)
    silence_changed.send(sender=None, procedure_id=procedure.pk)
    return procedure


def plan_act(
    procedure: SilenceProcedure,
    kind: Kind,
    now: datetime,
    *,
    state: str = "",
    to: Closing | None = None,
    received_at: datetime | None = None,
) -> ActPlan:
    """What an act at `now` would do; writes nothing. Raises ActRefused."""
    before, act = procedure.standing(now), Act(kind, now, state, to, received_at=received_at)
    try:
        check_act(kind, before, procedure.party_codes, now, state=state, to=to, received_at=received_at)
    except SilenceRefused as error:
        raise ActRefused(error.code) from error
    acts = procedure.acts
    if _is_adopted_first(before, act):
        acts = (*acts, Act(Kind.ADOPTED, now))
    effect, after = foreseen(procedure.party_codes, acts, act)
    closed = _closed_ends(procedure.party_codes, now, after.closing) if effect is Effect.EXTENDS else ()
    return ActPlan(effect, before, after, closed)


def _is_adopted_first(before: Standing, act: Act) -> bool:
    """Whether the text, whose silence has closed unbroken, was adopted before this act counts."""
    return before.stage is Stage.EXPIRED and act.counts_at >= before.closing.instant


def object_to(
    procedure_id: int,
    *,
    state: str,
    actor: Any,
    text: str = "",
    amendment: str = "",
    receipt: Receipt | None = None,
) -> tuple[SilenceEvent, Effect]:
    """Record a state's objection. Received before the closing instant it breaks silence, or sets aside the adoption
    that was recorded meanwhile; received later it is kept without effect.

    receipt: None where it was received on the spot.
    Raises ActRefused.
    """
    given: dict[str, Any] = {"state": state, "text": text, "amendment": amendment, "receipt": receipt}
    return _act(procedure_id, Kind.OBJECTED, actor, **given)


def stand_aside(
    procedure_id: int,
    *,
    state: str,
    actor: Any,
    text: str = "",
    receipt: Receipt | None = None,
) -> tuple[SilenceEvent, Effect]:
    """Record that a state lets the text be adopted and is not bound by it. Raises ActRefused.

    Received in time and recorded after the adoption, it leaves the text adopted by the others.
    """
    given: dict[str, Any] = {"state": state, "text": text, "receipt": receipt}
    return _act(procedure_id, Kind.STOOD_ASIDE, actor, **given)


def explain_position(
    procedure_id: int,
    *,
    state: str,
    actor: Any,
    text: str,
    receipt: Receipt | None = None,
) -> tuple[SilenceEvent, Effect]:
    """Record a state's explanation of its position, or a reservation; it changes nothing. Raises ActRefused."""
    given: dict[str, Any] = {"state": state, "text": text, "receipt": receipt}
    return _act(procedure_id, Kind.EXPLAINED, actor, **given)


def extend_silence(procedure_id: int, *, to: Closing, actor: Any, reason: str) -> tuple[SilenceEvent, Effect]:
    """Let silence close later. Raises ActRefused."""
    return _act(procedure_id, Kind.EXTENDED, actor, text=reason, to=to)


def withdraw_silence(procedure_id: int, *, actor: Any, reason: str) -> tuple[SilenceEvent, Effect]:
    """Take the text back before silence closes; it is not adopted. Raises ActRefused."""
    return _act(procedure_id, Kind.WITHDRAWN, actor, text=reason)


@transaction.atomic
def _act(
    procedure_id: int,
    kind: Kind,
    actor: Any,
    *,
    text: str,
    state: str = "",
    amendment: str = "",
    to: Closing | None = None,
    receipt: Receipt | None = None,
) -> tuple[SilenceEvent, Effect]:
    procedure = SilenceProcedure.objects.select_for_update(of=("self",)).get(pk=procedure_id)
    now = database_now()
    if not text.strip():
        raise ActRefused("reason")
    if receipt is not None and not receipt.evidence.strip():
        raise ActRefused("evidence")
    act = Act(kind, now, state, to, received_at=receipt.at if receipt else None)
    plan = plan_act(procedure, kind, now, state=state, to=to, received_at=act.received_at)
    assert_unchanged(procedure, plan)
    if _is_adopted_first(plan.before, act):
        _adopt(procedure, now)
    event = _append(procedure, act, actor=actor, text=text, amendment=amendment, receipt=receipt)
    if plan.effect in (Effect.SETS_ASIDE, Effect.NARROWS):
        _correct_adoption(procedure, event, plan)
    if procedure.status == SilenceProcedure.Status.OPEN or plan.effect is Effect.SETS_ASIDE:
        procedure.take_standing(plan.after, act.counts_at)
        procedure.save()
    silence_changed.send(sender=None, procedure_id=procedure.pk)
    return event, plan.effect


def _correct_adoption(procedure: SilenceProcedure, event: SilenceEvent, plan: ActPlan) -> None:
    """Whom the text binds after what had been received in time, in new rows beside those of the adoption."""
    bound = plan.after.bound if plan.effect is Effect.NARROWS else ()
    SilenceBinding.objects.bulk_create(SilenceBinding(event=event, state_id=code) for code in bound)
    apart = tuple(code for code in procedure.party_codes if code not in bound)
    try:
        take_back_outcomes_of(
            procedure.document, bound=bound, apart=apart, actor=event.recorded_by, reason=event.text[:500]
        )
    except OutcomeRefused as error:
        raise ActRefused(error.code) from error


def adopt_expired() -> int:
    """Adopt every text whose silence has closed unbroken; how many. Late, twice or in parallel, it is harmless."""
    closed = SilenceProcedure.objects.filter(status=SilenceProcedure.Status.OPEN, closing_at__lte=Now())
    adopted = 0
    for pk in closed.order_by("closing_at").values_list("pk", flat=True):
        try:
            adopted += _adopt_if_expired(pk)
        except Exception:
            # One text that cannot be adopted must not keep the others from it.
            log.exception("silence procedure %s could not be closed", pk)
    return adopted


@transaction.atomic
def _adopt_if_expired(procedure_id: int) -> bool:
    """Under the row's lock: who comes second finds the procedure over. A locked row is another's work."""
    rows = SilenceProcedure.objects.select_for_update(of=("self",), skip_locked=True)
    procedure = rows.filter(pk=procedure_id, status=SilenceProcedure.Status.OPEN).first()
    if procedure is None:
        return False
    now = database_now()
    if procedure.standing(now).stage is not Stage.EXPIRED:
        return False
    _adopt(procedure, now)
    silence_changed.send(sender=None, procedure_id=procedure.pk)
    return True


def _adopt(procedure: SilenceProcedure, now: datetime) -> None:
    act = Act(Kind.ADOPTED, now)
    _effect, stands = foreseen(procedure.party_codes, procedure.acts, act)
    event = _append(procedure, act, actor=None)
    SilenceBinding.objects.bulk_create(SilenceBinding(event=event, state_id=code) for code in stands.bound)
    procedure.take_standing(stands, now)
    procedure.save()
    day = now.astimezone(ZoneInfo(procedure.zone)).date()
    adopt_outcomes_of(procedure.document, bound=stands.bound, asked=procedure.party_codes, on=day)


def _append(
    procedure: SilenceProcedure,
    act: Act,
    *,
    actor: Any,
    text: str = "",
    amendment: str = "",
    receipt: Receipt | None = None,
) -> SilenceEvent:
    closing = act.closing
    return SilenceEvent.objects.create(
        procedure=procedure,
        kind=act.kind.value,
        at=act.at,
        state_id=act.state or None,
        text=text.strip(),
        amendment=amendment.strip(),
        received_at=act.received_at,
        received_zone=receipt.zone if receipt else "",
        evidence=receipt.evidence.strip() if receipt else "",
        closes_on=closing.on if closing else None,
        closes_at=closing.at if closing else None,
        zone=closing.zone if closing else "",
        recorded_by=actor,
    )


def notices_of(procedure: SilenceProcedure) -> tuple[Notice, ...]:
    """Who is to be told what about a procedure, and when; the reminders derive their rows from it."""
    return notices(procedure.party_codes, procedure.acts, settings.SILENCE_REMINDER_HOURS)
