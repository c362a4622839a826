"""Deadlines that would be past, or too near, when a meeting is set: which they are, and the days proposed. Pure.

Nothing is dropped and nothing is moved here: a proposal is taken, or another day chosen, by staff with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..days.workdays import NoWorkingDay, Step, land
from ..schedule.dates import Span
from .rules import DueMoment, Key, Line, Party, closing, due_moments, in_chain_order


def falls_short(line: Line, moment: DueMoment, now: datetime) -> bool:
    """Whether a state told of the moment now has less than the line's minimum notice, or none at all."""
    today = now.astimezone(ZoneInfo(moment.zone)).date()
    return moment.due_at <= now or moment.due_on < today + timedelta(days=line.min_notice_days)


def proposals(
    lines: Mapping[Key, Line],
    moments: Mapping[Key, Mapping[str, DueMoment]],
    span: Span,
    parties: Iterable[Party],
    now: datetime,
    short_lines: Mapping[Key, Line],
) -> dict[Key, dict[str, DueMoment]]:
    """New days for the moments that fall short; one for which no day is left before the meeting has none.

    short_lines: what the short-notice set says of a line; a line that it does not hold, or whose day is past
    there too, is due after the minimum notice, or tomorrow where the line asks for none. A chain stays in order.
    """
    by_code = {party.state: party for party in parties}
    short = {
        key: {code: moment for code, moment in found.items() if falls_short(lines[key], moment, now)}
        for key, found in moments.items()
    }
    anew: dict[Key, dict[str, DueMoment]] = {}
    for key, found in short.items():
        for code in found:
            moment = _anew(lines[key], short_lines.get(key), span, by_code[code], now)
            if moment is not None:
                anew.setdefault(key, {})[code] = moment
    # Those for which no day is left bind no other: nobody can wait for them.
    whole = {
        key: {code: m for code, m in {**found, **anew.get(key, {})}.items() if m.due_at > now}
        for key, found in moments.items()
    }
    ordered = in_chain_order(lines, whole, by_code.values())
    return {
        key: kept
        for key, found in anew.items()
        if (kept := {code: ordered[key][code] for code in found if ordered[key][code].due_at > now})
    }


def _anew(line: Line, short_line: Line | None, span: Span, party: Party, now: datetime) -> DueMoment | None:
    if short_line is not None:
        moment = due_moments(short_line, span, [party]).get(party.state)
        if moment is not None and not falls_short(short_line, moment, now):
            offset, *way = moment.trail
            return replace(moment, trail=(offset, Step("short_set", offset.day), *way))
    today = now.astimezone(ZoneInfo(party.zone)).date()
    days = max(line.min_notice_days, 1)
    target = today + timedelta(days=days)
    step = Step("least_notice", target, {"days": days, "today": today.isoformat()})
    try:
        landed = land(target, party.calendar, "later", party.others(line.calendars))
    except NoWorkingDay:
        return None
    moment = closing(line, party, target, landed, (step,))
    return moment if is_in_time(line, moment.due_at, span) else None


def is_in_time(line: Line, due_at: datetime, span: Span) -> bool:
    """Whether a day serves the meeting: a line before it ends before it begins."""
    return line.offset_days > 0 or span.starts_at is None or due_at <= span.starts_at
