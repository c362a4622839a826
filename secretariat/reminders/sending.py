"""Claiming what is due and sending it: `FOR UPDATE SKIP LOCKED`, a lease, a commit before every DATA.

The broker rings the bell; only this ledger knows what is due. Clocks: due and lease are judged by the
database's, since workers' may differ.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import time
import uuid
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from meetings.models import Contact, Due

from .message import Rendered, render, sender_address
from .models import Delivery, append_events
from .settling import settle_uncertain
from .smtp import Connection, Outcome

log = logging.getLogger(__name__)
State = Delivery.State

WORKER = f"{socket.gethostname()}:{os.getpid()}"
RETRY_MINUTES = (1, 2, 4, 8, 15, 30, 60)
UNREACHABLE_SECONDS = 20


def send_due(*, keep_on: Callable[[], bool] = lambda: True) -> int:
    """Send all that is due now; returns how many were taken by the mail server.

    Harmless to run twice, late, or in many processes. keep_on: asked between messages; when it says no the
    rest of the claim is given back at once.
    """
    reap()
    settle_uncertain()
    sent = 0
    with Connection() as smtp:
        while keep_on():
            batch = claim(settings.DELIVERY_BATCH)
            if not batch:
                break
            done, reachable = _send_batch(smtp, batch, keep_on)
            sent += done
            if not reachable:
                break
    return sent


@transaction.atomic
def claim(limit: int) -> list[Delivery]:
    """Take up to `limit` due rows, the earliest deadline first, under a lease and a token of our own."""
    rows = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state__in=[State.PENDING, State.DEFERRED], next_try_at__lte=Now())
        .select_related(
            "contact__ministry__state",
            "due__deadline",
            "due__state",
            "meeting__track__mechanism",
            "meeting__host",
        )
        .order_by("expires_at", "pk")[:limit]
    )
    token = uuid.uuid4()
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.CLAIMED, token=token, lease_until=Now() + lease
    )
    for row in rows:
        row.state, row.token = State.CLAIMED, token
    return rows


def _send_batch(smtp: Connection, batch: list[Delivery], keep_on: Callable[[], bool]) -> tuple[int, bool]:
    """How many were accepted, and whether there is a server to go on with."""
    deadline = time.monotonic() + settings.LEASE_SECONDS / 2
    sent = 0
    for position, row in enumerate(batch):
        if not keep_on() or time.monotonic() > deadline:
            release(batch[position:])
            return sent, keep_on()
        outcome = _send_one(smtp, row, deadline)
        sent += outcome.fate == "accepted"
        if outcome.fate == "unreachable":
            release(batch[position:], after=timedelta(seconds=UNREACHABLE_SECONDS), detail=outcome.reply)
            log.warning("mail server unreachable, %d deliveries wait", len(batch) - position)
            return sent, False
    return sent, True


def _send_one(smtp: Connection, row: Delivery, deadline: float) -> Outcome:
    try:
        rendered = render(row)
    except Exception as error:  # one bad row must not stop the others; the row says what is wrong
        log.exception("delivery %s cannot be written", row.uid)
        _finish(row, State.FAILED, f"cannot be written: {type(error).__name__}: {error}"[:500])
        return Outcome("refused")
    outcome = smtp.send(
        sender_address(),
        row.contact.email,
        rendered.body,
        commit=lambda: begin_sending(row, rendered),
        deadline=deadline,
    )
    _record(row, outcome)
    return outcome


def begin_sending(row: Delivery, rendered: Rendered) -> bool:
    """The point of no return: commits that the message is being sent, if it is still ours and still true.

    Waits for a transaction that is moving the meeting, which holds the row locked.
    """
    still_true = Q(due__sequence=F("sequence")) & (
        Q(kind=Delivery.Kind.WITHDRAWN, due__status=Due.Status.WITHDRAWN)
        | (~Q(kind=Delivery.Kind.WITHDRAWN) & Q(due__status=Due.Status.OPEN))
    )
    in_office = Q(contact__in=Contact.objects.in_office_on(row.contact.day_at(timezone.now())))
    # The row's own columns stand in the outer condition: after waiting for a lock PostgreSQL looks at those
    # anew, at a subquery's rows it does not.
    ours = Delivery.objects.filter(
        pk=row.pk, token=row.token, state=State.CLAIMED, lease_until__gt=Now(), expires_at__gt=Now()
    )
    true = Delivery.objects.filter(still_true, in_office, pk=row.pk).values("pk")
    taken = not _is_overtaken(row) and ours.filter(pk__in=true).update(
        state=State.SENDING,
        attempts=F("attempts") + 1,
        recipient=row.contact.email,
        language=rendered.language,
        subject=rendered.subject,
        text=rendered.text,
        html=rendered.html,
        dated_at=rendered.dated_at,
        sha256=rendered.sha256,
    )
    if taken:
        row.attempts += 1
        return True
    _finish(row, State.CANCELLED, "no longer true when its turn came", only_if=State.CLAIMED)
    return False


def _is_overtaken(row: Delivery) -> bool:
    """Whether a newer reminder of the same due is due too: after an outage only the newest goes."""
    return (
        row.kind == Delivery.Kind.REMINDER
        and Delivery.objects.filter(
            kind=row.kind,
            due_id=row.due_id,
            contact_id=row.contact_id,
            planned_at__gt=row.planned_at,
            planned_at__lte=Now(),
        )
        .exclude(state=State.CANCELLED)
        .exists()
    )


def _record(row: Delivery, outcome: Outcome) -> None:
    match outcome.fate:
        case "accepted":
            _finish(row, State.SENT, outcome.reply, sent_at=Now())
        case "refused":
            _finish(row, State.FAILED, outcome.reply)
        case "unknown":
            _finish(row, State.UNCERTAIN, outcome.reply)
        case "retry":
            _finish(row, State.DEFERRED, outcome.reply, next_try_at=Now() + _pause(row.attempts))
        case "late":
            # The slowness was ours and not the server's: nothing is gained by waiting.
            _finish(row, State.PENDING, outcome.reply, next_try_at=Now())


def _pause(attempts: int) -> timedelta:
    """The wait before the next try; spread by a fifth, so that a recovered server is not met by all at once."""
    minutes = RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1]
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311


@transaction.atomic
def _finish(row: Delivery, state: str, reply: str, *, only_if: str | None = None, **values: object) -> None:
    """Write what became of a row we hold; a row that is no longer ours is left alone."""
    ours = Delivery.objects.filter(pk=row.pk, token=row.token)
    if only_if is not None:
        ours = ours.filter(state=only_if)
    if ours.update(state=state, reply=reply[:500], token=None, lease_until=None, **values):
        append_events([row.pk], state, reply, WORKER)


@transaction.atomic
def release(rows: list[Delivery], *, after: timedelta = timedelta(0), detail: str = "given back") -> None:
    """Give claimed rows back, to be tried after `after`; none of them has left us."""
    for row in rows:
        if Delivery.objects.filter(pk=row.pk, token=row.token, state=State.CLAIMED).update(
            state=State.PENDING, token=None, lease_until=None, next_try_at=Now() + after
        ):
            append_events([row.pk], State.PENDING, detail, WORKER)


@transaction.atomic
def reap() -> None:
    """Rows of a worker that is gone: a claimed one has not left us; one being sent may have."""
    gone = Delivery.objects.select_for_update(skip_locked=True).filter(lease_until__lt=Now())
    for state, becomes, detail in (
        (State.CLAIMED, State.PENDING, "its worker is gone"),
        (State.SENDING, State.UNCERTAIN, "its worker is gone while sending"),
    ):
        ids = list(gone.filter(state=state).values_list("pk", flat=True))
        if ids:
            Delivery.objects.filter(pk__in=ids).update(state=becomes, token=None, lease_until=None)
            append_events(ids, becomes, detail, WORKER)
