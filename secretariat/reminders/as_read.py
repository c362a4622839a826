"""What a plan was made on, to be compared under the locks: it holds while the same questions have the same answers.

So a plan takes as long as it takes while nobody waits for it, and is written as if nothing had happened meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

# How many rows, and the sum of what stands for each: the same in any order, and as small for half a million.
Answer = tuple[int, int]


class Reading:
    """The questions that were asked of the database, each with its answer, whatever order its rows had."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, Any, Answer]] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is asked in here; nothing may be written."""
        # Before all others: what they add, such as who acts and why, is no part of the question.
        connection.execute_wrappers.insert(0, self._keep)
        try:
            yield
        finally:
            connection.execute_wrappers.remove(self._keep)

    def _keep(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        self.answers.append((sql, params, _answer(context["cursor"])))
        return result

    def holds(self) -> bool:
        """Whether each question has the answer that it had; what others committed meanwhile is seen. One query."""
        with connection.cursor() as wrapped, connection.wrap_database_errors:
            # Past all wrappers: of several statements that of the history leaves the answer to the last alone.
            cursor: Any = wrapped.cursor
            cursor.execute(";\n".join(cursor.mogrify(sql, params) for sql, params, _was in self.answers))
            for _sql, _params, was in self.answers:
                if _answer(cursor) != was:
                    return False
                cursor.nextset()
        return True


def _answer(cursor: Any) -> Answer:
    """As the database sent it: to make values of it would take ten times as long."""
    result = cursor.pgresult
    columns, value = range(result.nfields), result.get_value
    rows = (hash(tuple([value(row, column) for column in columns])) for row in range(result.ntuples))
    return result.ntuples, sum(rows)
