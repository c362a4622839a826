"""What staff do with a mail by hand: hold it, release it, send it again, have a look at it in their own mailbox."""

from __future__ import annotations

import time
from collections.abc import Collection
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from meetings.papers.naming import read_by

from .digesting import reconcile_digests
from .ledger import reconcile_deliveries, scopes_of, still_wanted
from .message import sender_address, trial_bytes
from .models import Delivery, append_events
from .smtp import Connection, Outcome

State = Delivery.State
TEST_SECONDS = 60


@transaction.atomic
def hold(delivery_ids: Collection[int], *, actor: Any, reason: str) -> int:
    """Keep these mails back until they are released; one that becomes untrue is cancelled as any other.

    Returns how many; one that is being sent, or was, is left alone.
    """
    rows = _locked(Delivery.objects.waiting().filter(is_held=False), delivery_ids)
    for row in rows:
        # Taken from the worker that has it: without its token it cannot begin to send.
        if row.state == State.CLAIMED:
            row.state = State.PENDING
        row.is_held, row.token, row.lease_until = True, None, None
    Delivery.objects.bulk_update(rows, ["state", "is_held", "token", "lease_until"], batch_size=1000)
    _record(rows, f"held: {reason}", actor)
    _digest_anew(rows)
    return len(rows)


@transaction.atomic
def release(delivery_ids: Collection[int], *, actor: Any, reason: str) -> int:
    """Let held mails go when their hour comes, at once when it is past; those untrue by now are cancelled."""
    rows = _locked(Delivery.objects.held(), delivery_ids)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(is_held=False)
    _record(rows, f"released: {reason}", actor)
    for subject, ids in scopes_of(rows):
        reconcile_deliveries(subject, ids)
    _digest_anew(rows)
    return len(rows)


def _digest_anew(rows: Collection[Delivery]) -> None:
    """Let the digests follow: what is held is not told in one, and one of nothing does not go."""
    days = {(row.contact_id, row.planned_on) for row in rows if row.is_item}
    reconcile_digests({contact for contact, _day in days}, days)


@transaction.atomic
def send_again(delivery_ids: Collection[int], *, actor: Any, reason: str) -> int:
    """Send the text of these sent mails again, each as a new delivery that is linked to it; what was sent stays.

    Returns how many; none of a mail that is no longer true, nor while another copy of it is under way.
    """
    now = timezone.now()
    rows = _locked(Delivery.objects.filter(state=State.SENT), delivery_ids)
    under_way = set(Delivery.objects.under_way().filter(resends__in=rows).values_list("resends", flat=True))
    true = still_wanted(rows, now) - under_way if rows else set()
    originals = [row for row in rows if row.pk in true]
    copies = Delivery.objects.bulk_create(_copy_of(row, now, reason) for row in originals)
    _record(copies, f"sent again: {reason}", actor)
    for row, copy in zip(originals, copies, strict=True):
        append_events([row.pk], row.state, f"sent again as {copy.message_id}: {reason}", author=actor)
    return len(copies)


def _copy_of(row: Delivery, now: datetime, reason: str) -> Delivery:
    local = now.astimezone(ZoneInfo(row.zone))
    kept = (
        *("kind", "meeting_id", "due_id", "silence_id", "term_id", "agenda_id", "contact_id", "sequence"),
        *(
            "offset_code",
            "says_due_at",
            "was_due_at",
            "zone",
            "expires_at",
            "language",
            "subject",
            "text",
            "html",
        ),
    )
    copy = Delivery(
        **{name: getattr(row, name) for name in kept},
        reason=f"sent again: {reason}"[:300],
        planned_on=local.date(),
        planned_hour=local.time().replace(microsecond=0),
        planned_at=now,
        next_try_at=now,
        dated_at=now.replace(microsecond=0),
        in_reply_to=row.message_id,
        resends=row,
    )
    copy.message_id = f"<rem-{copy.uid.hex}.{copy.sequence}@{settings.MESSAGE_ID_DOMAIN}>"
    return copy


def send_test(row: Delivery, *, actor: Any, reason: str) -> Outcome:
    """Send the mail of `row` to the one who asks, marked as a test; the contact gets nothing.

    Needs the actor's address. What became of it stands in the record of the delivery, which stays as it is. Raises
    PermissionDenied, where it speaks of a paper that the actor may not read.
    """
    with read_by(lambda: actor):
        if row.is_withheld:
            raise PermissionDenied
    body = trial_bytes(row, actor.get_full_name() or actor.get_username(), actor.email)
    with Connection() as smtp:
        deadline = time.monotonic() + TEST_SECONDS
        outcome = smtp.send(sender_address(), actor.email, body, commit=lambda: True, deadline=deadline)
    told = "test sent to" if outcome.fate == "accepted" else f"test not sent ({outcome.reply}) to"
    append_events([row.pk], row.state, f"{told} {actor.email}: {reason}", author=actor)
    return outcome


def _locked(rows: Any, delivery_ids: Collection[int]) -> list[Delivery]:
    # In one order, so that two who act at once do not wait for each other in a ring.
    rows = rows.select_for_update(of=("self",)).filter(pk__in=delivery_ids)
    return list(rows.select_related("term__seat").order_by("pk"))


def _record(rows: Collection[Delivery], detail: str, actor: Any) -> None:
    for state in {row.state for row in rows}:
        append_events([row.pk for row in rows if row.state == state], state, detail, author=actor)
