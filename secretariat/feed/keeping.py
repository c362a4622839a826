"""How long the feed remembers: old removals are let go, and a restored database begins a new epoch."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Greatest, Now

from .models import Feed

# In the order of locks of those who write: items, the lock that numbers changes, the feed's own row.
PURGE = """
DELETE FROM feed_feeditem WHERE removed AND seq IS NOT NULL AND changed_at < %s RETURNING audience, seq
"""
LOCK = "SELECT pg_advisory_xact_lock(hashtext('feed_number_at_commit'))"


@transaction.atomic
def purge(now: datetime) -> int:
    """Let go of removals older than they are kept; returns how many.

    The floor rises to the last of them in the same transaction: a reader below it is told to begin anew.
    """
    before = now - timedelta(days=settings.FEED_REMOVALS_KEPT_DAYS)
    with connection.cursor() as cursor:
        cursor.execute(PURGE, [before])
        gone = cursor.fetchall()
        cursor.execute(LOCK)
    floors: dict[str, int] = {}
    for audience, seq in gone:
        floors[audience] = max(floors.get(audience, 0), seq)
    for audience, floor in sorted(floors.items()):
        Feed.objects.filter(pk=audience).update(floor_seq=Greatest("floor_seq", Value(floor)))
    return len(gone)


def begin_epoch() -> None:
    """After a restore from a backup: what readers were told since the backup was made is unknown to this database, so
    all of them begin anew."""
    for feed in Feed.objects.order_by("pk"):
        Feed.objects.filter(pk=feed.pk).update(epoch=uuid.uuid4(), changed_at=Now())


def begin_release() -> None:
    """Another release may say the same in other bytes: who knows no tag, only the moment, is not told otherwise."""
    for feed in Feed.objects.order_by("pk"):
        Feed.objects.filter(pk=feed.pk).update(changed_at=Now())
