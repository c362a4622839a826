"""Whether this worker was told to stop: what is in hand is ended, and no more is begun.

On SIGTERM Celery takes no more tasks and waits for those that run; but its signal comes to the parent alone, and a task
that sends for minutes runs in a child. One shared byte tells the children, which inherit it when they are forked.
"""

from __future__ import annotations

import mmap
from typing import Any

from celery.signals import worker_shutting_down

_byte = mmap.mmap(-1, 1)


def stop(**_kwargs: Any) -> None:
    _byte[0] = 1


def goes_on() -> bool:
    """To be asked between two pieces of work that each may take seconds."""
    return _byte[0] == 0


worker_shutting_down.connect(stop, weak=False)
