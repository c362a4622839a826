"""Noticing that the database was restored from a backup: what is due may have been sent since the backup was made.

Two witnesses, since neither sees every restore. The ledger remembers where it lives: restored elsewhere, or to a
moment of the past, it finds another cluster, timeline or database. And the broker remembers the ledger's last step: a
backup played into the same database lacks it. Without either, as when both were restored from one snapshot, somebody
has to say so: `manage.py after_restore`.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime

import redis
from django.db import connection, transaction

from ..broker import server
from ..prepared import prepared_cursor
from ..restored import database_restored
from .models import Delivery, DeliveryEvent, LedgerHome, append_events

log = logging.getLogger(__name__)
State = Delivery.State

IN_DOUBT = "the database was restored from a backup: this may have been sent since the backup was made"
# Longer than anybody keeps a backup of a ledger that is to go on.
REMEMBERED_SECONDS = 400 * 24 * 3600

# A new timeline begins when a server was recovered to a moment of the past, or when a standby took over, which may
# lack the last commits as well.
LOOK = """
SELECT home.uid, home.place, here.place, step.id, step.at
  FROM (SELECT concat_ws('/', (SELECT system_identifier FROM pg_control_system()),
                         left(pg_walfile_name(pg_current_wal_lsn()), 8),
                         (SELECT oid FROM pg_database WHERE datname = current_database())) AS place) AS here
  LEFT JOIN LATERAL (SELECT uid, place FROM reminders_ledgerhome ORDER BY id DESC LIMIT 1) AS home ON true
  LEFT JOIN LATERAL (SELECT id, at FROM reminders_deliveryevent ORDER BY id DESC LIMIT 1) AS step ON true
"""


@dataclass(frozen=True, slots=True)
class Look:
    """What the database says of itself: the home that it remembers, where it is now, and the ledger's last step."""

    home: uuid.UUID | None
    home_place: str | None
    place: str
    step_id: int | None
    step_at: datetime | None

    @property
    def key(self) -> str:
        return f"ledger.{self.home}"

    @property
    def step(self) -> str:
        return f"{self.step_id} {self.step_at.isoformat()}" if self.step_at else ""


def notice_restoration() -> int:
    """To be called before anything is sent: if the database was restored since the last call, `put_in_doubt`.

    Returns how many mails are in doubt by that. One query, and one question to the broker. Of a ledger that nobody
    called it for, it only notes where that lives.
    """
    look = _look()
    if look.home is None:
        LedgerHome.objects.create(place=look.place)
    elif look.place != look.home_place or _lacks_a_step(look):
        return put_in_doubt(in_place_of=look.home)
    return 0


def remember_step() -> None:
    """To be called after something was sent: the broker is told which step of the ledger was the last."""
    look = _look()
    try:
        server().set(look.key, look.step, ex=REMEMBERED_SECONDS)
    except redis.RedisError as error:
        log.warning("the broker does not remember the ledger's last step: %s", error)


@transaction.atomic
def put_in_doubt(*, in_place_of: uuid.UUID | None = None) -> int:
    """Make all that is due uncertain, so that nothing is sent twice: whether it arrived is found out, or a person says.

    Returns how many mails that are. Tells the other apps by `database_restored`. in_place_of: the home that was found
    to be left; when another process was first to find it, nothing is done.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('ledger_home'))")
    look = _look()
    if in_place_of not in (None, look.home):
        return 0
    LedgerHome.objects.create(place=look.place)
    found = _doubt_due()
    database_restored.send(LedgerHome)
    log.error("the database was restored from a backup; mails that may have been sent already: %d", found)
    return found


def _look() -> Look:
    with prepared_cursor() as cursor:
        cursor.execute(LOOK)
        return Look(*cursor.fetchone())


def _lacks_a_step(look: Look) -> bool:
    """Whether the broker remembers a step that is not in the ledger. Numbers are given anew after a restore, so the
    moment counts too."""
    try:
        seen = (server().get(look.key) or b"").decode()
    except redis.RedisError as error:
        log.warning("the broker cannot say which step of the ledger was the last: %s", error)
        return False
    if seen in ("", look.step):
        return False
    pk, at = seen.split(" ")
    return not DeliveryEvent.objects.filter(pk=int(pk), at=datetime.fromisoformat(at)).exists()


def _doubt_due() -> int:
    """What should have gone by now or was with a worker when the backup was made; a digest with its items."""
    with_a_worker = Delivery.objects.filter(state__in=[State.CLAIMED, State.SENDING])
    rows = (Delivery.objects.due() | with_a_worker).select_for_update().order_by("pk")
    for digest in rows.filter(kind=Delivery.Kind.DIGEST):
        items = list(Delivery.objects.in_digest(digest).values_list("pk", flat=True))
        Delivery.objects.filter(pk__in=items).update(state=State.CARRIED, digest=digest)
        append_events(items, State.CARRIED, IN_DOUBT)
    keys = list(rows.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=keys).update(state=State.UNCERTAIN, token=None, lease_until=None)
    append_events(keys, State.UNCERTAIN, IN_DOUBT)
    return len(keys)
