"""Work that one process does at a time, however many are running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def alone(work: str) -> Iterator[bool]:
    """Whether nobody else is at `work` on this database; until the end of the block nobody else will be.

    A lock of the database's session: it is gone with the process that held it, which a key in the broker is not.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"alone {work}"])
        is_ours = bool(cursor.fetchone()[0])
    try:
        yield is_ours
    finally:
        if is_ours:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"alone {work}"])
