"""The mail of the next weeks, before it goes: of a meeting, to a state, to a contact, or all of it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import get_language

from meetings.models import Contact, Meeting
from rotation.models import State
from rotation.numbers import number_in

from .letters import with_related
from .message import subject_of
from .models import Delivery

AHEAD_DAYS = 60

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail to come. at: on the recipient's clock. subject: as it reads; empty when it cannot be written.

    language: of the subject; of what is withheld, the reader's own.
    """

    row: Delivery
    at: datetime
    subject: str
    language: str
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Scope:
    """What the list is of; none of them is everything."""

    meeting: Meeting | None = None
    state: State | None = None
    contact: Contact | None = None

    def rows(self, now: datetime) -> QuerySet[Delivery]:
        """Unsent mails of the next sixty days, late ones included, the earliest first; items stand in their digest."""
        rows = Delivery.objects.waiting().filter(
            is_item=False, next_try_at__lt=now + timedelta(days=AHEAD_DAYS)
        )
        if self.meeting is not None:
            # A digest tells of its items' meetings.
            items = Delivery.objects.waiting_items().filter(
                meeting=self.meeting, contact=OuterRef("contact"), planned_on=OuterRef("planned_on")
            )
            rows = rows.filter(Q(meeting=self.meeting) | Q(Exists(items), kind=Delivery.Kind.DIGEST))
        if self.state is not None:
            rows = rows.filter(contact__ministry__state=self.state)
        if self.contact is not None:
            rows = rows.filter(contact=self.contact)
        return rows.order_by("next_try_at", "pk")


def scope_of(values: Mapping[str, str]) -> Scope:
    """The scope that an address names by keys. Raises ObjectDoesNotExist when there is no such thing."""
    meeting, state, contact = (values.get(name, "") for name in ("meeting", "state", "contact"))
    return Scope(
        Meeting.objects.select_related("track").get(pk=_key(meeting)) if meeting else None,
        State.objects.get(pk=state if state.isprintable() else "") if state else None,
        Contact.objects.get(pk=_key(contact)) if contact else None,
    )


def _key(value: str) -> int:
    number = number_in(value)
    return -1 if number is None else number


def by_day(rows: Iterable[Delivery]) -> list[tuple[date, list[Mail]]]:
    """The mails by the day on which they go, on their recipients' calendars; constant queries."""
    rows = list(rows)
    _read_items(rows)
    mails = sorted((mail_of(row) for row in rows), key=lambda mail: (mail.at.date(), mail.row.next_try_at))
    return [(day, list(group)) for day, group in groupby(mails, key=lambda mail: mail.at.date())]


def _read_items(rows: Iterable[Delivery]) -> None:
    """Read what the digests among these carry in one go."""
    digests = {(row.contact_id, row.planned_on): row for row in rows if row.kind == Delivery.Kind.DIGEST}
    for row in digests.values():
        row.carries = []
    items = Delivery.objects.waiting_items().filter(contact__in={contact for contact, _day in digests})
    for item in with_related(items.order_by("says_due_at", "pk")) if digests else ():
        digest = digests.get((item.contact_id, item.planned_on))
        if digest is not None and digest.carries is not None:
            digest.carries.append(item)


def mail_of(row: Delivery) -> Mail:
    at = row.next_try_at.astimezone(ZoneInfo(row.zone))
    if row.is_withheld:
        return Mail(row, at, row.heading, get_language() or settings.LANGUAGE_CODE)
    language = row.language or row.contact.language
    try:
        return Mail(row, at, subject_of(row), language)
    except Exception as error:  # one that cannot be written must not hide the others; here it is seen in time
        log.warning("delivery %s cannot be written: %s", row.uid, error)
        return Mail(row, at, "", language, f"{type(error).__name__}: {error}")
