"""A cursor whose statements the database plans once a connection: for the few that run thousands of times.

Django's own cursors put the values into the text, so that each is another statement, read and planned anew.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection
from django.db.backends.utils import CursorWrapper


class Prepared(psycopg.Cursor[Any]):
    def execute(self, query: Any, params: Any = None, **options: Any) -> Prepared:
        super().execute(query, params, prepare=True, **options)
        return self


def prepared_cursor() -> CursorWrapper:
    """To be closed by its reader; raises Django's errors, and its queries are counted as all are."""
    connection.ensure_connection()
    wrap = connection.make_debug_cursor if connection.queries_logged else connection.make_cursor
    raw: Any = Prepared(connection.connection)
    return wrap(raw)
