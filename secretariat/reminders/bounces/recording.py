"""Recording mails that came back: on their delivery, on the contact, for staff."""

from __future__ import annotations

import hashlib
import logging
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_noop

from meetings.models import Contact
from meetings.saving import save_party

from ..models import Bounce, Delivery, DeliveryEvent, append_events
from ..plan.bounces import Report, read_report
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


@transaction.atomic
def record_bounce(raw: bytes) -> Literal["recorded", "known", "ignored"]:
    """Take one mail out of the mailbox for returned ones. What is no notification about a mail of ours is ignored.

    An address that is no good makes the contact undeliverable, unless it has another address by now.
    """
    report = read_report(raw)
    row = _delivery_of(report) if report else None
    if report is None or row is None:
        return "ignored"
    contact = (
        Contact.objects.select_for_update(of=("self",))
        .select_related("ministry__state")
        .get(pk=row.contact_id)
    )
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
    is_address_of_today = row.recipient.lower() == contact.email.lower()
    if report.verdict == "gone" and is_address_of_today and not contact.is_undeliverable:
        contact.is_undeliverable = True
        save_party(contact, actor=None, reason=f"{REASON}: {said}"[:300])
    return "recorded"


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
