"""Rows that were kept long enough go by a function of the database, which runs with the rights of their owner."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from psycopg import sql


def let_go(function: str, before: datetime, batch: int) -> int:
    """Call it with a moment and a number of rows until it finds none; returns how many went.

    Each batch is a transaction: a worker that dies has let go of some, and the next one goes on.
    """
    found = 0
    while gone := _batch(function, before, batch):
        found += gone
    return found


@transaction.atomic
def _batch(function: str, before: datetime, batch: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("SELECT {}(%s, %s)").format(sql.Identifier(function)), [before, batch])
        return int(cursor.fetchone()[0])
