"""Writing what is known although the database is away: a doubt that nobody needs to have is not made.

What the mail server answered is known to its worker alone. Were it lost with a restart of the database, the mail
would become uncertain, and a person would have to look up what a program knew.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

# The database is away, or the connection to it; another error is the statement's own.
AWAY = (OperationalError, InterfaceError)
PAUSE_SECONDS = 0.2

Written = TypeVar("Written")


def through_an_outage(write: Callable[[], Written]) -> Written:
    """What `write` returns, tried again while the database is away and the lease of our rows may be ours.

    write: harmless to run twice; fenced by the token of its row, so that it writes nothing once the lease is over and
    the row was taken from us. Not within a transaction, which would be lost with the connection: then it is run once.
    Raises the last error when the database stays away.
    """
    give_up = time.monotonic() + settings.LEASE_SECONDS
    while True:
        try:
            return write()
        except AWAY:
            if connection.in_atomic_block or time.monotonic() > give_up:
                raise
            connection.close()
            time.sleep(PAUSE_SECONDS)
