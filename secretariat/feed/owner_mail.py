"""A mail to who runs a partner system: plain text, written by the service."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from django.conf import settings
from django.utils import timezone

from rotation.addresses import wire_address
from rotation.cleaning import clean_line


def owner_mail(recipient: str, message_id: str, subject: str, text: str) -> bytes:
    """message_id: the same at every try, with its angle brackets, so that a double is seen to be one."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = settings.DEFAULT_FROM_EMAIL, wire_address(recipient)
    mail["Subject"] = clean_line(subject)
    mail["Date"] = format_datetime(timezone.now())
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"] = "auto-generated", "All"
    mail.set_content(text, cte="quoted-printable")
    return mail.as_bytes()
