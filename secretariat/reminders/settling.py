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
def settle(delivery_id: int, *, arrived: bool, actor: Any, reason: str) -> None:
    """Record that an uncertain message arrived, or send the same message, with the same Message-ID, again."""
    row = Delivery.objects.select_for_update(of=("self",)).get(pk=delivery_id)
    if row.state != State.UNCERTAIN:
        return
    who = f" ({actor})" if actor is not None else ""
    if arrived:
        row.state, row.sent_at = State.SENT, row.dated_at or timezone.now()
    else:
        row.state, row.next_try_at = State.PENDING, timezone.now()
    row.save(update_fields=["state", "sent_at", "next_try_at"])
    append_events([row.pk], row.state, f"settled: {reason}{who}")
