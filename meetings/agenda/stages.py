"""An agenda's stages, the numbers of its items, its time, and what differs between two of its stages. Pure."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Literal

from ..schedule.dates import Span


class Stage(StrEnum):
    """Preliminary list, annotated list, provisional agenda, agenda as the meeting adopts it and as it left it."""

    PRELIMINARY = "preliminary"
    ANNOTATED = "annotated"
    PROVISIONAL = "provisional"
    ADOPTED = "adopted"
    AS_ADOPTED = "as adopted"


# What may be frozen after what; the same stage again is its revision. A short agenda may begin as provisional.
FOLLOWERS: Mapping[Stage | None, tuple[Stage, ...]] = {
    None: (Stage.PRELIMINARY, Stage.ANNOTATED, Stage.PROVISIONAL),
    Stage.PRELIMINARY: (Stage.PRELIMINARY, Stage.ANNOTATED, Stage.PROVISIONAL),
    Stage.ANNOTATED: (Stage.ANNOTATED, Stage.PROVISIONAL),
    Stage.PROVISIONAL: (Stage.PROVISIONAL, Stage.ADOPTED),
    Stage.ADOPTED: (Stage.ADOPTED, Stage.AS_ADOPTED),
    Stage.AS_ADOPTED: (Stage.AS_ADOPTED,),
}
# From these on the agenda is issued to everybody whom the meeting is shown to; the earlier ones are drafts.
PUBLIC = frozenset({Stage.PROVISIONAL, Stage.ADOPTED, Stage.AS_ADOPTED})
# How an item that must not renumber the others is counted.
LATIN = ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "novies", "decies")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to refuse or to warn of: a code and what it speaks of; the edge has the sentence."""

    code: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Item:
    """An item as it stands in one stage; `key` is its identity through all of them.

    proposers: codes of states, none where the secretariat proposes. is_sub: a part of the item before it.
    is_bis: inserted without renumbering those after it. considered_from: ISO day before which an urgent item
    is not considered; empty where it may be at once.
    """

    key: str
    titles: Mapping[str, str]
    annotations: Mapping[str, str] = field(default_factory=dict)
    proposers: tuple[str, ...] = ()
    mandate: str = ""
    action: str = ""
    minutes: int | None = None
    rapporteur: str = ""
    papers: tuple[str, ...] = ()
    kind: str = "regular"
    is_sub: bool = False
    is_bis: bool = False
    considered_from: str = ""


COMPARED = tuple(each.name for each in fields(Item) if each.name != "key")


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What became of one item. `place_*` count from 0; `fields` are those that differ."""

    before: Item | None
    after: Item | None
    place_before: int | None
    place_after: int | None
    is_moved: bool = False
    fields: tuple[str, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """`added`, `dropped`, or what of `moved` and `changed` holds."""
        if self.before is None:
            return ("added",)
        if self.after is None:
            return ("dropped",)
        return ("moved",) * self.is_moved + ("changed",) * bool(self.fields)


def compare(before: Sequence[Item], after: Sequence[Item]) -> tuple[ItemChange, ...]:
    """What turns `before` into `after`: the items of `after` in their order, then those that were dropped.

    As few items as possible count as moved: an insertion above an item is no move of it.
    """
    places = {item.key: place for place, item in enumerate(before)}
    common = [places[item.key] for item in after if item.key in places]
    unmoved = _longest_rise(common)
    changes = []
    for place, item in enumerate(after):
        origin = places.get(item.key)
        if origin is None:
            changes.append(ItemChange(None, item, None, place))
            continue
        old = before[origin]
        differing = tuple(name for name in COMPARED if getattr(old, name) != getattr(item, name))
        if differing or origin not in unmoved:
            changes.append(ItemChange(old, item, origin, place, origin not in unmoved, differing))
    kept = {item.key for item in after}
    dropped = [
        ItemChange(item, None, place, None) for place, item in enumerate(before) if item.key not in kept
    ]
    return (*changes, *dropped)


def applied(changes: Sequence[ItemChange], before: Sequence[Item]) -> tuple[Item, ...]:
    """`before` with a comparison carried out on it: what it was compared with."""
    by_key = {change.before.key: change for change in changes if change.before}
    items = []
    for item in before:
        change = by_key.get(item.key)
        if change is None:
            items.append(item)
        elif change.after and not change.is_moved:
            items.append(_changed(change))
    placed = [change for change in changes if change.after and (change.before is None or change.is_moved)]
    for change in sorted(placed, key=lambda each: each.place_after or 0):
        items.insert(change.place_after or 0, _changed(change))
    return tuple(items)


def _changed(change: ItemChange) -> Item:
    assert change.after is not None
    if change.before is None:
        return change.after
    return replace(change.before, **{name: getattr(change.after, name) for name in change.fields})


def _longest_rise(places: Sequence[int]) -> frozenset[int]:
    """The values of a longest increasing subsequence; of several the one that ends lowest."""
    tails: list[int] = []
    previous: dict[int, int | None] = {}
    for place in places:
        at = bisect_left(tails, place)
        previous[place] = tails[at - 1] if at else None
        tails[at : at + 1] = [place]
    rise, last = set(), tails[-1] if tails else None
    while last is not None:
        rise.add(last)
        last = previous[last]
    return frozenset(rise)


def numbers(items: Sequence[Item]) -> tuple[str, ...]:
    """The number of each item: 1, 2, 2 (a), 2 bis, 3. What has nothing above it counts as an item of its own."""
    told: list[str] = []
    main, inserted, part = 0, 0, 0
    for item in items:
        if item.is_sub and told:
            part += 1
        elif item.is_bis and main:
            inserted, part = inserted + 1, 0
        else:
            main, inserted, part = main + 1, 0, 0
        told.append(f"{main}{_insertion(inserted)}{f' ({_letters(part)})' if part else ''}")
    return tuple(told)


def _insertion(count: int) -> str:
    if not count:
        return ""
    return f" {LATIN[count - 1]}" if count <= len(LATIN) else f".{count + 1}"


def _letters(count: int) -> str:
    text = ""
    while count:
        count, rest = divmod(count - 1, 26)
        text = chr(ord("a") + rest) + text
    return text


def shifted(is_sub: Sequence[bool], at: int, by: Literal[-1, 1]) -> list[int]:
    """The places of the items after the one at `at` went up (-1) or down (1) by one.

    An item takes its parts along, past a neighbour with all its parts; a part moves alone, and to the item above
    or below when it is at its own item's end. What cannot go further stays.
    """
    places = list(range(len(is_sub)))
    if is_sub[at] and at:
        goal = at + by
        if 0 < goal < len(places):
            places[at], places[goal] = places[goal], places[at]
        return places
    blocks: list[list[int]] = []
    for place in places:
        if is_sub[place] and blocks:
            blocks[-1].append(place)
        else:
            blocks.append([place])
    mine = next(number for number, block in enumerate(blocks) if block[0] == at)
    goal = mine + by
    if 0 <= goal < len(blocks):
        blocks[mine], blocks[goal] = blocks[goal], blocks[mine]
    return [place for block in blocks for place in block]


@dataclass(frozen=True, slots=True)
class Budget:
    """Minutes planned against those of the session; `session` is None where its length is not known."""

    planned: int
    session: int | None
    untimed: int

    @property
    def left(self) -> int | None:
        """Minutes still free; negative when the items take longer than the session."""
        return None if self.session is None else self.session - self.planned

    @property
    def is_over(self) -> bool:
        return self.left is not None and self.left < 0


def budget(items: Sequence[Item], session: int | None) -> Budget:
    """The time of all items; one with parts and no time of its own is timed by them."""
    untimed = 0
    for place, item in enumerate(items):
        has_parts = not item.is_sub and place + 1 < len(items) and items[place + 1].is_sub
        untimed += item.minutes is None and not has_parts
    return Budget(sum(item.minutes or 0 for item in items), session, untimed)


def session_minutes(span: Span) -> int | None:
    """The minutes between the hours of a meeting of one day; None where hours are not known or nights lie between."""
    if span.starts is None or span.ends is None or span.first_on != span.last_on:
        return None
    starts, ends = span.starts_at, span.ends_at
    return int((ends - starts).total_seconds() // 60) if starts and ends else None


def stage_refusal(
    stage: Stage, *, last: Stage | None, items: Sequence[Item], is_over: bool, is_unchanged: bool
) -> Finding | None:
    """Why `stage` cannot be frozen now; None when it can.

    last: the stage frozen last. is_over: the meeting has ended. is_unchanged: nothing differs from the last one.
    """
    if stage not in FOLLOWERS[last] and last is None:
        return Finding("provisional_first")
    if stage not in FOLLOWERS[last]:
        return Finding("does_not_follow", {"stage": stage, "last": last})
    if not items:
        return Finding("no_items")
    if stage is Stage.AS_ADOPTED and not is_over:
        return Finding("not_over")
    if stage is last and is_unchanged:
        return Finding("nothing_changed", {"stage": stage})
    return None
