"""Recording mails that came back, or that were refused: on their delivery, on the contact, for staff."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import replace
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_noop

from meetings.models import Contact
from meetings.saving import save_party
from rotation.cleaning import clean_prose

from ..models import Bounce, Delivery, DeliveryEvent, append_events
from ..plan.bounces import Report, read_report
from ..plan.verdicts import is_no_mailbox
from ..settling import settle
from .addresses import returned_to

log = logging.getLogger(__name__)
EVENTS = {
    Bounce.Verdict.GONE: DeliveryEvent.RETURNED,
    Bounce.Verdict.RETURNED: DeliveryEvent.RETURNED,
    Bounce.Verdict.DELAYED: DeliveryEvent.DELAYED,
    Bounce.Verdict.UNCLEAR: DeliveryEvent.ANSWERED,
}
# In the history of the contact, whose other words are the desk's.
REASON = gettext_noop("mail came back")
REFUSED = gettext_noop("mail was refused")


@transaction.atomic
def record_bounce(raw: bytes) -> Literal["recorded", "known", "arrived", "stray"]:
    """Take one mail out of the mailbox for returned ones.

    What came to the sealed address of a mail of ours is recorded beside it, also where nobody but a person
    understands it; unless it says that the mail arrived. What came to no such address is a stray. An address that is
    no good makes the contact undeliverable, unless it has another address by now.
    """
    report = read_report(raw)
    if report is None:
        return "arrived"
    row = _delivery_of(report)
    if row is None:
        return "stray"
    if report.message_id not in ("", row.message_id):
        report = replace(report, verdict="unclear")  # it came to our address, but speaks of another mail
    contact = _locked(row)
    _bounce, is_new = Bounce.objects.get_or_create(
        sha256=hashlib.sha256(raw).hexdigest(),
        defaults={
            "delivery": row,
            "verdict": report.verdict,
            "status": report.status[:20],
            "diagnostic": report.diagnostic[:500],
            "text": clean_prose(report.text),
        },
    )
    if not is_new:
        return "known"
    said = f"{report.status} {report.diagnostic}".strip()
    if row.state == Delivery.State.UNCERTAIN and report.verdict != "unclear":
        # What comes back was taken by the mail server.
        settle([row.pk], arrived=True, actor=None, reason="it came back")
    append_events([row.pk], EVENTS[Bounce.Verdict(report.verdict)], said)
    if report.verdict == "gone":
        _mark(contact, row.recipient, f"{REASON}: {said}")
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


def _delivery_of(report: Report) -> Delivery | None:
    """The delivery to whose sealed address it came, if that may have left us."""
    uid = returned_to(report.addresses)
    rows = Delivery.objects.filter(state__in=Delivery.TOLD).defer("text", "html")
    row = rows.filter(uid=uid).first() if uid else None
    if row is None:
        log.warning("a mail in the mailbox for returned ones names no mail of ours; it is left flagged there")
    return row
