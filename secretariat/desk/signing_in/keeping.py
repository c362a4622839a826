"""How long it is known who tried a password from where: addresses are personal, and the table grows with every guess."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections

from ...letting_go import let_go
from .rules import KNOWN_DAYS

BATCH = 1000
# The one deletion of the table: it runs with the rights of its owner, and looks after the period by itself where
# another role calls it.
LET_GO = """
CREATE OR REPLACE FUNCTION let_go_of_sign_ins(before timestamptz, at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ignored text := coalesce(current_setting('pgtrigger.ignore', true), '');
    gone bigint[];
BEGIN
    IF NOT pg_has_role(session_user, current_user, 'MEMBER') THEN
        before := least(before, now() - make_interval(days => %d));
    END IF;
    SELECT array_agg(old.id) INTO gone FROM (
        SELECT id FROM desk_signin WHERE at < before ORDER BY at LIMIT at_most FOR UPDATE SKIP LOCKED
    ) old;
    PERFORM set_config('pgtrigger.ignore', '{pgtrigger_sign_ins_are_append_only_13512}', true);
    DELETE FROM desk_signin WHERE id = ANY (gone);
    PERFORM set_config('pgtrigger.ignore', ignored, true);
    RETURN coalesce(cardinality(gone), 0);
END $$
"""


def let_go_of_sign_ins(now: datetime) -> int:
    """Delete the tries that are older than they are kept; returns how many.

    Never those by which an account is known at an address.
    """
    before = now - timedelta(days=kept_days())
    return let_go("let_go_of_sign_ins", before, BATCH)


def tell_the_database(using: str = "default", **_kwargs: Any) -> None:
    """How long tries are kept; after every migration, by the role that owns them."""
    with connections[using].cursor() as cursor:
        cursor.execute(LET_GO % kept_days())


def kept_days() -> int:
    return max(settings.SIGN_INS_KEPT_DAYS, KNOWN_DAYS)
