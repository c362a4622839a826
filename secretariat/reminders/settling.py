"""Settling what is uncertain: did a message arrive whose answer was lost?

By evidence where there is any (the local mailbox is its own log, by Message-ID), else by a person, with a
reason. Only an invitation is sent again without either: its UID and SEQUENCE make of two one (RFC 5546 §2.1.5).
"""

from __future__ import annotations

import mailbox
from collections.abc import Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.db.models.functions import Now
from django.utils import timezone

from .digesting import give_back_items
from .ledger import reconcile_deliveries, scopes_of
from .models import Delivery, DeliveryEvent, append_events
from .subjects.invitations import INVITATIONS

State = Delivery.State

# How long an answer to the text may take (RFC 5321 §4.5.3.2.6).
GRACE = timedelta(minutes=10)
INVITATION_ATTEMPTS = 3
RESENT_BY_POLICY = "sent again by the policy for invitations: the same UID and SEQUENCE twice are one"


def settle_uncertain() -> int:
    """Settle by the local mailbox, or by the policy for invitations, what can be; returns how many rows."""
    return _settle_by_mailbox() if settings.MAILBOX_DIR else _resend_invitations()


def _settle_by_mailbox() -> int:
    rows = list(Delivery.objects.filter(state=State.UNCERTAIN))
    if not rows:
        return 0
    arrived = _message_ids(Path(settings.MAILBOX_DIR))
    why: dict[str, Any] = {"actor": None, "reason": "looked up in the local mailbox"}
    for found in (True, False):
        settle([row.pk for row in rows if (row.message_id in arrived) is found], arrived=found, **why)
    return len(rows)


def _resend_invitations() -> int:
    """Those whose answer can come no more; after the last attempt a person looks at them as at any other."""
    rows = Delivery.objects.filter(INVITATIONS, state=State.UNCERTAIN, attempts__lt=INVITATION_ATTEMPTS)
    keys = rows.annotate(since=Max("events__at")).filter(since__lt=Now() - GRACE)
    why: dict[str, Any] = {"actor": None, "reason": RESENT_BY_POLICY}
    return settle(list(keys.values_list("pk", flat=True)), arrived=False, **why)


def _message_ids(folder: Path) -> set[str]:
    if not (folder / "cur").is_dir():
        return set()
    return {str(message["Message-ID"]).strip() for message in mailbox.Maildir(folder, create=False)}


@transaction.atomic
def settle(delivery_ids: Collection[int], *, arrived: bool, actor: Any, reason: str) -> int:
    """Record that uncertain messages arrived, or send the same, with the same Message-IDs, again.

    Returns how many; one that is no longer uncertain is left alone, one that became untrue is not sent.
    """
    # Items before their digest, as everybody locks them.
    items = Delivery.objects.select_for_update(of=("self",)).filter(digest__in=delivery_ids)
    carried = list(items.select_related("term__seat").defer("text", "html").order_by("pk"))
    rows = _locked(delivery_ids, State.UNCERTAIN)
    given_back: set[int] = set()
    for row in rows:
        if not arrived and row.kind == Delivery.Kind.DIGEST and row.resends_id is None:
            give_back_items(row)
            row.dated_at = None
            given_back.add(row.pk)
        if arrived:
            row.state, row.sent_at = State.SENT, row.dated_at or timezone.now()
        else:
            row.state, row.next_try_at = State.PENDING, timezone.now()
    _write(rows, f"settled: {reason}", actor)
    # Of what a digest did not tell after all, only what still holds is told in it.
    for subject, ids in scopes_of(item for item in carried if item.digest_id in given_back):
        reconcile_deliveries(subject, ids)
    return len(rows)


@transaction.atomic
def try_again(delivery_ids: Collection[int], *, actor: Any, reason: str) -> int:
    """Let deliveries that were refused for good be tried anew, now and to the contacts' addresses of today.

    Nothing of them was ever accepted, so they are the same deliveries; what was refused, and at which address,
    stays in their events. Returns how many; the others had not failed, or not any more.
    """
    rows = _locked(delivery_ids, State.FAILED)
    uncertain = DeliveryEvent.objects.filter(delivery__in=rows, state=State.UNCERTAIN)
    may_have_arrived = set(uncertain.values_list("delivery", flat=True))
    for row in rows:
        row.state, row.next_try_at = State.PENDING, timezone.now()
        if row.resends_id is None and row.pk not in may_have_arrived:
            row.dated_at = None  # written anew: what was refused may no longer hold
    _write(rows, f"to be tried again: {reason}", actor)
    return len(rows)


@transaction.atomic
def note_lapse(delivery_ids: Collection[int], *, actor: Any, reason: str) -> int:
    """Record what was done about mails that were not sent in time; nothing is sent. Returns how many were noted."""
    rows = _locked(delivery_ids, State.LAPSED)
    for row in rows:
        row.state = State.CANCELLED
    _write(rows, f"not sent in time: {reason}", actor)
    return len(rows)


def _locked(delivery_ids: Collection[int], state: str) -> list[Delivery]:
    # In one order, so that two who settle at once do not wait for each other in a ring.
    rows = Delivery.objects.select_for_update(of=("self",)).filter(pk__in=delivery_ids, state=state)
    return list(rows.select_related("term__seat").defer("text", "html").order_by("pk"))


def _write(rows: list[Delivery], detail: str, actor: Any) -> None:
    """Store what became of the rows; those that are to go out again are held against the plan first."""
    Delivery.objects.bulk_update(rows, ["state", "sent_at", "next_try_at", "dated_at"], batch_size=1000)
    for state in {row.state for row in rows}:
        append_events([row.pk for row in rows if row.state == state], state, detail, author=actor)
    for subject, ids in scopes_of(row for row in rows if row.state == State.PENDING):
        reconcile_deliveries(subject, ids)
