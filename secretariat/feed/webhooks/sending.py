"""Sending what is due to webhooks: a claim with a lease, a POST without a transaction, a record fenced by the token.

At least once: of a worker that dies between the receiver's answer and our record nobody knows what the receiver has,
so the message goes again, with the same webhook-id, by which receivers know it. One receiver is served by one lane at a
time, the oldest message first; after a failure the others go on, so order is not promised (and not needed: a message
says where to read, not what). A receiver that does not answer rests for a while, so it costs a lane one time-out.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.functions import TransactionNow
from django.db import connection, transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.functions import Now
from django.utils import timezone

from ...stopping import goes_on
from .acts import activate, secrets_of, switch_off, switch_off_lasting, tell_to_sync
from .bodies import body_of, is_proof, reader_of
from .models import Webhook, WebhookAttempt, WebhookMessage
from .posting import Answer, Resolve, post, resolved
from .rules.addresses import BadAddress, target_of
from .rules.retries import Verdict, pause_after, verdict_on, wish_in
from .rules.signature import signed
from .sealing import Unreadable

log = logging.getLogger(__name__)
State, Kind = WebhookMessage.State, WebhookMessage.Kind

WORKER = f"{socket.gethostname()}:{os.getpid()}"
BATCH = 20
MANY = 100  # more than so many waiting changes are told by one message
# The tick comes again in seconds; a worker has more to do than this.
SECONDS_AT_ONCE = 20
AGENT = "secretariat-webhooks/1"


def send_due(*, resolve: Resolve = resolved) -> int:
    """Send all that is due now; returns how many were taken. Harmless to run twice, late, or in many processes."""
    reap()
    switch_off_lasting()
    until = time.monotonic() + SECONDS_AT_ONCE
    if not _webhooks_due().exists():
        return 0
    with ThreadPoolExecutor(settings.WEBHOOK_LANES) as pool:
        lanes = [pool.submit(_lane, resolve, until) for _lane_number in range(settings.WEBHOOK_LANES)]
    return sum(lane.result() for lane in lanes)


def _lane(resolve: Resolve, until: float) -> int:
    taken = 0
    try:
        while goes_on() and time.monotonic() < until:
            webhook, batch = claim()
            if webhook is None:
                break
            taken += _send_batch(webhook, batch, resolve)
    finally:
        connection.close()  # the thread's own
    return taken


def _due() -> QuerySet[WebhookMessage]:
    settled = Now() - timedelta(seconds=settings.WEBHOOK_SETTLE_SECONDS)
    rested = Q(webhook__rests_until=None) | Q(webhook__rests_until__lte=Now())
    told = Q(webhook__state=Webhook.State.ACTIVE) & rested
    fresh = Q(kind=Kind.CHANGED, tries=0, created_at__gt=settled)
    return WebhookMessage.objects.filter(
        told | Q(kind=Kind.PING), state__in=WebhookMessage.WAITING, next_try_at__lte=Now()
    ).exclude(fresh)


def _webhooks_due() -> QuerySet[Webhook]:
    mine = {"webhook": OuterRef("pk")}
    leased = WebhookMessage.objects.filter(**mine, state=State.CLAIMED, lease_until__gt=Now())
    return Webhook.objects.filter(Exists(_due().filter(**mine)), ~Exists(leased))


@transaction.atomic
def claim() -> tuple[Webhook | None, list[WebhookMessage]]:
    """A webhook that nobody serves and that something is due for, and that, under a lease and a token of our own.

    None when there is no such webhook; an empty list when another worker was faster.
    """
    webhook = (
        _webhooks_due()
        .select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("system__feed")
        .order_by(F("rests_until").asc(nulls_first=True), "pk")
        .first()
    )
    # Asked again under the lock: a claim that was committed after we had looked holds no lock any more.
    if webhook is None or webhook.messages.filter(state=State.CLAIMED, lease_until__gt=Now()).exists():
        return webhook, []
    due = _due().filter(webhook=webhook)
    if due.filter(kind=Kind.CHANGED).count() > MANY:
        tell_to_sync(webhook)
    # Pings first: somebody waits for them.
    rows = list(
        due.select_for_update(skip_locked=True, of=("self",)).order_by(
            Case(When(kind=Kind.PING, then=0), default=1), "pk"
        )[:BATCH]
    )
    token, lease = uuid.uuid4(), timedelta(seconds=settings.LEASE_SECONDS)
    WebhookMessage.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=State.CLAIMED, token=token, lease_until=Now() + lease
    )
    for row in rows:
        row.state, row.token = State.CLAIMED, token
    return webhook, rows


def _send_batch(webhook: Webhook, batch: list[WebhookMessage], resolve: Resolve) -> int:
    deadline = time.monotonic() + settings.LEASE_SECONDS / 2
    taken = 0
    for position, message in enumerate(batch):
        if not goes_on() or time.monotonic() > deadline or not _is_ours(message):
            release(batch[position:])
            break
        verdict = _send_one(webhook, message, resolve)
        taken += verdict.fate == "taken"
        if verdict.fate == "gone" or verdict.rest:
            release(batch[position + 1 :])
            break
    return taken


def _is_ours(message: WebhookMessage) -> bool:
    """Whether the lease still holds and the webhook is still to be told, by the database's clock."""
    told = Q(kind=Kind.PING) | Q(webhook__state=Webhook.State.ACTIVE)
    return WebhookMessage.objects.filter(
        told, pk=message.pk, token=message.token, lease_until__gt=Now()
    ).exists()


def _send_one(webhook: Webhook, message: WebhookMessage, resolve: Resolve) -> Verdict:
    now = timezone.now()
    try:
        body = body_of(message, reader_of(webhook))
        if body is None:
            _record(message, State.OVERTAKEN, Answer(None, "no longer true when its turn came", 0))
            return Verdict("retry")
        target = target_of(webhook.url, may_loop=settings.WEBHOOK_TO_LOOPBACK)
        headers = signed(message.public_id, int(now.timestamp()), body, secrets_of(webhook, now))
    except (BadAddress, Unreadable) as refusal:
        answer = Answer(None, f"not sent: {type(refusal).__name__} {refusal}", 0)
    else:
        headers |= {"content-type": "application/json", "user-agent": AGENT}
        loop = settings.WEBHOOK_TO_LOOPBACK
        answer = post(target, body, headers, seconds=settings.WEBHOOK_TIMEOUT, may_loop=loop, resolve=resolve)
    wish = wish_in(answer.wish, now)
    verdict = verdict_on(answer.status, wish)
    if message.kind == Kind.PING:
        _finish_ping(webhook, message, answer, verdict)
        return verdict
    _finish(webhook, message, answer, verdict, wish)
    if verdict.fate == "gone":
        switch_off(webhook.pk, Webhook.Why.GONE)
    return verdict


@transaction.atomic
def _finish(
    webhook: Webhook, message: WebhookMessage, answer: Answer, verdict: Verdict, wish: timedelta | None
) -> None:
    locked = Webhook.objects.select_for_update(of=("self",), no_key=True).select_related("system")
    webhook = locked.get(pk=webhook.pk)
    if verdict.fate == "taken":
        if not _record(message, State.TAKEN, answer, tried=True):
            return
        gave_up = webhook.messages.filter(state=State.FAILED, next_try_at__gte=webhook.failing_since or Now())
        if webhook.failing_since and gave_up.exclude(kind=Kind.PING).exists():
            tell_to_sync(webhook)  # what was given up meanwhile is told by a sync
        Webhook.objects.filter(pk=webhook.pk).update(taken_at=Now(), failing_since=None, rests_until=None)
        return
    pause = None if verdict.fate == "gone" else pause_after(message.tries + 1, random.random(), wish)  # noqa: S311
    state = State.FAILED if pause is None else State.DEFERRED
    if _record(message, state, answer, tried=True, pause=pause):
        rests = {"rests_until": Now() + verdict.rest} if verdict.rest else {}
        since = (
            {} if webhook.failing_since else {"failing_since": TransactionNow()}
        )  # before what this one gives up
        if rests or since:
            Webhook.objects.filter(pk=webhook.pk).update(**rests, **since)


@transaction.atomic
def _finish_ping(webhook: Webhook, message: WebhookMessage, answer: Answer, verdict: Verdict) -> None:
    """A test is tried once. The first one that is answered with its challenge begins the telling."""
    locked = Webhook.objects.select_for_update(of=("self",), no_key=True).select_related("system")
    webhook = locked.get(pk=webhook.pk)
    is_good = verdict.fate == "taken"
    if is_good and webhook.state == Webhook.State.UNPROVED and not is_proof(answer.body, message):
        is_good = False
        answer = Answer(answer.status, f"answered without the challenge: {answer.text}", answer.milliseconds)
    if not _record(message, State.TAKEN if is_good else State.FAILED, answer, tried=True):
        return
    if is_good and webhook.state == Webhook.State.UNPROVED:
        activate(webhook)
    if is_good:
        Webhook.objects.filter(pk=webhook.pk).update(taken_at=Now())


@transaction.atomic
def _record(
    message: WebhookMessage,
    state: str,
    answer: Answer,
    *,
    tried: bool = False,
    pause: timedelta | None = None,
) -> bool:
    """Write what became of a message that we hold, and its attempt; of one that is another's by now nothing."""
    ours = WebhookMessage.objects.filter(pk=message.pk, token=message.token, state=State.CLAIMED)
    if not ours.update(
        state=state,
        token=None,
        lease_until=None,
        tries=F("tries") + int(tried),
        next_try_at=Now() + (pause or timedelta(0)),
    ):
        log.warning("webhook message %s: its lease had run out before the answer", message.pk)
        return False
    WebhookAttempt.objects.create(
        message=message,
        state=state,
        status=answer.status,
        milliseconds=answer.milliseconds,
        detail=answer.text[:500],
        worker=WORKER,
    )
    return True


def release(rows: list[WebhookMessage]) -> None:
    """Give claimed messages back; none of them has left us."""
    for token in {row.token for row in rows}:
        WebhookMessage.objects.filter(
            pk__in=[row.pk for row in rows], token=token, state=State.CLAIMED
        ).update(state=State.PENDING, token=None, lease_until=None)


@transaction.atomic
def reap() -> None:
    """Messages of a worker that is gone: they may have arrived, and go again with the same id."""
    gone = WebhookMessage.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=State.CLAIMED, lease_until__lt=Now()
    )
    ids = list(gone.values_list("pk", flat=True))
    WebhookMessage.objects.filter(pk__in=ids).update(state=State.PENDING, token=None, lease_until=None)
    WebhookAttempt.objects.bulk_create(
        WebhookAttempt(message_id=pk, state=State.PENDING, detail="its worker is gone", worker=WORKER)
        for pk in ids
    )
