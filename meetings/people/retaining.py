"""What retention asks: which names, offices and addresses are kept too long, and their erasure.

Of a contact who left long ago the row stays, and with it the record of what was sent; the name, the office and the
address are taken out of it and of its history. The ledger keeps what was sent as it was sent.

Names and offices stand in `Particulars` only, so that erasing them there is all: issued lists and history show the
delegate's number from then on. Who erased, when and under which rule stands in an `Erasure`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy

from rotation.concurrency import assert_unchanged
from rotation.refused import Refused
from rotation.sort_keys import sort_keys

from ..authorship import authored
from ..models import Contact, Delegate, Delegation, Erasure, Meeting, Particulars, RetentionRule
from .retention import DEFAULT_DAYS, Category, Retention, category_of, retention, rule_text

ON_REQUEST = "on request"


class ErasureRefused(Refused):
    """Nothing was erased."""

    sentences = {
        "no_reason": gettext_lazy("Give the reason; it stands in the history."),
        "nothing_held": gettext_lazy("Nothing is held of this delegate any more."),
    }
    fields = {"no_reason": "reason"}


@dataclass(frozen=True, slots=True)
class Overdue:
    """The delegates of one meeting and category whose data are to be erased."""

    meeting: Meeting
    retention: Retention
    delegates: tuple[int, ...]

    @property
    def rule(self) -> str:
        return rule_text(self.retention.category, self.retention.days)


def days_by_category() -> dict[Category, int | None]:
    """How long each category is kept: the desk's rule, else the default."""
    stored = {Category(row.category): row.days for row in RetentionRule.objects.all()}
    return {**DEFAULT_DAYS, **stored}


def ended_on(meeting: Meeting) -> date | None:
    """The day from which data of a meeting are kept on: its last day, or that of its cancellation if earlier."""
    last_on = meeting.last_on
    if meeting.status != Meeting.Status.CANCELLED or meeting.cancelled_at is None:
        return last_on
    cancelled_on = meeting.cancelled_at.date()
    return min(cancelled_on, last_on) if last_on else cancelled_on


def overdue(today: date) -> Iterator[Overdue]:
    """What is to be erased on `today`, meeting by meeting; three queries."""
    days = days_by_category()
    found: dict[tuple[int, Category], list[int]] = defaultdict(list)
    rows = (
        Delegate.objects.filter(particulars__erasure__isnull=True, particulars__isnull=False)
        .distinct()
        .order_by("delegation__meeting", "pk")
        .values_list("pk", "role", "is_withdrawn", "delegation__meeting")
    )
    for pk, role, is_withdrawn, meeting_id in rows:
        category = category_of(is_head=role == Delegate.Role.HEAD, is_withdrawn=is_withdrawn)
        if days[category] is not None:
            found[meeting_id, category].append(pk)
    meetings = Meeting.objects.select_related("track").in_bulk({meeting for meeting, _category in found})
    for (pk, category), delegates in found.items():
        meeting = meetings[pk]
        until = retention(category, days[category], ended_on(meeting))
        if until.is_over(today):
            yield Overdue(meeting, until, tuple(delegates))


def apply_retention(today: date) -> list[tuple[Overdue, int]]:
    """Erase what is kept too long; says of what how many versions. Running it twice, or at once, is harmless."""
    return [
        (each, erase(each.delegates, rule=each.rule, actor=None, meeting_id=each.meeting.pk))
        for each in list(overdue(today))
    ]


def former_contacts(today: date) -> list[tuple[Contact, Retention]]:
    """The contacts whose data are to be erased on `today`; two queries."""
    days = days_by_category()[Category.CONTACTS]
    rows = Contact.objects.filter(valid_until__lt=today, erasure__isnull=True, is_example=False)
    found = ((row, retention(Category.CONTACTS, days, row.valid_until)) for row in rows.order_by("pk"))
    return [(row, until) for row, until in found if until.is_over(today)]


def apply_contact_retention(today: date) -> list[int]:
    """Erase name, office and address of contacts who left long ago; says of whom. Harmless twice, or at once."""
    return [
        row.pk
        for row, until in former_contacts(today)
        if _erase_contact(row.pk, rule_text(until.category, until.days), today)
    ]


@transaction.atomic
def _erase_contact(contact_id: int, rule: str, today: date) -> bool:
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact_id)
    if Erasure.objects.filter(contact=contact).exists():
        return False
    nobody = {"name": f"#{contact.pk}", "office": "", "email": f"erased-{contact.pk}@contacts.invalid"}
    with authored(None, rule):
        Erasure.objects.create(contact=contact, rule=rule)
        Contact.objects.filter(pk=contact.pk).update(**nobody, sorted_as=sort_keys(nobody["name"]))
        # The one change of a history, which would keep what was erased; it is the owner's of the tables.
        with connection.cursor() as cursor:
            cursor.execute("SELECT erase_history_of_contact(%s, %s)", [contact.pk, today])
    return True


@transaction.atomic
def erase(delegate_ids: tuple[int, ...], *, rule: str, actor: Any, meeting_id: int, reason: str = "") -> int:
    """Erase every version of these delegates' names and offices, for good; how many there were."""
    Meeting.objects.select_for_update().get(pk=meeting_id)
    kept = Particulars.objects.filter(
        delegate__in=delegate_ids, delegate__delegation__meeting=meeting_id, erasure__isnull=True
    )
    keys = list(kept.values_list("pk", flat=True))
    if not keys:
        return 0
    with authored(actor, reason or rule):
        erasure = Erasure.objects.create(meeting_id=meeting_id, rule=rule, reason=reason, recorded_by=actor)
        return Particulars.objects.filter(pk__in=keys).update(names={}, offices={}, erasure=erasure)


@transaction.atomic
def erase_on_request(delegate_id: int, *, actor: Any, reason: str) -> int:
    """Erase what is held of one delegate before its time, as that person may ask. Raises ErasureRefused."""
    if not reason.strip():
        raise ErasureRefused("no_reason")
    meeting = Delegation.objects.values_list("meeting_id", flat=True).get(delegates=delegate_id)
    Meeting.objects.select_for_update().get(pk=meeting)
    assert_unchanged(Delegate.objects.get(pk=delegate_id))
    count = erase((delegate_id,), rule=ON_REQUEST, actor=actor, meeting_id=meeting, reason=reason.strip())
    if not count:
        raise ErasureRefused("nothing_held")
    return count
