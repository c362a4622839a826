"""The one signal of this floor: the turns of a mechanism changed."""

from __future__ import annotations

from collections.abc import Sequence

from django.dispatch import Signal

from .models import Mechanism, Summit

# Sent inside the transaction that changed them; an error in a receiver undoes it.
# Arguments: mechanism, summits (the announced ones that another state hosts now, or in another period), withdrawn
# (those whose announcement was revoked; their rows go when all receivers have let them go).
turns_changed = Signal()


def announce_turns(
    mechanism: Mechanism, summits: Sequence[Summit] = (), withdrawn: Sequence[Summit] = ()
) -> None:
    turns_changed.send(sender=Mechanism, mechanism=mechanism, summits=summits, withdrawn=withdrawn)
