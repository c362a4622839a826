"""Reading a mail that came back: a delivery status notification (RFC 3464), and nothing else. Pure.

An automatic answer is none, whatever it says; neither is a mail that merely speaks of an error. The sender is known
by the address that it came to (VERP), never by what the text claims.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import Message
from email.utils import getaddresses
from typing import Literal

# gone: the address is no good. returned: this mail did not arrive, another may. delayed: it is still tried.
Verdict = Literal["gone", "returned", "delayed"]

# Where an envelope's recipient is written down on the way; RFC 3464 §2 has it in To as well.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
# RFC 3463 §3: the sender is bad, the mailbox full, the text too long or refused, the system or the network down. The
# address may be good all the same.
PASSING = ("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.3.", "5.4.1", "5.4.5", "5.4.7", "5.5.", "5.6.", "5.7.")


# Among these, what is the mailbox's or its server's: full, down, not to be reached. What is said of our text is not.
OF_THE_MAILBOX = ("4.", "5.2.", "5.3.", "5.4.")
# A mailbox that so many mails came back from, over so long, is nobody's any more.
GIVEN_UP_MAILS = 5
GIVEN_UP_AFTER = timedelta(days=7)
COUNTED_FOR = timedelta(days=30)
# The basic code of a refusal, and the enhanced one where the server says it (RFC 2034 §4).
REFUSAL = re.compile(r"5\d\d[ -](5\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Report:
    """addresses: to which it came. message_id: of the mail that came back; empty where it is not told."""

    addresses: tuple[str, ...]
    verdict: Verdict
    status: str
    diagnostic: str
    message_id: str


def read_report(raw: bytes) -> Report | None:
    """What a mail says of one that came back; None where it says nothing of that kind."""
    try:
        return _report_in(message_from_bytes(raw, policy=policy.compat32))
    except RecursionError:  # parts within parts within parts: no notification is so deep
        return None


def _report_in(message: Message) -> Report | None:
    if not _is_report(message):
        return None
    fields = next(_recipients(message), None)
    verdict = fields and verdict_of(_value(fields, "Action"), _value(fields, "Status"))
    if fields is None or not verdict:
        return None
    return Report(
        addresses=tuple(_addresses(message)),
        verdict=verdict,
        status=_value(fields, "Status"),
        diagnostic=_value(fields, "Diagnostic-Code").partition(";")[2].strip()
        or _value(fields, "Diagnostic-Code"),
        message_id=_returned_id(message),
    )


def verdict_of(action: str, status: str) -> Verdict | None:
    """By RFC 3464 §2.3.3 and RFC 3463; None where the mail arrived or went on."""
    match action.lower():
        case "delayed":
            return "delayed"
        case "failed":
            is_address = status.startswith("5.") and not status.startswith(PASSING)
            return "gone" if is_address else "returned"
    return None


def is_no_mailbox(reply: str) -> bool:
    """Whether a server that refuses a mail in the conversation says that the address is no good; by RFC 3463 alone."""
    found = REFUSAL.match(reply)
    return found is not None and verdict_of("failed", found[1]) == "gone"


def is_given_up(returned: Collection[tuple[datetime, str]], now: datetime) -> bool:
    """Whether too many mails came back from a mailbox, for too long, each with its moment and status.

    Five in a month, a week or more between the first and the last: one bad day of a server is none.
    """
    moments = [at for at, status in returned if now - at <= COUNTED_FOR and status.startswith(OF_THE_MAILBOX)]
    return len(moments) >= GIVEN_UP_MAILS and max(moments) - min(moments) >= GIVEN_UP_AFTER


def _is_report(message: Message) -> bool:
    # Who answers a report would loop: one is sent from nobody (RFC 3464 §2), so there is nobody to answer.
    sender = message.get("Return-Path")
    return (
        message.get_content_type() == "multipart/report"
        and str(message.get_param("report-type")).lower() == "delivery-status"
        and (sender is None or str(sender).strip() == "<>")
    )


def _parts(message: Message, *kinds: str) -> Iterator[Message]:
    # Not what lies in the returned mail itself, which may be a report too.
    for part in message.get_payload() if message.is_multipart() else ():
        if isinstance(part, Message) and part.get_content_type() in kinds:
            yield part


def _recipients(message: Message) -> Iterator[Message]:
    """The fields of each recipient: the blocks of the status part that say what was done."""
    for part in _parts(message, "message/delivery-status", "message/global-delivery-status"):
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, Message) and "Action" in block:
                yield block


def _returned_id(message: Message) -> str:
    for part in _parts(message, "message/rfc822", "text/rfc822-headers", "message/global"):
        inner = part.get_payload(0) if part.is_multipart() else message_from_bytes(_bytes(part))
        if isinstance(inner, Message) and inner.get("Message-ID"):
            return _value(inner, "Message-ID")
    return ""


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _addresses(message: Message) -> Iterable[str]:
    found = [str(value) for name in ADDRESSED for value in message.get_all(name, [])]
    return (address.lower() for _name, address in getaddresses(found) if address)


def _value(fields: Message, name: str) -> str:
    """A field in one line, without what a database or a page could not take."""
    return "".join(char if char.isprintable() else " " for char in str(fields.get(name, ""))).strip()
