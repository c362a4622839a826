"""Keeping the ledger equal to the plan: new rows, and pending ones that became untrue cancelled.

Runs inside the transaction that changed the meeting, so that either both are there or neither.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from meetings.models import Contact, Due, Meeting

from .models import Delivery, ReminderRule, append_events
from .plan import ContactFact, DueFact, Offset, Told, Wanted, wanted_deliveries

REASONS = {
    "reminder": "reminder rule {0.offset_code}",
    "changed": "the deadline moved after this contact was told",
    "withdrawn": "the deadline was withdrawn after this contact was told",
}


@transaction.atomic
def reconcile_deliveries(meeting_ids: Collection[int], *, now: datetime | None = None) -> list[str]:
    """Make the open deliveries of these meetings what the plan says; returns what differed, in words.

    A constant number of queries. The rows are locked first: a worker that is about to send waits for us, or
    has already said so.
    """
    now = now or timezone.now()
    rows = list(
        Delivery.objects.select_for_update()
        .filter(meeting_id__in=meeting_ids)
        .defer("text", "html")
        .order_by("pk")
    )
    wanted = {want.key: (meeting_id, want) for meeting_id, want in _plan(meeting_ids, rows, now)}
    stored = {_key(row): row for row in rows}
    untrue = [row for key, row in stored.items() if row.state in Delivery.UNSENT and key not in wanted]
    known = [(stored[key], want) for key, (_meeting, want) in wanted.items() if key in stored]
    new = [(meeting_id, want) for key, (meeting_id, want) in wanted.items() if key not in stored]
    return [*_cancel(untrue), *_revive(known), *_create(new)]


def _in_words(what: str, rows: Iterable[Delivery]) -> list[str]:
    return [f"{what} {row.kind} {row.offset_code} of due {row.due_id}" for row in rows]


def _key(row: Delivery) -> tuple[str, int, int, str, int]:
    return (row.kind, row.due_id, row.sequence, row.offset_code, row.contact_id)


def _plan(
    meeting_ids: Collection[int], rows: Iterable[Delivery], now: datetime
) -> Iterable[tuple[int, Wanted]]:
    told: dict[tuple[int, int], Told] = {}
    for row in sorted(rows, key=lambda row: (row.dated_at or row.planned_at, row.pk)):
        if row.state in Delivery.TOLD:
            told[row.due_id, row.contact_id] = Told(row.kind, row.says_due_at, row.message_id, row.planned_at)
    offsets = _offsets()
    contacts = _contacts(meeting_ids, now)
    dues: dict[int, list[DueFact]] = defaultdict(list)
    for due in Due.objects.filter(deadline__meeting_id__in=meeting_ids).select_related("deadline"):
        dues[due.deadline.meeting_id].append(
            DueFact(due.pk, due.sequence, due.state_id, due.due_on, due.due_at, due.status)
        )
    for meeting in Meeting.objects.filter(pk__in=meeting_ids):
        rules = offsets.get(meeting.track_id) or offsets.get(None, [])
        for want in wanted_deliveries(dues[meeting.pk], contacts[meeting.track_id], rules, told, now):
            yield meeting.pk, want


def _offsets() -> dict[int | None, list[Offset]]:
    offsets: dict[int | None, list[Offset]] = defaultdict(list)
    for rule in ReminderRule.objects.all():
        offsets[rule.track_id].append(Offset(rule.days_before, rule.at))
    return offsets


def _contacts(meeting_ids: Collection[int], now: datetime) -> dict[int, list[ContactFact]]:
    """Who is written to, by track: the contacts in office at the ministries that answer for it, and when they do."""
    rows = (
        Contact.objects.in_office(now)
        .filter(ministry__responsibilities__track__meetings__in=meeting_ids)
        .values_list(
            "ministry__responsibilities__track_id",
            "pk",
            "ministry__state_id",
            "zone",
            "ministry__state__zone",
            "ministry__responsibilities__valid_from",
            "ministry__responsibilities__valid_until",
        )
        .distinct()
    )
    contacts: dict[int, list[ContactFact]] = defaultdict(list)
    for track_id, pk, state, zone, state_zone, since, until in rows:
        contacts[track_id].append(ContactFact(pk, state, zone or state_zone, since, until))
    return contacts


def _cancel(rows: list[Delivery]) -> list[str]:
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        state=Delivery.State.CANCELLED, token=None, lease_until=None
    )
    append_events([row.pk for row in rows], Delivery.State.CANCELLED, "no longer true")
    return _in_words("cancelled", rows)


def _revive(pairs: list[tuple[Delivery, Wanted]]) -> list[str]:
    """A cancelled row that is wanted again is planned again; an unsent one whose hour changed is moved."""
    changed = []
    for row, want in pairs:
        is_cancelled = row.state == Delivery.State.CANCELLED
        is_moved = row.state in Delivery.UNSENT and _moved(row, want)
        if not (is_cancelled or is_moved):
            continue
        for name, value in _columns(want).items():
            setattr(row, name, value)
        if row.state != Delivery.State.CLAIMED:
            row.state, row.next_try_at = Delivery.State.PENDING, want.planned_at
        changed.append(row)
    Delivery.objects.bulk_update(changed, ["state", "next_try_at", *COLUMNS])
    append_events([row.pk for row in changed], Delivery.State.PENDING, "planned anew")
    return _in_words("planned anew", changed)


def _moved(row: Delivery, want: Wanted) -> bool:
    # A notice is planned for "now": that its now was another is no difference.
    is_moved = want.kind == Delivery.Kind.REMINDER and (row.planned_at, row.zone) != (
        want.planned_at,
        want.zone,
    )
    return is_moved or (row.expires_at, row.says_due_at) != (want.expires_at, want.says_due_at)


COLUMNS = (
    "planned_on",
    "planned_hour",
    "zone",
    "planned_at",
    "expires_at",
    "says_due_at",
    "was_due_at",
    "in_reply_to",
)


def _columns(want: Wanted) -> dict[str, Any]:
    return {name: getattr(want, name) for name in COLUMNS}


def _create(pairs: list[tuple[int, Wanted]]) -> list[str]:
    rows = []
    for meeting_id, want in pairs:
        row = Delivery(
            kind=want.kind,
            meeting_id=meeting_id,
            due_id=want.due_id,
            contact_id=want.contact_id,
            sequence=want.sequence,
            offset_code=want.offset_code,
            reason=REASONS[want.kind].format(want),
            next_try_at=want.planned_at,
            **_columns(want),
        )
        row.message_id = f"<rem-{row.uid.hex}.{row.sequence}@{settings.MESSAGE_ID_DOMAIN}>"
        rows.append(row)
    Delivery.objects.bulk_create(rows, batch_size=1000)
    append_events([row.pk for row in rows], Delivery.State.PENDING, "planned")
    return _in_words("planned", rows)
