"""How long it is known what was told to webhooks: it names meetings and hours, and grows with every change."""

from __future__ import annotations

from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.db import transaction

from .models import WebhookAttempt, WebhookMessage

BATCH = 1000
State = WebhookMessage.State
ENDED = (State.TAKEN, State.FAILED, State.OVERTAKEN)


def let_go_of_messages(now: datetime) -> int:
    """Delete the messages that ended longer ago than they are kept, with their attempts; returns how many.

    In batches, each a transaction: a worker that dies has let go of some, and the next day goes on.
    """
    before = now - timedelta(days=settings.WEBHOOK_MESSAGES_KEPT_DAYS)
    found = 0
    while gone := _let_go(before):
        found += gone
    return found


@transaction.atomic
def _let_go(before: datetime) -> int:
    # Of what has ended `next_try_at` says when; of what was overtaken, when its turn would have come.
    old = WebhookMessage.objects.filter(state__in=ENDED, next_try_at__lt=before).order_by("pk")
    ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    attempts, messages = (
        WebhookAttempt.objects.filter(message__in=ids),
        WebhookMessage.objects.filter(pk__in=ids),
    )
    # The one deletion here: both tables refuse it to everybody else.
    with pgtrigger.ignore(
        "feed.WebhookAttempt:attempts_are_append_only", "feed.WebhookMessage:messages_are_kept"
    ):
        attempts.delete()
        messages.delete()
    return len(ids)
