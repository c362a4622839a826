"""Settling what is uncertain: did a message arrive whose answer was lost?

By evidence where there is any (the local mailbox is its own log, by Message-ID), else by a person, with a
reason. Nothing uncertain is sent again on a guess.
"""

from __future__ import annotations

import mailbox
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from .models import Delivery, append_events

State = Delivery.State


def settle_uncertain() -> int:
    """Settle by the local mailbox what can be; returns how many rows. Without such a mailbox, none."""
    if not settings.MAILBOX_DIR:
        return 0
    rows = list(Delivery.objects.filter(state=State.UNCERTAIN))
    if not rows:
        return 0
    arrived = _message_ids(Path(settings.MAILBOX_DIR))
    for row in rows:
        settle(row.pk, arrived=row.message_id in arrived, actor=None, reason="looked up in the local mailbox")
    return len(rows)


def _message_ids(folder: Path) -> set[str]:
    if not (folder / "cur").is_dir():
        return set()
    return {str(message["Message-ID"]).strip() for message in mailbox.Maildir(folder, create=False)}


@transaction.atomic
def settle(delivery_id: int, *, arrived: bool, actor: Any, reason: str) -> bool:
    """Record that an uncertain message arrived, or send the same message, with the same Message-ID, again.

    False, and nothing has changed, when the delivery is no longer uncertain.
    """
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if row.state != State.UNCERTAIN:
        return False
    if arrived:
        row.state, row.sent_at = State.SENT, row.dated_at or timezone.now()
    else:
        row.state, row.next_try_at = State.PENDING, timezone.now()
    row.save(update_fields=["state", "sent_at", "next_try_at"])
    append_events([row.pk], row.state, f"settled: {reason}", author=actor)
    return True


@transaction.atomic
def try_again(delivery_id: int, *, actor: Any, reason: str) -> bool:
    """Let a delivery that was refused for good be tried anew, now and to the contact's address of today.

    Nothing of it was ever accepted, so it is the same delivery; what was refused, and at which address,
    stays in its events. False, and nothing has changed, when it is no longer a failed one.
    """
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if row.state != State.FAILED:
        return False
    row.state, row.next_try_at = State.PENDING, timezone.now()
    row.save(update_fields=["state", "next_try_at"])
    append_events([row.pk], row.state, f"to be tried again: {reason}", author=actor)
    return True
