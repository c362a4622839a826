"""The silence procedure: a text is adopted when nobody objects before a moment in a named zone. Pure.

The acts are facts with the moment at which the service recorded them; where a procedure stands follows from them
and a clock. What comes at the closing instant or after it is kept, and has no effect.

Source: secretariat conventions §4 (UN General Assembly 2020, OSCE Rules of Procedure, appendix 1).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from .dates import instant


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


ENDS = {
    Effect.BREAKS: Stage.BROKEN,
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
    """

    kind: Kind
    at: datetime
    state: str = ""
    closing: Closing | None = None
    amends: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a procedure stands.

    objectors: who broke silence, in the order in which they did. late: who objected without effect.
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
    closes_at, over = acts[0].closing.instant, False
    found = [Effect.OPENS]
    for act in acts[1:]:
        effect = _effect(act, act.at < closes_at, over, Effect.BREAKS in found)
        if effect is Effect.EXTENDS and act.closing is not None:
            closes_at = act.closing.instant
        over = over or effect in ENDS
        found.append(effect)
    return tuple(found)


def _effect(act: Act, is_before: bool, over: bool, broken: bool) -> Effect:
    match act.kind:
        case Kind.OBJECTED if is_before and not over:
            return Effect.BREAKS
        case Kind.OBJECTED if is_before and broken:
            return Effect.JOINS
        case Kind.STOOD_ASIDE if is_before and not over:
            return Effect.STANDS_ASIDE
        case Kind.EXTENDED if is_before and not over:
            return Effect.EXTENDS
        case Kind.WITHDRAWN if is_before and not over:
            return Effect.WITHDRAWS
        case Kind.ADOPTED if not is_before and not over:
            return Effect.ADOPTS
    return Effect.NONE


def standing(parties: Sequence[str], acts: Sequence[Act], now: datetime) -> Standing:
    """Where the procedure stands at `now`; acts later than `now` do not count."""
    done = [acts[0], *(act for act in acts[1:] if act.at <= now)]
    did = list(zip(done, effects(done), strict=True))
    stage = next((ENDS[effect] for _act, effect in did if effect in ENDS), Stage.OPEN)
    closing = [
        act.closing for act, effect in did if effect in (Effect.OPENS, Effect.EXTENDS) and act.closing
    ][-1]
    if stage is Stage.OPEN and now >= closing.instant:
        stage = Stage.EXPIRED
    objectors = _states(act for act, effect in did if effect in (Effect.BREAKS, Effect.JOINS))
    late = _states(act for act, effect in did if act.kind is Kind.OBJECTED and effect is Effect.NONE)
    aside = _states(act for act, effect in did if effect is Effect.STANDS_ASIDE)
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
    kind: Kind, stands: Standing, parties: Sequence[str], *, state: str = "", to: Closing | None = None
) -> None:
    """Raises SilenceRefused when an act makes no sense at all; one that comes too late is recorded, not refused.

    The chair's own acts need a procedure that runs. A state may always say something, once its word is new.
    """
    if kind in (Kind.EXTENDED, Kind.WITHDRAWN) and not stands.is_running:
        raise SilenceRefused("not_running")
    if kind is Kind.EXTENDED and (to is None or to.instant <= stands.closing.instant):
        raise SilenceRefused("not_later")
    if kind not in (Kind.OBJECTED, Kind.STOOD_ASIDE, Kind.EXPLAINED):
        return
    if state not in parties:
        raise SilenceRefused("not_a_party", state)
    if kind is Kind.OBJECTED and state in (*stands.objectors, *stands.late):
        raise SilenceRefused("said_already", state)
    if kind is Kind.STOOD_ASIDE:
        if not stands.is_running:
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
