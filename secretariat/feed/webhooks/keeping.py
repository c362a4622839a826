"""How long it is known what was told to webhooks: it names meetings and hours, and grows with every change."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connections

from ...letting_go import let_go

BATCH = 1000
# The one deletion of either table: it runs with the rights of their owner, and looks after the period by itself where
# another role calls it. Of what has ended `next_try_at` says when; of what was overtaken, when its turn would have
# come. The service may write that; when a message was tried it may not.
LET_GO = """
CREATE OR REPLACE FUNCTION let_go_of_webhook_messages(before timestamptz, at_most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ignored text := coalesce(current_setting('pgtrigger.ignore', true), '');
    owner boolean := pg_has_role(session_user, current_user, 'MEMBER');
    gone bigint[];
BEGIN
    IF NOT owner THEN
        before := least(before, now() - make_interval(days => %d));
    END IF;
    SELECT array_agg(old.id) INTO gone FROM (
        SELECT id FROM feed_webhookmessage message
        WHERE state IN ('taken', 'failed', 'overtaken') AND next_try_at < before AND (owner OR NOT EXISTS (
            SELECT FROM feed_webhookattempt tried WHERE tried.message_id = message.id AND tried.at >= before
        ))
        ORDER BY id LIMIT at_most FOR UPDATE SKIP LOCKED
    ) old;
    PERFORM set_config('pgtrigger.ignore',
        '{pgtrigger_attempts_are_append_only_e6125,pgtrigger_messages_are_kept_3e258}', true);
    DELETE FROM feed_webhookattempt WHERE message_id = ANY (gone);
    DELETE FROM feed_webhookmessage WHERE id = ANY (gone);
    PERFORM set_config('pgtrigger.ignore', ignored, true);
    RETURN coalesce(cardinality(gone), 0);
END $$
"""


def let_go_of_messages(now: datetime) -> int:
    """Delete the messages that ended longer ago than they are kept, with their attempts; returns how many."""
    before = now - timedelta(days=settings.WEBHOOK_MESSAGES_KEPT_DAYS)
    return let_go("let_go_of_webhook_messages", before, BATCH)


def tell_the_database(using: str = "default", **_kwargs: Any) -> None:
    """How long messages are kept; after every migration, by the role that owns them."""
    with connections[using].cursor() as cursor:
        cursor.execute(LET_GO % settings.WEBHOOK_MESSAGES_KEPT_DAYS)
