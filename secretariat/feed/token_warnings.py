"""The mail to who runs a system whose token ends soon, so that no calendar falls silent unnoticed.

A mail of which nobody knows whether it arrived goes again the next day, with the same Message-ID: here loss is worse
than a double. A token that was replaced already is not warned of: its end is why the other was made.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from babel.dates import format_date
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from secretariat.reminders.message import sender_address
from secretariat.reminders.smtp import Connection

from .models import PartnerToken
from .owner_mail import owner_mail

AHEAD = timedelta(days=30)
PATIENCE_SECONDS = 60


def expiry_headers(expires_at: datetime, now: datetime) -> dict[str, str]:
    """What each answer to a token says while its end is near: `Token-Expires`, an HTTP date."""
    if expires_at - now >= AHEAD:
        return {}
    return {"Token-Expires": format_datetime(expires_at.astimezone(UTC), usegmt=True)}


def ending(now: datetime) -> QuerySet[PartnerToken]:
    """The tokens that end soon, of systems that have none which lasts longer, and whose owners do not know yet."""
    tokens = PartnerToken.objects.valid(now)
    later = tokens.filter(system=OuterRef("system"), expires_at__gt=OuterRef("expires_at"))
    return tokens.filter(~Exists(later), expires_at__lte=now + AHEAD, warned_at=None).order_by("expires_at")


def warn_of_ending_tokens(now: datetime) -> int:
    """Write to the owners; returns how many mails were taken. Run by two at once each is written to once."""
    warned = 0
    with Connection() as smtp:
        for pk in list(ending(now).values_list("pk", flat=True)):
            warned += _warn(smtp, pk, now)
    return warned


@transaction.atomic
def _warn(smtp: Connection, pk: int, now: datetime) -> bool:
    token = (
        ending(now)
        .filter(pk=pk)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("system")
        .first()
    )
    if token is None:
        return False
    outcome = smtp.send(
        sender_address(),
        token.system.contact,
        bytes_of(token),
        commit=lambda: True,
        deadline=time.monotonic() + PATIENCE_SECONDS,
    )
    if outcome.fate == "accepted":
        PartnerToken.objects.filter(pk=pk).update(warned_at=now)
    return outcome.fate == "accepted"


def bytes_of(token: PartnerToken) -> bytes:
    """In English, as all that is for partners' developers."""
    system, day = token.system.name, format_date(token.expires_at.astimezone(UTC), "d MMMM y", "en")
    text = (
        f"The token {token.prefix}… with which “{system}” reads our calendar ends on {day}.\n"
        "After that its requests are answered with 401, and it learns of no change.\n"
        "\n"
        "Please ask the secretariat for a new one, in reply to this mail. Once there is a new token, the old one\n"
        "stays good for a week, so that nothing is missed while you change over.\n"
        "\n"
        f"How the feed works: {settings.BASE_URL}/api/v1/guide/\n"
    )
    message_id = f"<token-{token.prefix}@{settings.MESSAGE_ID_DOMAIN}>"
    return owner_mail(token.system.contact, message_id, f"The token of {system} ends on {day}", text)
