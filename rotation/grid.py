"""When each turn is held: the grid of periods, what stays vacant in it, and what moved a turn. Pure.

Turns count from 0. The grid is the first period and whole steps after it, moved by every shift before it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import count
from operator import itemgetter

from .vocabulary import Reason


@dataclass(frozen=True, slots=True)
class Vacancy:
    """A period without a meeting; `turn` was to be held in it, `why` is told to others that pass over it."""

    turn: int
    why: Reason


class Grid:
    """The month of each turn as the decisions so far leave it; both lists grow as they are asked for."""

    def __init__(self, first: int, step: int) -> None:
        self.step = step
        self._slots = [first]
        self._months = [first]
        self._vacant: dict[int, Vacancy] = {}
        self._number = count()
        self._own: dict[int, dict[Reason, int]] = {}
        self._upstream: list[tuple[int, int, Reason]] = []  # told to every turn after the second value

    def month_of(self, turn: int) -> int:
        while len(self._months) <= turn:
            self._months.append(self._next(self._months[-1]))
        return self._months[turn]

    def turn_in(self, month: int) -> int | None:
        """The turn that falls in a period now."""
        while self._months[-1] < month:
            self.month_of(len(self._months))
        turn = bisect_left(self._months, month)
        return turn if self._months[turn] == month else None

    def is_vacant(self, month: int) -> bool:
        return month in self._vacant

    def note(self, turn: int, reason: Reason) -> None:
        """Tells a reason at this turn, once, however often the turn passes over the same period."""
        self._own.setdefault(turn, {}).setdefault(reason, next(self._number))

    def notes(self, turn: int) -> list[Reason]:
        """What was decided on a turn, and what moved it upstream, in the order in which it was decided."""
        found = [(number, reason) for number, first, reason in self._upstream if first < turn]
        found += [(number, reason) for reason, number in self._own.get(turn, {}).items()]
        found.sort(key=itemgetter(0))
        return [reason for _number, reason in found]

    def vacate(self, turn: int, why: Reason) -> None:
        """No meeting in the period of `turn` from now on: it and all later turns move one period on."""
        self._vacant[self.month_of(turn)] = Vacancy(turn, why)
        self._upstream.append((next(self._number), turn, why))
        before = -1
        for each in range(turn, len(self._months)):
            before = self._months[each] = self._on_from(each, max(self._months[each], before))

    def hold(self, turn: int, month: int) -> None:
        """Holds one turn in another period; the later ones stay."""
        self.month_of(turn + 1)
        self._months[turn] = month

    def shift(self, turn: int, month: int, why: Reason) -> None:
        """Holds a turn in another period, and moves the grid and all later turns by the same amount."""
        old = self.month_of(turn)
        by = month - old
        # What is not listed yet follows the last listed turn: beyond all vacant periods, before and after.
        while self._vacant and self._months[-1] <= max(self._vacant) - min(by, 0):
            self.month_of(len(self._months))
        self._next(old)  # the list of slots reaches past this turn
        at = bisect_left(self._slots, old)
        kept = [slot for slot in self._slots[:at] if slot < month]
        self._slots = kept + [slot + by for slot in self._slots[at:]]
        self._upstream.append((next(self._number), turn, why))
        before = -1
        for each in range(turn, len(self._months)):
            moved = self._months[each] + by
            if moved <= before or moved in self._vacant:
                moved = self._on_from(each, max(moved, before))
            before = self._months[each] = moved

    def _on_from(self, turn: int, month: int) -> int:
        """The next period of the grid that is not vacant; the turn says which vacant ones it passes over."""
        found = self._next(month)
        if len(self._vacant) > 1 or month in self._vacant:
            first = bisect_left(self._slots, month)
            for slot in self._slots[first : bisect_left(self._slots, found)]:
                vacancy = self._vacant.get(slot)
                # Turns at or after the one that was to be held then have been told when it was decided.
                if vacancy is not None and turn < vacancy.turn:
                    self.note(turn, vacancy.why)
        return found

    def _next(self, month: int) -> int:
        """The first period of the grid after a month that is not vacant."""
        while self._slots[-1] <= month:
            self._slots.append(self._slots[-1] + self.step)
        at = bisect_right(self._slots, month)
        while self._slots[at] in self._vacant:
            at += 1
            if at == len(self._slots):
                self._slots.append(self._slots[-1] + self.step)
        return self._slots[at]
