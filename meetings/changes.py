"""The signals of this floor: something about these meetings, or this silence, changed that others may have derived from.

Each is sent inside the transaction that made the change; receivers write their own rows in it and raise to
abort it. What leaves the machine starts from a committed row, never from here.
"""

from collections.abc import Iterable

from django.dispatch import Signal

# Sent with `meeting_ids: frozenset[int]`. Covers the meeting's public face, its dues, and who is written to.
meetings_changed = Signal()
# Sent with `procedure_id: int` after each act upon a silence procedure; `silences.notices_of` says what is to be told.
silence_changed = Signal()


def announce(meeting_ids: Iterable[int]) -> None:
    """Tell the floors above which meetings changed; nothing is sent for none."""
    ids = frozenset(meeting_ids)
    if ids:
        meetings_changed.send(sender=None, meeting_ids=ids)
