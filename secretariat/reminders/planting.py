"""New rows of the ledger, and their first events, in one statement however many.

In SQL, since a summit that moves plans thousands, and the ORM needs ten times as long to bind the values of a row as
the database to write it. What is not named here is as the model says: empty, and not sent.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import connection

from .models import Delivery, column_of
from .plan.wanted import Wanted

PLANT = """
WITH planted AS (
    INSERT INTO reminders_delivery (
           uid, kind, meeting_id, due_id, silence_id, term_id, agenda_id, contact_id, sequence, offset_code, reason,
           says_due_at, was_due_at, planned_on, planned_hour, zone, planned_at, expires_at, state, next_try_at,
           is_item, message_id, in_reply_to, is_held, attempts, language, recipient, subject, text, html, calendar,
           sha256, reply, created_at)
    SELECT uid, kind, meeting, due, silence, term, agenda, contact_id, sequence, offset_code, reason,
           says_due_at, was_due_at, planned_on, planned_hour, zone, planned_at, expires_at, 'pending', goes_at,
           is_item, message_id, in_reply_to, false, 0, '', '', '', '', '', '', '', '', statement_timestamp()
      FROM json_to_recordset(%(rows)s::json) AS wanted (
           uid uuid, kind text, meeting bigint, due bigint, silence bigint, term bigint, agenda bigint,
           contact_id bigint, sequence integer, offset_code text, reason text, says_due_at timestamptz,
           was_due_at timestamptz, planned_on date, planned_hour time, zone text, planned_at timestamptz,
           expires_at timestamptz, goes_at timestamptz, is_item boolean, message_id text, in_reply_to text)
 RETURNING id)
INSERT INTO reminders_deliveryevent (delivery_id, at, state, detail, worker)
SELECT id, statement_timestamp(), 'pending', 'planned', '' FROM planted ORDER BY id
"""
# One statement joined to its values; the ORM's has a branch a row in each column, which takes the square of the rows.
REPLANT = """
UPDATE reminders_delivery AS delivery
   SET state = 'pending', next_try_at = wanted.goes_at, token = NULL, lease_until = NULL, dated_at = NULL,
       planned_on = wanted.planned_on, planned_hour = wanted.planned_hour, zone = wanted.zone,
       planned_at = wanted.planned_at, expires_at = wanted.expires_at, says_due_at = wanted.says_due_at,
       was_due_at = wanted.was_due_at, in_reply_to = wanted.in_reply_to, is_item = wanted.is_item
  FROM json_to_recordset(%(rows)s::json) AS wanted (
       id bigint, goes_at timestamptz, planned_on date, planned_hour time, zone text, planned_at timestamptz,
       expires_at timestamptz, says_due_at timestamptz, was_due_at timestamptz, in_reply_to text, is_item boolean)
 WHERE delivery.id = wanted.id
"""
REPLANTED = (
    *("planned_on", "planned_hour", "zone", "planned_at", "expires_at", "says_due_at", "was_due_at"),
    *("in_reply_to", "is_item"),
)
KEPT = (
    *(
        "kind",
        "contact_id",
        "sequence",
        "offset_code",
        "says_due_at",
        "was_due_at",
        "planned_on",
        "planned_hour",
    ),
    *("zone", "planned_at", "expires_at", "is_item", "in_reply_to"),
)


def plant(wanted: Collection[tuple[int | None, Wanted, str]]) -> None:
    """Write what is wanted, each with its meeting, where it has one, and the reason that staff read."""
    if not wanted:
        return
    rows = json.dumps([_row(*each) for each in wanted], default=str)
    with connection.cursor() as cursor:
        cursor.execute(PLANT, {"rows": rows})


def replant(pairs: Collection[tuple[Delivery, Wanted]]) -> None:
    """Plan rows that have not left us anew, as pending; whoever had claimed one has it no more."""
    if not pairs:
        return
    rows = [
        {name: getattr(want, name) for name in REPLANTED}
        | {"id": row.pk, "goes_at": want.goes_at or want.planned_at}
        for row, want in pairs
    ]
    with connection.cursor() as cursor:
        cursor.execute(REPLANT, {"rows": json.dumps(rows, default=str)})


def _row(meeting_id: int | None, want: Wanted, reason: str) -> dict[str, Any]:
    uid = uuid.uuid4()
    return {
        **{name: getattr(want, name) for name in KEPT},
        "meeting": meeting_id,
        column_of(want.about): want.about[1],
        "uid": uid,
        "reason": reason,
        "goes_at": want.goes_at or want.planned_at,
        "message_id": f"<rem-{uid.hex}.{want.sequence}@{settings.MESSAGE_ID_DOMAIN}>",
    }
