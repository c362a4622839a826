"""The two statements of every delivery, each one commit: it is being sent; this became of it.

In SQL, since the ORM needs longer to write them than the database to run them; and prepared, since the database
needs longer to plan them than to run them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from django.db import connection
from django.utils import timezone

from ..prepared import prepared_cursor
from .message import Rendered
from .models import Delivery

# begun, or why not: another has it by now, or our lease is over, and it is as true as before; its contact was edited
# since it was written; or it is no longer true.
Begun = Literal["begun", "not ours", "lease over", "edited", "untrue"]

# Ours, by token and lease, not held, not past, to a contact who is as the mail was written and in office (as
# in_office_on says it), of a due that stands as the text says or a meeting that has not moved since, and not
# overtaken by a newer reminder of the same thing, since after an outage only the newest goes. The row's own columns
# and the contact's, which is locked for it before the row as by who edits it, are looked at anew after waiting for a
# lock, the other tables' are not; but whoever makes a delivery untrue cancels it, or takes it from us, in the same
# transaction. IS TRUE keeps the planner from the index of leases, which is full of dead entries while much is sent;
# the meeting beside the due lets the search for a newer one go straight down the index of what is said once.
BEGIN = """
WITH contact AS (SELECT * FROM meetings_contact WHERE id = %(contact)s FOR SHARE)
UPDATE reminders_delivery AS d
   SET state = 'sending', attempts = d.attempts + 1, recipient = %(recipient)s, language = %(language)s,
       subject = %(subject)s, text = %(text)s, html = %(html)s, calendar = %(calendar)s,
       dated_at = %(dated_at)s, sha256 = %(sha256)s
  FROM contact
 WHERE d.id = %(id)s AND d.token = %(token)s AND (d.state = 'claimed') IS TRUE
   AND NOT d.is_held AND (d.lease_until > statement_timestamp()) IS TRUE AND d.expires_at > statement_timestamp()
   AND contact.id = d.contact_id AND NOT contact.is_undeliverable
   AND (contact.email, contact.language, contact.name, contact.zone)
     = (%(recipient)s, %(speaks)s, %(name)s, %(zone)s)
   AND (contact.valid_from IS NULL OR contact.valid_from <= %(day)s)
   AND (contact.valid_until IS NULL OR contact.valid_until >= %(day)s)
   AND (d.due_id IS NULL OR EXISTS (
       SELECT FROM meetings_due AS due
        WHERE due.id = d.due_id AND due.sequence = d.sequence
          AND CASE d.kind WHEN 'withdrawn' THEN due.status IN ('withdrawn', 'waived')
                          WHEN 'received' THEN due.status = 'received' ELSE due.status = 'open' END))
   AND (d.meeting_id IS NULL OR d.due_id IS NOT NULL OR d.agenda_id IS NOT NULL OR EXISTS (
       SELECT FROM meetings_meeting AS meeting
        WHERE meeting.id = d.meeting_id AND meeting.sequence = d.sequence))
   AND NOT (d.kind IN ('reminder', 'overdue') AND EXISTS (
       SELECT FROM reminders_delivery AS newer
        WHERE newer.kind = d.kind AND newer.contact_id = d.contact_id
          AND NOT newer.is_held AND newer.resends_id IS NULL
          AND (newer.meeting_id = d.meeting_id AND newer.due_id = d.due_id OR newer.silence_id = d.silence_id
               OR newer.term_id = d.term_id OR newer.agenda_id = d.agenda_id)
          AND newer.sequence >= d.sequence
          AND newer.planned_at > d.planned_at AND newer.planned_at <= statement_timestamp()
          AND newer.state <> 'cancelled'))
"""

WHY_NOT = """
SELECT (d.lease_until > statement_timestamp()) IS TRUE,
       (contact.email, contact.language, contact.name, contact.zone)
         = (%(recipient)s, %(speaks)s, %(name)s, %(zone)s)
  FROM reminders_delivery AS d JOIN meetings_contact AS contact ON contact.id = d.contact_id
 WHERE d.id = %(id)s AND d.token = %(token)s AND d.state = 'claimed'
"""

# A row that is no longer ours is left alone, and then nothing is told of it either. What certainly did not arrive is
# written anew, since by then it may say what no longer holds; but a copy says what was sent, and what may have arrived
# once says the same again.
FINISH = """
WITH ours AS (
    UPDATE reminders_delivery
       SET state = %(state)s::text, reply = %(reply)s::text, token = NULL, lease_until = NULL,
           sent_at = CASE %(state)s::text WHEN 'sent' THEN statement_timestamp() ELSE sent_at END,
           next_try_at = coalesce(statement_timestamp() + %(pause)s::interval, next_try_at),
           dated_at = CASE WHEN %(state)s::text IN ('deferred', 'pending') AND resends_id IS NULL AND NOT EXISTS (
               SELECT FROM reminders_deliveryevent AS event
                WHERE event.delivery_id = reminders_delivery.id AND event.state = 'uncertain')
           THEN NULL ELSE dated_at END
     WHERE id = %(id)s AND token = %(token)s AND (state = 'claimed' OR NOT %(only_claimed)s::boolean)
 RETURNING id)
INSERT INTO reminders_deliveryevent (delivery_id, at, state, detail, worker)
SELECT id, statement_timestamp(), %(state)s::text, %(reply)s::text, %(worker)s::text FROM ours
"""


def begin_sending(row: Delivery, rendered: Rendered) -> Begun:
    """The point of no return: commits that the message is being sent, if it is still ours and still true.

    Waits for a transaction that is moving the meeting, which holds the row locked. Unless it says "begun" nothing was
    written.
    """
    values: dict[str, Any] = {
        "id": row.pk,
        "token": row.token,
        "contact": row.contact_id,
        "recipient": row.contact.email,
        "speaks": row.contact.language,
        "name": row.contact.name,
        "zone": row.contact.zone,
        "language": rendered.written.language,
        "subject": rendered.written.subject,
        "text": rendered.written.text,
        "html": rendered.written.html,
        "calendar": rendered.written.calendar,
        "dated_at": rendered.dated_at,
        "sha256": rendered.sha256,
        "day": row.contact.day_at(timezone.now()),
    }
    return "begun" if _executed(BEGIN, values) else _why_not(values)


def _why_not(values: dict[str, Any]) -> Begun:
    with connection.cursor() as cursor:
        cursor.execute(WHY_NOT, values)
        found = cursor.fetchone()
    if found is None:
        return "not ours"
    is_leased, is_as_written = found
    if not is_leased:
        return "lease over"
    return "untrue" if is_as_written else "edited"


def finish(
    row: Delivery,
    state: str,
    reply: str,
    worker: str,
    *,
    pause: timedelta | None = None,
    only_claimed: bool = False,
) -> None:
    """Write what became of a row that we hold, and its event; a row that is no longer ours is left alone.

    pause: from now to the next try.
    """
    values: dict[str, Any] = {
        "id": row.pk,
        "token": row.token,
        "state": state,
        "reply": reply[:500],
        "worker": worker,
        "pause": pause,
        "only_claimed": only_claimed,
    }
    _executed(FINISH, values)


def _executed(statement: str, values: dict[str, Any]) -> int:
    """Run it; returns how many rows it wrote."""
    with prepared_cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
