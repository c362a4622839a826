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
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.db.models import F, Func, Value
from django.db.models.functions import Lower, Now
from django.utils import timezone

from .bounces.addresses import return_path
from .bounces.recording import record_refusal
from .digesting import begin_digest, give_back_items
from .domains import PATIENCE, domain_of, in_pace, slow_down, waiting_domains
from .ledger import TOO_LATE, still_wanted
from .letters import RELATED
from .message import Rendered, render, sender_address
from .models import Delivery, append_events
from .outage import AWAY, through_an_outage
from .restoration import notice_restoration, remember_step
from .settling import settle_uncertain
from .smtp import Connection, Outcome
from .statements import begin_sending, finish

log = logging.getLogger(__name__)
State = Delivery.State

WORKER = f"{socket.gethostname()}:{os.getpid()}"
RETRY_MINUTES = (1, 2, 4, 8, 15, 30, 60)
UNREACHABLE_SECONDS = 20
BUSY = timedelta(seconds=5)


def send_due(*, keep_on: Callable[[], bool] = lambda: True) -> int:
    """Send all that is due now; returns how many were taken by the mail server.

    Harmless to run twice, late, or in many processes. keep_on: asked between messages; when it says no the
    rest of the claim is given back at once.
    """
    reap()
    settle_uncertain()
    if not Delivery.objects.due().exists():
        return 0
    notice_restoration()
    others = settings.MAIL_CONNECTIONS - 1
    lanes: list[Future[int]] = []
    with ThreadPoolExecutor(max(others, 1)) as pool:

        def open_lanes() -> None:
            if not lanes:
                lanes.extend(pool.submit(_send_beside, keep_on) for _lane in range(others))

        sent = _send_claims(keep_on, when_much=open_lanes)
    return sent + sum(lane.result() for lane in lanes)


def _send_beside(keep_on: Callable[[], bool]) -> int:
    """A further lane, in a thread: most of a mail's time is waiting for the mail server and for commits."""
    try:
        return _send_claims(keep_on)
    finally:
        connection.close()  # the thread's own


def _send_claims(keep_on: Callable[[], bool], when_much: Callable[[], None] = lambda: None) -> int:
    """Claim and send, over one connection, until nothing is due; returns how many were taken.

    when_much: called when more is due than one claim takes.
    """
    sent = 0
    with Connection() as smtp:
        # While there is nobody to send to nothing is claimed: it all waits in its order, and costs no event.
        while keep_on() and (smtp.is_open or (Delivery.objects.due().exists() and _reaches(smtp))):
            batch = claim(settings.DELIVERY_BATCH)
            if not batch:
                break
            if len(batch) == settings.DELIVERY_BATCH:
                when_much()
            done, reachable = _send_batch(smtp, batch, keep_on)
            sent += done
            remember_step()
            if not reachable:
                break
    return sent


def _reaches(smtp: Connection) -> bool:
    refusal = smtp.reach()
    if refusal:
        log.warning("mail server unreachable, all waits: %s", refusal)
    return not refusal


@transaction.atomic
def claim(limit: int) -> list[Delivery]:
    """Take up to `limit` due rows, the earliest deadline first, under a lease and a token of our own.

    What goes to a domain that is to be served slowly is taken in its pace alone.
    """
    due, waiting = Delivery.objects.due(), waiting_domains()
    if waiting:
        part = Func(
            F("contact__email"), Value("@"), Value(-1), function="split_part", output_field=models.TextField()
        )
        due = due.annotate(domain=Lower(part)).exclude(domain__in=waiting)
    rows = in_pace(
        list(
            due.select_for_update(skip_locked=True, of=("self",))
            .select_related("contact__ministry__state")
            .prefetch_related(*RELATED)
            .order_by("expires_at", "pk")[:limit]
        )
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
    sent, ahead = 0, Ahead(batch)
    patient: set[str] = set()  # domains that asked for patience twice
    for position, row in enumerate(batch):
        if domain_of(row) in patient:
            ahead.skip()
            release([row])
            continue
        if not keep_on() or time.monotonic() > deadline:
            release(batch[position:])
            return sent, keep_on()
        outcome = _send_one(smtp, row, ahead, deadline)
        sent += outcome.fate == "accepted"
        if outcome.fate == "retry" and outcome.reply.startswith(PATIENCE):
            patient |= {domain_of(row)} if slow_down(domain_of(row), outcome.reply) else set()
        if outcome.fate == "unreachable":
            # Only the one that was tried waits, lest it stop the others for ever; they keep their order.
            release([row], after=timedelta(seconds=UNREACHABLE_SECONDS), detail=outcome.reply)
            release(batch[position + 1 :])
            log.warning("mail server unreachable, %d deliveries wait", len(batch) - position)
            return sent, False
    return sent, True


class Ahead:
    """Writes the mails of a batch, one ahead of the one on the wire: the server's time is used for it."""

    def __init__(self, rows: list[Delivery]) -> None:
        self._rows = iter(rows)
        self._next: Rendered | Exception | None = None

    def write(self) -> None:
        """Write the next mail, if it is not written; raises nothing."""
        row = next(self._rows, None) if self._next is None else None
        if row is not None:
            try:
                self._next = render(row)
            except Exception as error:  # one bad row must not stop the others; the row will say what is wrong
                self._next = error

    def skip(self) -> None:
        """Leave the next mail out."""
        if self._next is None:
            next(self._rows, None)
        self._next = None

    def take(self) -> Rendered:
        """The next mail. Raises what writing it raised."""
        self.write()
        written, self._next = self._next, None
        if isinstance(written, Rendered):
            return written
        raise written or LookupError("no mail of this batch is left")


def _send_one(smtp: Connection, row: Delivery, ahead: Ahead, deadline: float) -> Outcome:
    try:
        rendered = ahead.take()
    except AWAY:  # no fault of the row's
        through_an_outage(lambda: release([row], detail="the database was lost before it was written"))
        return Outcome("late")
    except Exception as error:
        log.exception("delivery %s cannot be written", row.uid)
        finish(row, State.FAILED, f"cannot be written: {type(error).__name__}: {error}", WORKER)
        return Outcome("refused")
    try:
        outcome = smtp.send(
            return_path(row.uid) if settings.BOUNCE_ADDRESS else sender_address(),
            row.contact.email,
            rendered.body,
            commit=lambda: _begin(row, rendered),
            deadline=deadline,
            meanwhile=ahead.write,
        )
    except AWAY as error:
        # The database did not say whether it kept the intent. The text was not sent, and that it says in any case.
        smtp.close()
        outcome = Outcome("late", f"the database was lost before the text: {type(error).__name__}")
    through_an_outage(lambda: _record(row, outcome))
    return outcome


def _begin(row: Delivery, rendered: Rendered) -> bool:
    if (
        row.kind == Delivery.Kind.DIGEST
        and row.resends_id is not None
        and not still_wanted([row], timezone.now())
    ):
        begun = "untrue"  # a copy says what was sent, whatever became of it since
    elif row.kind == Delivery.Kind.DIGEST:
        begun = begin_digest(row, rendered)
    else:
        begun = "begun" if begin_sending(row, rendered) else "untrue"
    if begun == "busy":
        finish(row, State.PENDING, "its items changed", WORKER, pause=BUSY, only_claimed=True)
        return False
    if begun == "begun":
        row.attempts += 1
        return True
    if not _lapse(row):
        finish(row, State.CANCELLED, "no longer true when its turn came", WORKER, only_claimed=True)
    return False


@transaction.atomic
def _lapse(row: Delivery) -> bool:
    """End a row of ours whose time is over as one that staff must look at; returns whether it is such a row.

    What a later reminder or overdue notice says, or will say, is no loss.
    """
    ours = Delivery.objects.filter(pk=row.pk, token=row.token, state=State.CLAIMED, is_held=False)
    if Delivery.objects.later_than(row).exists():
        return False
    lapsed = ours.filter(expires_at__lte=Now()).update(state=State.LAPSED, token=None, lease_until=None)
    if lapsed:
        append_events([row.pk], State.LAPSED, TOO_LATE, WORKER)
    return bool(lapsed)


def _record(row: Delivery, outcome: Outcome) -> None:
    if row.kind == Delivery.Kind.DIGEST and outcome.fate in ("refused", "retry", "late"):
        give_back_items(row)
    match outcome.fate:
        case "accepted":
            finish(row, State.SENT, outcome.reply, WORKER)
        case "refused":
            finish(row, State.FAILED, outcome.reply, WORKER)
            record_refusal(row, outcome.reply)
        case "unknown":
            finish(row, State.UNCERTAIN, outcome.reply, WORKER)
        case "retry":
            finish(row, State.DEFERRED, outcome.reply, WORKER, pause=_pause(row.attempts))
        case "late":
            # The slowness was ours and not the server's: nothing is gained by waiting.
            finish(row, State.PENDING, outcome.reply, WORKER, pause=timedelta(0))


def _pause(attempts: int) -> timedelta:
    """The wait before the next try; spread by a fifth, so that a recovered server is not met by all at once."""
    minutes = RETRY_MINUTES[min(attempts, len(RETRY_MINUTES)) - 1]
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311


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
