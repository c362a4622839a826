"""Proof that no webhook misses a message: the log's numbers tell what there must be."""

from __future__ import annotations

import logging
from typing import Any

from django.db import connection, transaction

from ..models import Feed
from .acts import tell_to_sync
from .models import Webhook

log = logging.getLogger(__name__)

# What the trigger of migration 0012 writes, of all that the log holds behind a webhook's position.
MISSING = """
INSERT INTO feed_webhookmessage (webhook_id, uid, kind, meeting, seq, epoch, state, tries, next_try_at, created_at)
SELECT webhook.id, gen_random_uuid(), 'changed', item.uid, item.seq, %(epoch)s, 'pending', 0,
    clock_timestamp(), clock_timestamp()
FROM feed_webhook AS webhook
JOIN feed_feeditem AS item ON item.audience = %(audience)s AND item.seq > webhook.position AND item.seq <= %(seq)s
WHERE webhook.id = %(webhook)s AND feed_webhook_is_told(webhook.system_id, item.tracks_seen)
    AND NOT EXISTS (
        SELECT FROM feed_webhookmessage AS told
        WHERE told.webhook_id = webhook.id AND told.epoch = %(epoch)s AND told.seq = item.seq
            AND told.meeting = item.uid)
ON CONFLICT DO NOTHING
"""


def reconcile_webhooks() -> int:
    """Write the messages that are missing and move each position on; returns how many were missing.

    Every number up to the counter is visible to us (migration 0002), so a position never passes a change unseen.
    """
    found = 0
    for pk in Webhook.objects.filter(state=Webhook.State.ACTIVE).values_list("pk", flat=True):
        found += _reconcile(pk)
    return found


@transaction.atomic
def _reconcile(webhook_id: int) -> int:
    webhook = (
        Webhook.objects.select_for_update(of=("self",), no_key=True)
        .select_related("system")
        .get(pk=webhook_id)
    )
    feed = Feed.objects.get(pk=webhook.system.feed_id)
    if webhook.state != Webhook.State.ACTIVE:
        return 0
    count = 0
    if webhook.epoch != feed.epoch or webhook.position < feed.floor_seq:
        # Restored from a backup, or removals were let go that it may not have been told of: it begins anew.
        tell_to_sync(webhook)
    else:
        values: dict[str, Any] = {
            "epoch": feed.epoch,
            "audience": feed.audience,
            "seq": feed.high_seq,
            "webhook": webhook.pk,
        }
        with connection.cursor() as cursor:
            cursor.execute(MISSING, values)
            count = cursor.rowcount
    if count:
        log.warning("webhook %s: %d changes had no message", webhook.pk, count)
    if (webhook.position, webhook.epoch) != (feed.high_seq, feed.epoch):
        Webhook.objects.filter(pk=webhook.pk).update(position=feed.high_seq, epoch=feed.epoch)
    return count
