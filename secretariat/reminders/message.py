"""The mail of a delivery: text and HTML in the contact's language, the same bytes at every attempt."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meetings.models import Contact
from rotation.addresses import wire_address
from rotation.cleaning import clean_line, clean_prose

from .forms import Content, html_of, text_of
from .letters import calendar_of, letter_of
from .models import Delivery
from .parts import calendar_file, calendar_part, multipart, text_part
from .replies.links import unsubscribe_link, without_links
from .replies.topics import topic_of

# Content language → the language of our catalogue.
DJANGO_LANGUAGE = {"zh": "zh-hans"}
LINE = 75  # columns of a header's line; RFC 2047 §2 allows an encoded word as many


@dataclass(frozen=True, slots=True)
class Written:
    language: str
    subject: str
    text: str
    html: str
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Rendered:
    written: Written
    dated_at: datetime
    body: bytes
    sha256: str


# Name and address of what the settings hold: one sender, parsed for every mail.
_parsed = lru_cache(maxsize=8)(parseaddr)


def sender_address() -> str:
    """The envelope's sender."""
    return _parsed(settings.DEFAULT_FROM_EMAIL)[1]


def render(row: Delivery) -> Rendered:
    """The mail of `row`: as it was first written when it was tried before, so that a repeat is identical.

    Raises ValueError when its address has no form that goes over the wire.
    """
    written = written_of(row)
    dated_at = row.dated_at or timezone.now()
    # An address put right after a refusal is the attendee's too.
    is_as_before = row.dated_at is not None and row.recipient == row.contact.email
    written = replace(written, calendar=row.calendar if is_as_before else _calendar(row, dated_at))
    body = _bytes_of(row, written, dated_at)
    return Rendered(written, dated_at, body, hashlib.sha256(body).hexdigest())


def written_of(row: Delivery) -> Written:
    """As it was first written when it was tried before, else as it would be written now."""
    if row.dated_at is not None and row.subject:
        return Written(row.language, row.subject, row.text, row.html)
    return write(row)


def write(row: Delivery) -> Written:
    """What the mail of `row` says, in its contact's language."""
    language = row.contact.language
    with translation.override(DJANGO_LANGUAGE.get(language, language)):
        letter = letter_of(row)
        is_example = letter.is_example or row.contact.is_example
        content = Content(
            language=language,
            salutation=_("To: %(name)s") % {"name": row.contact.name},
            lead=letter.lead,
            signature=letter.signature,
            unsubscribe=unsubscribe_link(row.uid) if topic_of(row) else "",
            paper=letter.paper,
            facts=letter.facts,
            links=letter.links,
            is_example=is_example,
        )
        subject = clean_line(_subject(letter.subject, is_example=is_example))
        return Written(language, subject, clean_prose(text_of(content)), clean_prose(html_of(content)))


def subject_of(row: Delivery) -> str:
    """The subject alone, for lists of many."""
    if row.dated_at is not None and row.subject:
        return row.subject
    language = row.contact.language
    with translation.override(DJANGO_LANGUAGE.get(language, language)):
        letter = letter_of(row)
        return clean_line(_subject(letter.subject, is_example=letter.is_example or row.contact.is_example))


def trial_bytes(row: Delivery, name: str, address: str) -> bytes:
    """The mail of `row` as it would go, to somebody else, with a Message-ID of its own and marked as a test."""
    written = written_of(row)
    with translation.override(DJANGO_LANGUAGE.get(written.language, written.language)):
        subject = _("[TEST] %(subject)s") % {"subject": written.subject}
    uid = uuid.uuid4()
    # It names the mail that it is a test of: who may not read that one may not read it in the mailbox either.
    message_id = f"<test-{uid.hex[:16]}.{row.uid.hex}@{settings.MESSAGE_ID_DOMAIN}>"
    stand_in = Delivery(uid=uid, contact=Contact(name=name, email=address), message_id=message_id)
    # Staff see what a ministry is asked, but do not answer for it.
    text, html = without_links(written.text), without_links(written.html)
    written = replace(written, subject=subject, text=text, html=html)
    return _bytes_of(stand_in, written, timezone.now().replace(microsecond=0))


def _subject(subject: str, *, is_example: bool) -> str:
    return _("[EXAMPLE] %(subject)s") % {"subject": subject} if is_example else subject


def _calendar(row: Delivery, dated_at: datetime) -> str:
    language = row.contact.language
    with translation.override(DJANGO_LANGUAGE.get(language, language)):
        return calendar_of(row, dated_at)


def _bytes_of(row: Delivery, written: Written, dated_at: datetime) -> bytes:
    """The message as it goes over the wire, in lines of 76 columns (RFC 2045 §6.7) that end with CRLF.

    Written by hand: the library folds headers so that blanks change, and needs ten times as long.
    """
    # The same at every attempt, so that a repeat is the same bytes.
    boundary = f"=_{row.uid.hex}"
    headers = [
        ("From", _mailbox("From", *_parsed(settings.DEFAULT_FROM_EMAIL))),
        ("To", _mailbox("To", row.contact.name, row.contact.email)),
        ("Subject", _header_text("Subject", written.subject)),
        ("Date", format_datetime(dated_at)),
        ("Message-ID", row.message_id),
        *([("In-Reply-To", row.in_reply_to), ("References", row.in_reply_to)] if row.in_reply_to else []),
        ("Auto-Submitted", "auto-generated"),  # RFC 3834 §5
        ("X-Auto-Response-Suppress", "All"),  # Exchange does not read RFC 3834
        *_unsubscribing(row),
        ("Content-Language", written.language),
        ("MIME-Version", "1.0"),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    parts = [text_part("plain", written.text), text_part("html", written.html)]
    if not written.calendar:
        return f"{head}{multipart('alternative', boundary, parts)}\r\n".encode("ascii")
    # Calendars read the part beside the text; a reader that knows none offers the file (RFC 6047 §2.4).
    texts = multipart("alternative", f"{boundary}_", [*parts, calendar_part(written.calendar)])
    body = multipart("mixed", boundary, [texts, calendar_file(written.calendar)])
    return f"{head}{body}\r\n".encode("ascii")


def _unsubscribing(row: Delivery) -> list[tuple[str, str]]:
    """One click in the reader's own program ends such notices (RFC 8058); what is a duty has none."""
    if not topic_of(row):
        return []
    return [
        ("List-Unsubscribe", f"<{unsubscribe_link(row.uid)}>"),
        ("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"),
    ]


@lru_cache(maxsize=512)
def _mailbox(header: str, name: str, address: str) -> str:
    """A name and an address as a header's value."""
    name, address = clean_line(name), wire_address(address)
    text = _header_text(header, name)
    if text == name:
        name = formataddr((name, address))
        return name if len(header) + len(name) < LINE else name.replace(" <", "\r\n <")
    return f"{text}\r\n <{address}>"


@lru_cache(maxsize=512)
def _header_text(header: str, text: str) -> str:
    """A header's value: as it is when it is one line of ASCII, else in encoded words alone (RFC 2047).

    The library's own folding mixes plain and encoded words and loses or adds blanks between them; blanks
    between two encoded words every reader drops.
    """
    text = clean_line(text)
    if text.isascii() and "=?" not in text and len(header) + len(text) < LINE:
        return text
    return Header(text, "utf-8", maxlinelen=LINE, header_name=header).encode(linesep="\r\n")
