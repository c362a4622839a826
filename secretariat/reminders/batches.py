"""The mails of one claim, one after the other over one connection: written, begun, sent, recorded.

One bad row fails alone, and is shown as failed.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from .bounces.addresses import return_path
from .bounces.recording import record_refusal
from .claiming import BARRED, WORKER, release
from .digesting import begin_digest, give_back_items
from .domains import domain_of, slow_down
from .ledger import TOO_LATE, still_wanted
from .message import Rendered, render, sender_address
from .models import Delivery, DeliveryEvent, append_events
from .outage import AWAY, through_an_outage
from .plan.refusals import pause_minutes
from .server import Server
from .smtp import Connection, Outcome
from .statements import begin_sending, finish

log = logging.getLogger(__name__)
State = Delivery.State

AT_ONCE = None  # as due as it was: an hour of our own might be that of a clock which is put right
BUSY = timedelta(seconds=5)
UNREACHABLE = timedelta(seconds=20)
BARRED_MINUTES = 5  # at most: it may be our server's fault, and that is mended for all at once


class Ahead:
    """Writes the mails of a batch, one ahead of the one on the wire: the server's time is used for it."""

    def __init__(self, left: list[Delivery]) -> None:
        self._left = left  # the last one is on the wire
        self._row: Delivery | None = None
        self._written: Rendered | Exception = LookupError()

    def write(self) -> None:
        """Write the next mail, if there is one; raises nothing."""
        if len(self._left) > 1:
            self._write(self._left[-2])

    def _write(self, row: Delivery) -> None:
        self._row = row
        try:
            self._written = render(row)
        except Exception as error:  # one bad row must not stop the others; the row will say what is wrong
            self._written = error

    def take(self, row: Delivery) -> Rendered:
        """Its mail. Raises what writing it raised."""
        if self._row is not row:
            self._write(row)
        if isinstance(self._written, Exception):
            raise self._written
        return self._written


class Batch:
    """Rows under one lease."""

    def __init__(self, rows: list[Delivery], smtp: Connection, keep_on: Callable[[], bool]) -> None:
        self._left, self._smtp, self._keep_on = list(reversed(rows)), smtp, keep_on
        self._ahead = Ahead(self._left)
        self._deadline = time.monotonic() + settings.LEASE_SECONDS / 2
        self._is_over = False  # the lease, by the database's clock

    def send(self, server: Server) -> bool:
        """Send them; returns whether to go on with more.

        server: told of each outcome, and knows whether our mail server takes more. What is not sent then, or when the
        lease ends or nobody wants to keep on, is given back at once.
        """
        try:
            return self._send(self._left, server)
        finally:
            if self._left:
                through_an_outage(lambda: release(self._left))

    def _send(self, left: list[Delivery], server: Server) -> bool:
        patient: set[str] = set()  # domains that asked for patience twice
        while left:
            if not self._keep_on():
                return False
            if self._is_over or time.monotonic() > self._deadline:
                return True
            row = left[-1]
            domain = domain_of(row)
            if domain in patient or not server.tries(domain):
                release([row])
                left.pop()
                continue
            outcome = self._send_one(row)
            left.pop()
            if outcome.is_hasty and slow_down(domain, outcome.reply):
                patient.add(domain)
            if not server.takes_on(outcome, domain):
                log.warning("our mail server takes no mail, %d more wait", len(left))
                return False
            if outcome.fate == "barred":  # the others of its domain come last
                left.sort(key=lambda row: domain_of(row) != domain)
        return True

    def _send_one(self, row: Delivery) -> Outcome:
        try:
            rendered = self._ahead.take(row)
        except AWAY:  # no fault of the row's
            through_an_outage(lambda: release([row], detail="the database was lost before it was written"))
            return Outcome("late")
        except Exception as error:
            log.exception("delivery %s cannot be written", row.uid)
            outcome = Outcome("broken", f"cannot be written: {type(error).__name__}: {error}")
        else:
            outcome = self._told(row, rendered)
        self._recorded(row, outcome)
        return outcome

    def _told(self, row: Delivery, rendered: Rendered) -> Outcome:
        try:
            return self._smtp.send(
                return_path(row.uid) if settings.BOUNCE_ADDRESS else sender_address(),
                row.contact.email,
                rendered.body,
                commit=lambda: self._begin(row, rendered),
                deadline=self._deadline,
                meanwhile=self._ahead.write,
            )
        except AWAY as error:
            # The database did not say whether it kept the intent. The text was not sent, and that it says in any case.
            self._smtp.close()
            return Outcome("late", f"the database was lost before the text: {type(error).__name__}")
        except Exception as error:  # raised before the text: behind it the conversation raises nothing
            log.exception("delivery %s cannot be sent", row.uid)
            self._smtp.close()
            return Outcome("broken", f"cannot be sent: {type(error).__name__}: {error}")

    def _begin(self, row: Delivery, rendered: Rendered) -> bool:
        """The point of no return, if the row is ours, as it was written, and true. What is not begun goes on waiting,
        save what is no longer true."""
        is_copy = row.kind == Delivery.Kind.DIGEST and row.resends_id is not None
        if is_copy and not still_wanted([row], timezone.now()):
            begun = "untrue"  # a copy says what was sent, whatever became of it since
        elif row.kind == Delivery.Kind.DIGEST:
            begun = begin_digest(row, rendered)
        else:
            begun = begin_sending(row, rendered)
        match begun:
            case "begun":
                row.attempts += 1
                return True
            case "busy":
                self._put_back(row, "its items changed", BUSY)
            case "edited":
                self._put_back(row, "its contact was edited, it is written anew")
            case "lease over":
                self._is_over = True
                self._put_back(row, "its lease ended before it was sent")
            case "untrue":
                if not _lapse(row):
                    detail = "no longer true when its turn came"
                    finish(row, State.CANCELLED, detail, WORKER, only_claimed=True)
        return False

    def _put_back(self, row: Delivery, detail: str, pause: timedelta | None = AT_ONCE) -> None:
        finish(row, State.PENDING, detail, WORKER, pause=pause, only_claimed=True)

    def _recorded(self, row: Delivery, outcome: Outcome) -> None:
        """Write what became of it. Where that cannot be written, as much as is known; else its lease ends by itself."""
        try:
            through_an_outage(lambda: _record(row, outcome))
        except AWAY:
            raise
        except Exception as error:
            log.exception("what became of delivery %s cannot be written: %s", row.uid, outcome)
            may_be_there = outcome.fate in ("accepted", "unknown")
            state = State.UNCERTAIN if may_be_there else State.FAILED
            try:
                finish(row, state, f"cannot be recorded: {type(error).__name__}: {error}", WORKER)
            except Exception:
                log.exception("delivery %s is left to the end of its lease", row.uid)


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
    if row.kind == Delivery.Kind.DIGEST and outcome.fate in ("refused", "retry", "barred", "late", "broken"):
        give_back_items(row)
    match outcome.fate:
        case "accepted":
            finish(row, State.SENT, outcome.reply, WORKER)
        case "refused":
            finish(row, State.FAILED, outcome.reply, WORKER)
            if outcome.whose == "address":
                record_refusal(row, outcome.reply)
        case "broken":
            finish(row, State.FAILED, outcome.reply, WORKER)
        case "unknown":
            finish(row, State.UNCERTAIN, outcome.reply, WORKER)
        case "retry":
            finish(row, State.DEFERRED, outcome.reply, WORKER, pause=_spread(pause_minutes(_put_off(row))))
        case "barred":
            minutes = min(pause_minutes(_barred(row)), BARRED_MINUTES)
            finish(row, State.DEFERRED, f"{BARRED}{outcome.reply}", WORKER, pause=_spread(minutes))
        case "unreachable":
            # Only the one that was tried waits, lest it stop the others for ever; they keep their order.
            finish(row, State.PENDING, outcome.reply, WORKER, pause=UNREACHABLE, only_claimed=True)
        case "late":
            # The slowness was ours and not the server's: nothing is gained by waiting.
            finish(row, State.PENDING, outcome.reply, WORKER, pause=AT_ONCE)


def _put_off(row: Delivery) -> int:
    """How often it was put off before, by its own recipient's server or for its own sake."""
    events = DeliveryEvent.objects.filter(delivery=row, state=State.DEFERRED)
    return events.exclude(detail__startswith=BARRED).count()


def _barred(row: Delivery) -> int:
    """How often our own server barred it before."""
    events = DeliveryEvent.objects.filter(delivery=row, state=State.DEFERRED)
    return events.filter(detail__startswith=BARRED).count()


def _spread(minutes: int) -> timedelta:
    """By a fifth, so that a recovered server is not met by all at once."""
    return timedelta(minutes=minutes * random.uniform(0.8, 1.2))  # noqa: S311
