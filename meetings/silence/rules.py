"""The silence procedure: a text is adopted when nobody objects before a moment in a named zone. Pure.

The acts are facts with the moment at which the service recorded them; where a procedure stands follows from them
and a clock. What a state says is judged by the moment at which it was received, which may lie before the one at which
somebody could record it. What is received at the closing instant or after it is kept, and has no effect.

An adoption waits for nobody's typing: at the closing instant a text is adopted, as all were told it would be. What
turns out to have been received in time sets that adoption aside, or leaves it with fewer parties, by a later act;
the record of the adoption stays. A grace before adopting was refused: every text would wait for the rare case, and
one typed in after the grace would need this act all the same.

Source: secretariat conventions §4 (UN General Assembly 2020, OSCE Rules of Procedure, appendix 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from ..schedule.dates import instant


class Kind(StrEnum):
    OPENED = "opened"
    OBJECTED = "objected"
    STOOD_ASIDE = "stood aside"
    EXPLAINED = "explained"
    EXTENDED = "extended"
    WITHDRAWN = "withdrawn"
    ADOPTED = "adopted"


class Effect(StrEnum):
    OPENS = "opens"
    BREAKS = "breaks"
    # A further objection to a text whose silence another state broke.
    JOINS = "joins"
    STANDS_ASIDE = "stands aside"
    # Received in time, recorded when the text had been adopted already.
    SETS_ASIDE = "sets aside"
    NARROWS = "narrows"
    EXTENDS = "extends"
    WITHDRAWS = "withdraws"
    ADOPTS = "adopts"
    NONE = "none"


class Stage(StrEnum):
    OPEN = "open"
    # The closing instant has come and nobody had objected; the adoption is not recorded yet.
    EXPIRED = "expired"
    BROKEN = "broken"
    WITHDRAWN = "withdrawn"
    ADOPTED = "adopted"
    # Adopted when it expired, until an objection was recorded that had been received in time.
    SET_ASIDE = "set aside"


ENDS = {
    Effect.BREAKS: Stage.BROKEN,
    Effect.SETS_ASIDE: Stage.SET_ASIDE,
    Effect.WITHDRAWS: Stage.WITHDRAWN,
    Effect.ADOPTS: Stage.ADOPTED,
}
# The notice that tells of an act, by what the act did; what is not named here is told to nobody.
TELLS = {
    Effect.OPENS: "opened",
    Effect.EXTENDS: "extended",
    Effect.BREAKS: "broken",
    Effect.WITHDRAWS: "withdrawn",
    Effect.ADOPTS: "adopted",
    Effect.SETS_ASIDE: "set aside",
    Effect.NARROWS: "narrowed",
}


@dataclass(frozen=True, slots=True)
class Closing:
    """When silence closes, as it was decided: a day and an hour on the clocks of a zone."""

    on: date
    at: time
    zone: str

    @property
    def instant(self) -> datetime:
        """The first instant at which an objection is too late, UTC."""
        return instant(self.on, self.at, self.zone)


@dataclass(frozen=True, slots=True)
class Act:
    """What was recorded at `at` (UTC). state: whose act it is, where it is a state's.

    closing: with OPENED and EXTENDED. amends: an objection that proposes other words.
    received_at: when a state's word was received (UTC); None is the moment at which it was recorded.
    """

    kind: Kind
    at: datetime
    state: str = ""
    closing: Closing | None = None
    amends: bool = False
    received_at: datetime | None = None

    @property
    def counts_at(self) -> datetime:
        """The moment that decides whether the act came in time."""
        return self.received_at or self.at


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a procedure stands.

    objectors: who objected in time, in the order in which it was recorded. late: who objected without effect.
    aside: who said in time that it is not bound. bound: the parties that a text adopted now, or adopted then, binds.
    """

    stage: Stage
    opened_at: datetime
    closing: Closing
    objectors: tuple[str, ...]
    late: tuple[str, ...]
    aside: tuple[str, ...]
    bound: tuple[str, ...]

    @property
    def is_running(self) -> bool:
        return self.stage is Stage.OPEN


@dataclass(eq=False)
class SilenceRefused(ValueError):
    """An act that cannot be done now; `code` says why."""

    code: str
    state: str = ""


def effects(acts: Sequence[Act]) -> tuple[Effect, ...]:
    """What each act did, in order; an act that came too late, or to a procedure that was over, did nothing.

    acts: oldest first; the first is OPENED.
    """
    if not acts or acts[0].kind is not Kind.OPENED or acts[0].closing is None:
        raise ValueError("a procedure begins by being opened")
    closes_at, stage = acts[0].closing.instant, Stage.OPEN
    found = [Effect.OPENS]
    for act in acts[1:]:
        effect = _effect(act, act.counts_at < closes_at, stage)
        if effect is Effect.EXTENDS and act.closing is not None:
            closes_at = act.closing.instant
        stage = ENDS.get(effect, stage)
        found.append(effect)
    return tuple(found)


def _effect(act: Act, is_before: bool, stage: Stage) -> Effect:
    match act.kind, stage:
        case Kind.ADOPTED, Stage.OPEN if not is_before:
            return Effect.ADOPTS
        case _ if not is_before:
            return Effect.NONE
        case Kind.OBJECTED, Stage.OPEN:
            return Effect.BREAKS
        case Kind.OBJECTED, Stage.ADOPTED:
            return Effect.SETS_ASIDE
        case Kind.OBJECTED, Stage.BROKEN | Stage.SET_ASIDE:
            return Effect.JOINS
        case Kind.STOOD_ASIDE, Stage.OPEN:
            return Effect.STANDS_ASIDE
        case Kind.STOOD_ASIDE, Stage.ADOPTED:
            return Effect.NARROWS
        case Kind.EXTENDED, Stage.OPEN:
            return Effect.EXTENDS
        case Kind.WITHDRAWN, Stage.OPEN:
            return Effect.WITHDRAWS
    return Effect.NONE


def standing(parties: Sequence[str], acts: Sequence[Act], now: datetime) -> Standing:
    """Where the procedure stands at `now`; acts later than `now` do not count."""
    done = [acts[0], *(act for act in acts[1:] if act.at <= now)]
    did = list(zip(done, effects(done), strict=True))
    stage = [Stage.OPEN, *(ENDS[effect] for _act, effect in did if effect in ENDS)][-1]
    closing = [
        act.closing for act, effect in did if effect in (Effect.OPENS, Effect.EXTENDS) and act.closing
    ][-1]
    if stage is Stage.OPEN and now >= closing.instant:
        stage = Stage.EXPIRED
    in_time = (Effect.BREAKS, Effect.JOINS, Effect.SETS_ASIDE)
    objectors = _states(act for act, effect in did if effect in in_time)
    late = _states(
        act
        for act, effect in did
        if act.kind is Kind.OBJECTED and effect is Effect.NONE and act.state not in objectors
    )
    aside = _states(act for act, effect in did if effect in (Effect.STANDS_ASIDE, Effect.NARROWS))
    bound = tuple(code for code in parties if code not in aside)
    return Standing(stage, acts[0].at, closing, objectors, late, aside, bound)


def _states(acts: Iterable[Act]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(act.state for act in acts))


def foreseen(parties: Sequence[str], acts: Sequence[Act], act: Act) -> tuple[Effect, Standing]:
    """What `act` would do, and where the procedure would stand then; the preview and the act both ask this."""
    done = (*acts, act)
    return effects(done)[-1], standing(parties, done, act.at)


def check_opening(parties: Sequence[str], closing: Closing, now: datetime) -> None:
    """Raises SilenceRefused unless silence can be opened now."""
    if not parties:
        raise SilenceRefused("nobody")
    if closing.instant <= now:
        raise SilenceRefused("past")


def check_act(
    kind: Kind,
    stands: Standing,
    parties: Sequence[str],
    now: datetime,
    *,
    state: str = "",
    to: Closing | None = None,
    received_at: datetime | None = None,
) -> None:
    """Raises SilenceRefused when an act makes no sense at all; one that comes too late is recorded, not refused.

    The chair's own acts need a procedure that runs. A state may always say something, once its word is new: an
    objection that stands as late may be recorded again with the moment at which it had been received in time.
    received_at: as in Act; between the opening and `now`, the moment at which `stands` was taken.
    """
    if kind in (Kind.EXTENDED, Kind.WITHDRAWN) and not stands.is_running:
        raise SilenceRefused("not_running")
    if kind is Kind.EXTENDED and (to is None or to.instant <= stands.closing.instant):
        raise SilenceRefused("not_later")
    if kind not in (Kind.OBJECTED, Kind.STOOD_ASIDE, Kind.EXPLAINED):
        return
    if state not in parties:
        raise SilenceRefused("not_a_party", state)
    if received_at is not None and received_at > now:
        raise SilenceRefused("not_received_yet", state)
    if received_at is not None and received_at < stands.opened_at:
        raise SilenceRefused("before_opening", state)
    is_in_time = (received_at or now) < stands.closing.instant
    if kind is Kind.OBJECTED and (state in stands.objectors or (state in stands.late and not is_in_time)):
        raise SilenceRefused("said_already", state)
    if kind is Kind.STOOD_ASIDE:
        if not is_in_time or stands.stage not in (Stage.OPEN, Stage.EXPIRED, Stage.ADOPTED):
            raise SilenceRefused("not_running")
        if state in stands.aside:
            raise SilenceRefused("said_already", state)
        if stands.bound == (state,):
            raise SilenceRefused("last_party", state)


def is_shorter_than(hours: int, opened_at: datetime, closing: Closing) -> bool:
    """Whether fewer than `hours` lie between opening and closing: a reason to warn, not to refuse."""
    return closing.instant - opened_at < timedelta(hours=hours)


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing to be told to the contacts of one state about a procedure, at an instant.

    kind: `opened`, `reminder`, `broken`, `extended`, `withdrawn`, `adopted`. act: the number of the act (from 0)
    that it tells of, for a reminder that which set the closing it reminds of. hours_before: of a reminder.
    untrue_from: never send it at this instant or later; None is always true. The fields before `at` are its key.
    """

    kind: str
    state: str
    act: int
    hours_before: int | None
    at: datetime
    untrue_from: datetime | None
    closing: Closing


def notices(parties: Sequence[str], acts: Sequence[Act], reminder_hours: Iterable[int]) -> tuple[Notice, ...]:
    """Who is to be told what about a procedure, and when, as the acts have it; oldest first.

    Every party is told everything, also who objected or stood aside: the chair informs all at once. A reminder
    due before the closing it reminds of was set is left out: the notice of that act says the same. So is one that
    falls after the end, or after another closing was set. A late objection is told to nobody.
    """
    told: list[Notice] = []
    did = list(zip(acts, effects(acts), strict=True))
    hours = sorted(set(reminder_hours), reverse=True)
    for number, (act, effect) in enumerate(did):
        if effect not in TELLS:
            continue
        closing = act.closing or standing(parties, acts[: number + 1], act.at).closing
        told += [Notice(TELLS[effect], state, number, None, act.at, None, closing) for state in parties]
        if effect not in (Effect.OPENS, Effect.EXTENDS):
            continue
        end = next((later.at for later, then in did[number + 1 :] if then in TELLS), closing.instant)
        for before in hours:
            at = closing.instant - timedelta(hours=before)
            if act.at < at < end:
                told += [Notice("reminder", state, number, before, at, end, closing) for state in parties]
    return tuple(sorted(told, key=lambda notice: (notice.at, notice.act)))
