"""Sending what is due: a claim, a commit before every text, a record of every answer.

The broker rings the bell; only the ledger knows what is due. One bad row fails alone, and its mail is shown as failed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from django.conf import settings
from django.db import connection

from .batches import Batch
from .claiming import claim, reap
from .models import Delivery
from .outage import AWAY
from .relay import is_waited_for
from .restoration import notice_restoration, remember_step
from .server import Server
from .settling import settle_uncertain
from .smtp import Connection

log = logging.getLogger(__name__)


def send_due(*, keep_on: Callable[[], bool] = lambda: True) -> int:
    """Send all that is due now; returns how many were taken by the mail server.

    Harmless to run twice, late, or in many processes. keep_on: asked between messages; when it says no the
    rest of the claim is given back at once.
    """
    reap()
    _settle()
    if not Delivery.objects.due().exists() or is_waited_for():
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


def _settle() -> None:
    """What is uncertain stays so where it cannot be settled: that stops no other mail."""
    try:
        settle_uncertain()
    except AWAY:
        raise
    except Exception:
        log.exception("what is uncertain cannot be settled")


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
    server = Server()
    with Connection() as smtp:
        # While there is nobody to send to nothing is claimed: it all waits in its order, and costs no event.
        while keep_on() and (smtp.is_open or (Delivery.objects.due().exists() and server.is_reached(smtp))):
            rows = claim(settings.DELIVERY_BATCH, server.trials)
            if not rows:
                break
            if len(rows) == settings.DELIVERY_BATCH:
                when_much()
            goes_on = Batch(rows, smtp, keep_on).send(server)
            remember_step()
            if not goes_on:
                break
    server.end()
    return server.taken
