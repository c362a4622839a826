"""Silence procedures in words: what an act does, how long there is, when it closes on each clock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from rotation.lists import listed
from rotation.models import State

from ...silence.rules import Closing, Effect, Kind, Stage, Standing
from ..schedule.when import instant_text, moment_shown


def stage_word(stage: Stage) -> str:
    return {
        Stage.OPEN: pgettext("of a silence procedure", "open"),
        Stage.EXPIRED: _("closed, adoption is being recorded"),
        Stage.BROKEN: _("broken"),
        Stage.WITHDRAWN: _("withdrawn"),
        Stage.ADOPTED: _("adopted"),
        Stage.SET_ASIDE: pgettext("of an adoption by silence", "adoption set aside"),
    }[stage]


def effect_sentence(kind: Kind, effect: Effect, after: Standing, names: dict[str, str], total: int) -> str:
    """What an act does, before it is done."""
    match effect:
        case Effect.BREAKS:
            return _("Silence is broken: the text is not adopted, and this procedure is over.")
        case Effect.JOINS:
            return _("Silence was broken already; this objection is recorded beside the first.")
        case Effect.SETS_ASIDE:
            return _(
                "It was received in time: the adoption is set aside. The record of it stays, and the outcomes "
                "adopted with the text go back."
            )
        case Effect.NARROWS:
            return _(
                "It was received in time: the text stays adopted, by %(count)d of %(total)d: %(names)s. "
                "The outcomes adopted with it say so too."
            ) % {
                "count": len(after.bound),
                "total": total,
                "names": _listed(after.bound, names),
            }
        case Effect.EXTENDS:
            return _("Silence closes later: %(when)s.") % {"when": closing_text(after.closing)}
        case Effect.WITHDRAWS:
            return _("The text is withdrawn and will not be adopted; this procedure is over.")
        case Effect.STANDS_ASIDE:
            bound = _listed(after.bound, names)
            return _(
                "Silence runs on. Unbroken, the text is adopted by %(count)d of %(total)d: %(names)s."
            ) % {
                "count": len(after.bound),
                "total": total,
                "names": bound,
            }
    if kind is Kind.OBJECTED:
        return _("The objection comes too late: it is recorded, and has no effect.")
    return _("It is recorded beside the text and changes nothing.")


def effect_chip(effect: Effect) -> tuple[str, str] | None:
    """A word on what a recorded act did, with its kind of chip; None where the act says so itself."""
    match effect:
        case Effect.BREAKS:
            return "broken", _("broke silence")
        case Effect.JOINS:
            return "broken", _("after silence was broken")
        case Effect.SETS_ASIDE:
            return "broken", _("set the adoption aside")
        case Effect.NARROWS:
            return "postponed", _("after the adoption, received in time")
        case Effect.NONE:
            return "cancelled", _("without effect")
    return None


def _listed(codes: Sequence[str], names: dict[str, str]) -> str:
    return listed(name for code, name in names.items() if code in codes)


def closing_text(closing: Closing) -> str:
    """Day and hour in the named zone: "16 April 2027, 18:00, Asia/Almaty (UTC+5)"."""
    return instant_text(closing.instant, closing.zone)


def left_text(left: timedelta) -> str:
    """How long there is, in its two largest parts; empty when there is nothing left."""
    minutes = int(left.total_seconds() // 60)
    if left <= timedelta(0):
        return ""
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    parts = [
        (days, ngettext("%(count)d day", "%(count)d days", days)),
        (hours, ngettext("%(count)d hour", "%(count)d hours", hours)),
        (rest, ngettext("%(count)d minute", "%(count)d minutes", rest)),
    ]
    shown = [text % {"count": count} for count, text in parts if count][:2]
    return listed(shown, style="unit") or _("less than a minute")


def state_rows(states: Sequence[State], stands: Standing, names: dict[str, str]) -> list[dict[str, Any]]:
    """Each party with the closing instant on its own clock, and what it said."""
    by_code = {state.code: state for state in states}
    return [
        {
            "code": code,
            "name": name,
            "closes": _closing_on(stands.closing.instant, by_code[code].zone),
            "said": _said(code, stands),
        }
        for code, name in names.items()
        if code in by_code
    ]


def _closing_on(at: datetime, zone: str) -> dict[str, str]:
    return moment_shown(at.astimezone(ZoneInfo(zone)).date(), at, zone)


def _said(code: str, stands: Standing) -> tuple[str, str]:
    if code in stands.objectors:
        return "broken", _("objected")
    if code in stands.late:
        return "cancelled", _("objected too late, without effect")
    if code in stands.aside:
        return "postponed", _("stands aside, not bound")
    if stands.stage is Stage.ADOPTED:
        return "adopted", _("bound")
    return "silent", _("silent")
