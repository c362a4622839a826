"""Recording mails that came back, or that were refused: on their delivery, on the contact, for staff."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from meetings.models import Contact
from meetings.saving import save_party

from ..models import Bounce, Delivery, DeliveryEvent, append_events
from ..plan.bounces import Report, is_given_up, is_no_mailbox, read_report
from ..settling import settle
from .addresses import returned_to

log = logging.getLogger(__name__)
EVENTS = {
    Bounce.Verdict.GONE: DeliveryEvent.RETURNED,
    Bounce.Verdict.RETURNED: DeliveryEvent.RETURNED,
    Bounce.Verdict.DELAYED: DeliveryEvent.DELAYED,
}
# In the history of the contact, whose other words are the desk's.
REASON = gettext_noop("mail came back")
REFUSED = gettext_noop("mail was refused")
KEPT_COMING = gettext_noop("mail keeps coming back")


@transaction.atomic
def record_bounce(raw: bytes) -> Literal["recorded", "known", "ignored"]:
    """Take one mail out of the mailbox for returned ones. What is no notification about a mail of ours is ignored.

    An address that is no good makes the contact undeliverable, unless it has another address by now; so does one
    from which mail keeps coming back (see `is_given_up`).
    """
    report = read_report(raw)
    row = _delivery_of(report) if report else None
    if report is None or row is None:
        return "ignored"
    contact = _locked(row)
    _bounce, is_new = Bounce.objects.get_or_create(
        sha256=hashlib.sha256(raw).hexdigest(),
        defaults={
            "delivery": row,
            "verdict": report.verdict,
            "status": report.status[:20],
            "diagnostic": report.diagnostic[:500],
        },
    )
    if not is_new:
        return "known"
    said = f"{report.status} {report.diagnostic}".strip()
    if row.state == Delivery.State.UNCERTAIN:
        # What comes back was taken by the mail server.
        settle([row.pk], arrived=True, actor=None, reason="it came back")
    append_events([row.pk], EVENTS[Bounce.Verdict(report.verdict)], said)
    if report.verdict == "gone":
        _mark(contact, row.recipient, f"{REASON}: {said}")
    elif report.verdict == "returned" and is_given_up(_returned_from(contact), timezone.now()):
        _mark(contact, row.recipient, f"{KEPT_COMING}: {said}")
    return "recorded"


@transaction.atomic
def record_refusal(row: Delivery, reply: str) -> None:
    """Mark the contact of a mail that was refused in the conversation itself, if the reply says that it is no address.

    As a bounce does; the mail itself never left, so nothing came back.
    """
    if is_no_mailbox(reply):
        _mark(_locked(row), row.contact.email, f"{REFUSED}: {reply}")


def _locked(row: Delivery) -> Contact:
    rows = Contact.objects.select_for_update(of=("self",)).select_related("ministry__state")
    return rows.get(pk=row.contact_id)


def _mark(contact: Contact, address: str, reason: str) -> None:
    """Nothing more is sent to the contact, if this is its address today."""
    if address.lower() == contact.email.lower() and not contact.is_undeliverable:
        contact.is_undeliverable = True
        save_party(contact, actor=None, reason=reason[:300])


def _returned_from(contact: Contact) -> list[tuple[datetime, str]]:
    returned = Bounce.objects.filter(
        verdict=Bounce.Verdict.RETURNED, delivery__contact=contact, delivery__recipient__iexact=contact.email
    )
    return list(returned.values_list("at", "status"))


def _delivery_of(report: Report) -> Delivery | None:
    """The delivery that came back: one that left us, and whose Message-ID is the one that is told, if it is."""
    uid = returned_to(report.addresses)
    row = (
        Delivery.objects.filter(uid=uid, state__in=Delivery.TOLD).defer("text", "html").first()
        if uid
        else None
    )
    if row is None or report.message_id not in ("", row.message_id):
        log.warning("a mail in the mailbox for returned ones names no mail of ours")
        return None
    return row
