"""Late items of an agenda by their own rules, and what an agenda still lacks. Pure.

Source: UN General Assembly, rules of procedure 12, 14 and 15; none of them is the mechanism's own rule yet, so
every length is data of the agenda and what stands here are defaults. Days are counted back from the first day of
the meeting, which does not count itself; a closed day does not move them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from .stages import PUBLIC, Budget, Finding, Item, Stage, numbers

Kind = Literal["regular", "supplementary", "urgent"]


@dataclass(frozen=True, slots=True)
class NoticeRule:
    """How many days before the meeting things are to be there, and how long an urgent item waits."""

    provisional_days: int = 60
    supplementary_days: int = 30
    list_days: int = 20
    cooling_days: int = 7


@dataclass(frozen=True, slots=True)
class Lateness:
    """By which rule a request goes; `last_on`: the last day for a supplementary item, None without a date."""

    kind: Kind
    last_on: date | None


def lateness(requested_on: date, opens_on: date | None, rule: NoticeRule, *, is_issued: bool) -> Lateness:
    """By which rule an item requested on a day goes.

    is_issued: the provisional agenda is out. Before that every item is a regular one; after that it is
    supplementary as long as the notice is kept or the day of the meeting is not known, then urgent.
    """
    last_on = opens_on - timedelta(days=rule.supplementary_days) if opens_on else None
    if not is_issued:
        return Lateness("regular", last_on)
    if last_on is None or requested_on <= last_on:
        return Lateness("supplementary", last_on)
    return Lateness("urgent", last_on)


def considered_from(decided_on: date, rule: NoticeRule, *, at_once: bool) -> date:
    """The first day on which an urgent item admitted on a day may be considered."""
    return decided_on if at_once else decided_on + timedelta(days=rule.cooling_days)


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that the findings are judged by: the meeting's first and last day where known, and today."""

    opens_on: date | None
    closes_on: date | None
    today: date


def findings(
    items: Sequence[Item],
    *,
    stage: Stage | None,
    issued: Sequence[Item] | None,
    time: Budget,
    rule: NoticeRule,
    days: Calendar,
    pending: int,
    languages: Iterable[str],
    unissued: Sequence[str] = (),
    papers_by: date | None = None,
) -> tuple[Finding, ...]:
    """What staff should look at before `stage` is frozen; nothing of it forbids that.

    stage: None for the draft as it stands. issued: the items of the last public stage, None before one. pending:
    urgent items that wait for the parties' decision. unissued: symbols of papers that items name and that are not out.
    papers_by: the last day for papers, where the meeting's deadlines have one; after it the items that miss it are
    told by their numbers (Council of the European Union, rules of procedure, art. 3).
    """
    told = numbers(items)
    found: list[Finding] = []
    if time.is_over:
        found.append(Finding("over_time", {"minutes": -(time.left or 0)}))
    if time.untimed:
        found.append(Finding("untimed", {"count": time.untimed}))
    if stage is Stage.ANNOTATED:
        found += _listed("bare", told, [_is_bare(item) for item in items])
    for language in languages:
        found += _listed(
            "untranslated", told, [not item.titles.get(language) for item in items], language=language
        )
    if pending:
        found.append(Finding("undecided", {"count": pending}))
    if unissued:
        found.append(Finding("unissued", {"papers": tuple(unissued)}))
    if papers_by is not None and days.today > papers_by:
        late = [any(text in unissued for text in item.papers) for item in items]
        found += _listed("papers_late", told, late, day=papers_by)
    found += _too_late(items, told, days)
    return (*found, *_overdue(items, stage, issued, rule, days))


def _is_bare(item: Item) -> bool:
    return not (item.annotations and item.mandate and item.action)


def _listed(code: str, told: Sequence[str], holds: Sequence[bool], **values: object) -> list[Finding]:
    named = [number for number, does in zip(told, holds, strict=True) if does]
    return [Finding(code, {"numbers": tuple(named), **values})] if named else []


def _too_late(items: Sequence[Item], told: Sequence[str], days: Calendar) -> list[Finding]:
    """Urgent items whose wait ends after the meeting, or not before it begins."""
    found = []
    for item, number in zip(items, told, strict=True):
        if not item.considered_from or days.opens_on is None or days.closes_on is None:
            continue
        since = date.fromisoformat(item.considered_from)
        if since > days.closes_on:
            found.append(Finding("considered_after", {"number": number, "day": since}))
        elif since > days.opens_on:
            found.append(Finding("considered_from", {"number": number, "day": since}))
    return found


def _overdue(
    items: Sequence[Item],
    stage: Stage | None,
    issued: Sequence[Item] | None,
    rule: NoticeRule,
    days: Calendar,
) -> list[Finding]:
    if days.opens_on is None or days.today >= days.opens_on:
        return []
    provisional_by = days.opens_on - timedelta(days=rule.provisional_days)
    if issued is None:
        is_late = days.today > provisional_by and (stage is None or stage in PUBLIC)
        values = {"day": provisional_by, "days": rule.provisional_days}
        return [Finding("provisional_overdue", values)] if is_late else []
    list_by = days.opens_on - timedelta(days=rule.list_days)
    known: Collection[str] = {item.key for item in issued}
    waits = any(item.kind == "supplementary" and item.key not in known for item in items)
    if waits and days.today > list_by:
        return [Finding("list_overdue", {"day": list_by, "days": rule.list_days})]
    return []
