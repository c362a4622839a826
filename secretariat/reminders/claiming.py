"""Who has which rows of the ledger: claimed under a lease and a token, given back, taken from who is gone.

By `FOR UPDATE SKIP LOCKED`; due and lease are judged by the database's clock, since workers' may differ.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections import Counter
from collections.abc import Collection, Mapping
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Lower, Now

from .domains import domain_of, in_pace, waiting_domains
from .letters import RELATED
from .models import LONGEST_PAUSE, Delivery, append_events

State = Delivery.State

WORKER = f"{socket.gethostname()}:{os.getpid()}"
# What stands before the answer of our own server, where it takes no mail for a recipient.
BARRED = "refused by our own mail server: "
NONE: Mapping[str, int] = {}


DOMAIN = Lower(
    Func(F("contact__email"), Value("@"), Value(-1), function="split_part", output_field=models.TextField())
)


def barred_domains() -> set[str]:
    """The domains of those whom our own mail server barred when they were last tried."""
    barred = Delivery.objects.filter(
        state=State.DEFERRED, reply__startswith=BARRED, next_try_at__lte=Now() + LONGEST_PAUSE
    )
    return set(barred.annotate(domain=DOMAIN).order_by().values_list("domain", flat=True).distinct())


@transaction.atomic
def claim(limit: int, trials: Mapping[str, int] = NONE) -> list[Delivery]:
    """Take up to `limit` due rows, the earliest deadline first, under a lease and a token of our own.

    What goes to a domain that is to be served slowly is taken in its pace alone. trials: how many to each of these
    domains, after all others and first of all who was not tried lately.
    """
    due, order = Delivery.objects.due(), ["expires_at", "pk"]
    left_out = {*waiting_domains(), *(name for name, number in trials.items() if number <= 0)}
    if left_out or trials:
        due = due.annotate(domain=DOMAIN).exclude(domain__in=left_out)
    if trials:
        due = due.annotate(is_trial=Q(domain__in=list(trials)))
        # Who was tried waits from then on, the others since their hour.
        due = due.annotate(tried=Case(When(is_trial=True, then="next_try_at")))
        order = ["is_trial", "tried", *order]
    rows = list(
        due.select_for_update(skip_locked=True, of=("self",))
        .select_related("contact__ministry__state")
        .prefetch_related(*RELATED)
        .order_by(*order)[:limit]
    )
    rows = in_pace(_tried(rows, trials))
    token = uuid.uuid4()
    lease = timedelta(seconds=settings.LEASE_SECONDS)
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.CLAIMED, token=token, lease_until=Now() + lease
    )
    for row in rows:
        row.state, row.token = State.CLAIMED, token
    return rows


def _tried(rows: list[Delivery], trials: Mapping[str, int]) -> list[Delivery]:
    """The rows without those beyond the trials of their domain."""
    taken: Counter[str] = Counter()
    kept = []
    for row in rows:
        domain = domain_of(row)
        if taken[domain] < trials.get(domain, len(rows)):
            kept.append(row)
        taken[domain] += 1
    return kept


@transaction.atomic
def release(rows: Collection[Delivery], *, detail: str = "given back") -> None:
    """Give rows of one claim back, as due as they were; none of them has left us, and some may be another's."""
    ours = Delivery.objects.select_for_update().filter(
        pk__in=[row.pk for row in rows], token__in={row.token for row in rows}, state=State.CLAIMED
    )
    keys = list(ours.order_by("pk").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=keys).update(state=State.PENDING, token=None, lease_until=None)
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
