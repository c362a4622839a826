"""The database's own check that a column holds a time zone: whatever writes it, no row can stop who reads it.

PostgreSQL's tables may be older or newer than ours, and take `UTC+5` for a zone; so it is told the names that ours have.
"""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.db import connections
from django.db.models import BooleanField, CheckConstraint, F, Func, Q
from django.utils.translation import gettext_lazy as _

# In our tables, and no zone.
NOWHERE = {"Factory", "localtime"}
# IMMUTABLE, as a check must be: names come along with new tables, and none ever goes.
FUNCTION = """
CREATE OR REPLACE FUNCTION is_time_zone(name text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$ SELECT name = ANY ('{%s}'::text[]) $$
"""


class IsTimeZone(Func):
    function = "is_time_zone"
    output_field = BooleanField()


def stands_in_a_zone(field: str, *, name: str, may_be_empty: bool = False) -> CheckConstraint:
    """`name`: of the constraint, a sentence."""
    known = Q(IsTimeZone(F(field)))
    return CheckConstraint(
        name=name,
        condition=Q(**{field: ""}) | known if may_be_empty else known,
        violation_error_message=_("This is not an IANA time zone; write it like Asia/Almaty."),
    )


def tell_the_database(using: str = "default", **_kwargs: Any) -> None:
    """Which zones there are by the tables that this installation has; after every migration, so that it knows new ones."""
    names = ",".join(sorted(available_timezones() - NOWHERE))
    with connections[using].cursor() as cursor:
        cursor.execute(FUNCTION % names)
