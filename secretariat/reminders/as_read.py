"""What a plan was made on, to be compared under the locks: it holds while the same questions have the same answers.

So a plan takes as long as it takes while nobody waits for it, and is written as if nothing had happened meanwhile.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

Answer = Counter[tuple[bytes | None, ...]]


class Reading:
    """The questions that were asked of the database, each with its answer, whatever order its rows had."""

    def __init__(self) -> None:
        self.answers: list[tuple[str, Any, Answer]] = []

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Keep what is asked in here; nothing may be written."""
        with connection.execute_wrapper(self._keep):
            yield

    def _keep(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        self.answers.append((sql, params, _answer(context["cursor"])))
        return result

    def holds(self) -> bool:
        """Whether each question has the answer that it had; what others committed meanwhile is seen. One query."""
        with connection.cursor() as cursor:
            cursor.execute(";\n".join(cursor.mogrify(sql, params) for sql, params, _was in self.answers))
            for _sql, _params, was in self.answers:
                if _answer(cursor) != was:
                    return False
                cursor.nextset()
        return True


def _answer(cursor: Any) -> Answer:
    """As the database sent it: to make values of it would take ten times as long."""
    result = cursor.pgresult
    columns = range(result.nfields)
    return Counter(
        tuple(result.get_value(row, column) for column in columns) for row in range(result.ntuples)
    )
