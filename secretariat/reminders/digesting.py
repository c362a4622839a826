"""Weekly digests in the ledger: a mail that carries items, which are rows of their own about what falls due.

An item is planned, cancelled and moved as any row, but never sent by itself. The digest of its day is there while it
has an item; it is taken anew from a worker when its items change, and from its point of no return on they are told.
Locks: items first, then their digest; the sender, who comes the other way, waits for none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Literal

import psycopg
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import Q

from .message import Rendered
from .models import Delivery, append_events
from .statements import Begun, begin_sending

State = Delivery.State
Day = tuple[int, date]  # a contact, and a day on its calendar
# A digest that waited longer than its week says nothing that the next one does not.
WEEK = timedelta(days=7)


def digest_readers() -> list[int]:
    """The contacts with an item, or with a digest, that is not sent yet."""
    rows = Delivery.objects.waiting().filter(Q(is_item=True) | Q(kind=Delivery.Kind.DIGEST))
    return sorted(set(rows.values_list("contact_id", flat=True)))


def reconcile_digests(contact_ids: Collection[int], changed: Collection[Day] = ()) -> list[str]:
    """The digests of these contacts, one for each day that has an item. A constant number of queries.

    changed: days whose items are others than before; what a worker has written of them is not sent.
    """
    if not contact_ids:
        return []
    waiting: dict[Day, Delivery] = {}
    for item in Delivery.objects.waiting_items().filter(contact__in=contact_ids).defer("text", "html"):
        waiting.setdefault((item.contact_id, item.planned_on), item)
    rows = Delivery.objects.select_for_update().filter(
        kind=Delivery.Kind.DIGEST, contact__in=contact_ids, resends=None
    )
    stored = {(row.contact_id, row.planned_on): row for row in rows.defer("text", "html").order_by("pk")}
    by_change: dict[str, list[Delivery]] = defaultdict(list)
    for day, row in stored.items():
        is_open = row.state in Delivery.UNSENT
        if day not in waiting and is_open:
            row.state, row.token, row.lease_until = State.CANCELLED, None, None
            by_change["cancelled"].append(row)
        elif day in waiting and (row.state in Delivery.ENDED or (is_open and day in changed)):
            what = "planned anew" if row.state in Delivery.ENDED else "changed"
            row.state, row.token, row.lease_until = State.PENDING, None, None
            by_change[what].append(row)
    known = [row for found in by_change.values() for row in found]
    Delivery.objects.bulk_update(known, ["state", "token", "lease_until"], batch_size=1000)
    new = [_digest_of(item) for day, item in waiting.items() if day not in stored]
    by_change["planned"] = Delivery.objects.bulk_create(new, batch_size=1000)
    for what, found in by_change.items():
        state = State.CANCELLED if what == "cancelled" else State.PENDING
        append_events([row.pk for row in found], state, f"{what}, after its items")
    return [
        f"{what} digest of {row.planned_on}"
        for what, found in by_change.items()
        if what != "changed"
        for row in found
    ]


def left_behind(items: Iterable[Delivery]) -> set[int]:
    """The keys of those items that wait for a digest which has gone without them, since they were held then."""
    waiting = [row for row in items if row.state in Delivery.UNSENT and not row.is_held]
    if not waiting:
        return set()
    gone = Delivery.objects.filter(
        kind=Delivery.Kind.DIGEST,
        resends=None,
        state__in=Delivery.TOLD,
        contact__in={row.contact_id for row in waiting},
    )
    days = set(gone.values_list("contact_id", "planned_on"))
    return {row.pk for row in waiting if (row.contact_id, row.planned_on) in days}


def _digest_of(item: Delivery) -> Delivery:
    row = Delivery(
        kind=Delivery.Kind.DIGEST,
        contact_id=item.contact_id,
        sequence=item.planned_on.toordinal(),
        reason="weekly digest of this contact",
        says_due_at=item.planned_at,
        planned_on=item.planned_on,
        planned_hour=item.planned_hour,
        zone=item.zone,
        planned_at=item.planned_at,
        next_try_at=item.planned_at,
        expires_at=item.planned_at + WEEK,
    )
    row.message_id = f"<rem-{row.uid.hex}.{row.sequence}@{settings.MESSAGE_ID_DOMAIN}>"
    return row


def begin_digest(row: Delivery, rendered: Rendered) -> Begun | Literal["busy"]:
    """As `begin_sending`, for a digest: all its items are told with it, or none and it is not sent.

    Busy when one of them changed since it was written, or is being changed: it is written anew.
    """
    try:
        with transaction.atomic():
            if row.carries is not None and not _carry(row):
                return "busy"
            begun = begin_sending(row, rendered)
            if begun != "begun":
                transaction.set_rollback(True)
            return begun
    except OperationalError as error:
        if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
            return "busy"
        raise  # the database is away, and may have kept the intent


def _carry(row: Delivery) -> bool:
    """Mark the items as told in this digest, if they are those that its text tells of."""
    said = [(item.pk, item.says_due_at) for item in row.carries or ()]
    with connection.cursor() as cursor:  # first, as who edits the contact holds it before its deliveries
        cursor.execute("SELECT FROM meetings_contact WHERE id = %s FOR SHARE NOWAIT", [row.contact_id])
    list(Delivery.objects.select_for_update(nowait=True).filter(pk=row.pk).values_list("pk"))
    items = Delivery.objects.in_digest(row).select_for_update(nowait=True)
    if not said or list(items.values_list("pk", "says_due_at")) != said:
        return False
    keys = [pk for pk, _says in said]
    Delivery.objects.filter(pk__in=keys).update(state=State.CARRIED, digest=row)
    append_events(keys, State.CARRIED, f"told in the digest {row.message_id}")
    return True


@transaction.atomic
def give_back_items(row: Delivery) -> None:
    """The digest certainly did not arrive: its items are not told, and it is written anew when it is tried again.

    Nothing of a digest that is no longer ours.
    """
    if row.resends_id is not None:
        return  # a copy carries nothing: it says what was sent
    keys = list(row.items.select_for_update().order_by("pk").values_list("pk", flat=True))
    if not Delivery.objects.select_for_update().filter(pk=row.pk, token=row.token).exists():
        return
    Delivery.objects.filter(pk__in=keys).update(state=State.PENDING, digest=None)
    append_events(keys, State.PENDING, "the digest did not arrive")
    Delivery.objects.filter(pk=row.pk).update(subject="", text="", html="", dated_at=None)
