"""The signals of this floor: something changed that the floors above derive from.

Each is sent inside the transaction that made the change; receivers write their own rows in it and raise to
abort it. What leaves the machine starts from a committed row, never from here.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.dispatch import Signal

# Sent with `meeting_ids: frozenset[int]`. Covers the meeting's public face, its dues and agenda, and who is written to.
meetings_changed = Signal()
# Sent with `procedure_id: int` after each act upon a silence procedure; `silences.notices_of` says what is to be told.
silence_changed = Signal()
# Sent with `track_id: int` after the terms of a committee changed, or when their ends are told.
committee_changed = Signal()
# Sent with `track_ids: frozenset[int]` beside meetings_changed when other people answer for these tracks.
audience_changed = Signal()
# Sent with `states: frozenset[str]` after days of these states' calendars changed, deadlines moved or not.
calendars_changed = Signal()


_together: ContextVar[set[int] | None] = ContextVar("_together", default=None)


@contextmanager
def announced_together() -> Iterator[None]:
    """What is announced within is announced at its end, once: an act upon many meetings. Within one transaction."""
    found: set[int] = set()
    token = _together.set(found)
    try:
        yield
    finally:
        _together.reset(token)
    announce(found)


def announce(meeting_ids: Iterable[int]) -> None:
    """Tell the floors above which meetings changed; nothing is sent for none."""
    ids = frozenset(meeting_ids)
    together = _together.get()
    if together is not None:
        together |= ids
    elif ids:
        meetings_changed.send(sender=None, meeting_ids=ids)
