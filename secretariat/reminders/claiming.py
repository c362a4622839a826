"""Who has which rows of the ledger: claimed under a lease and a token, given back, taken from who is gone.

By `FOR UPDATE SKIP LOCKED`; due and lease are judged by the database's clock, since workers' may differ.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Collection
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Func, Value
from django.db.models.functions import Lower, Now

from .domains import in_pace, waiting_domains
from .letters import RELATED
from .models import Delivery, append_events

State = Delivery.State

WORKER = f"{socket.gethostname()}:{os.getpid()}"


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


@transaction.atomic
def release(
    rows: Collection[Delivery], *, after: timedelta = timedelta(0), detail: str = "given back"
) -> None:
    """Give rows of one claim back, to be tried after `after`; none of them has left us, and some may be another's."""
    ours = Delivery.objects.select_for_update().filter(
        pk__in=[row.pk for row in rows], token__in={row.token for row in rows}, state=State.CLAIMED
    )
    keys = list(ours.order_by("pk").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=keys).update(
        state=State.PENDING, token=None, lease_until=None, next_try_at=Now() + after
    )
    append_events(keys, State.PENDING, detail, WORKER)


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
