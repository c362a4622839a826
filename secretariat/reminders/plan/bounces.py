"""Reading a mail that came back: a delivery status notification (RFC 3464), else whatever a mail server wrote. Pure.

Which mail of ours it was is known by the address that it came to (VERP), never by what the text claims. So what nobody
understands is still known to be about that mail, and is for a person to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import getaddresses
from html.parser import HTMLParser

import flufl.bounce

from .verdicts import Verdict, verdict_in, verdict_of

# Where an envelope's recipient is written down on the way; RFC 3464 §2 has it in To as well.
ADDRESSED = ("Delivered-To", "X-Original-To", "Envelope-To", "To")
# Who writes for a mail server; some keep the name in Return-Path as well, where RFC 3464 §2 wants nobody.
SYSTEM = re.compile(r"(mailer-?daemon|postmaster|mdaemon|mail-?daemon|microsoftexchange\w*)\b", re.IGNORECASE)
# From here on it is the mail that came back, whose own words are no server's.
COPY = re.compile(
    r"-+ ?(below this line is|this is) a copy|^[-_ ]*(original|returned|undelivered|unsent) message|^>? ?received: from"
    r"|^-+ ?(исходное|原始|以下是)|原邮件",
    re.IGNORECASE | re.MULTILINE,
)
ACTION = re.compile(r"(fail|delayed|delivered|relayed|expanded)")
BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
MOST_TEXT = 5000  # signs of what it says, kept for staff


@dataclass(frozen=True, slots=True)
class Report:
    """addresses: to which it came. message_id: of the mail that came back; empty where it is not told. text: as it
    reads."""

    addresses: tuple[str, ...]
    verdict: Verdict
    status: str = ""
    diagnostic: str = ""
    message_id: str = ""
    text: str = ""


def read_report(raw: bytes) -> Report | None:
    """What a mail says of one that came back; None where it says that the mail arrived, went on or was read."""
    try:
        return _report_in(message_from_bytes(raw, policy=policy.compat32))
    except RecursionError:  # parts within parts within parts: no notification is so deep
        return Report(tuple(_addresses(BytesHeaderParser(policy=policy.compat32).parsebytes(raw))), "unclear")


def _report_in(message: Message) -> Report | None:
    addresses, text = tuple(_addresses(message)), _text(message)
    blocks = [block for block in _recipients(message) if _action(block)]
    failed = [block for block in blocks if _action(block) == "failed"]
    for fields in (failed or blocks)[:1]:
        said = _value(fields, "Diagnostic-Code")
        said = said.partition(";")[2].strip() or said
        verdict = verdict_of(_action(fields), _value(fields, "Status"), said)
        if verdict is None:
            return None
        return Report(addresses, verdict, _value(fields, "Status"), said, _returned_id(message), text)
    if any(_parts(message, "message/disposition-notification")):
        return None
    if not _is_from_a_person(message):
        said = COPY.split(text, 1)[0]
        verdict, status = _as_others_read(message, said)
        if verdict:
            return Report(addresses, verdict, status, _one_line(said), _returned_id(message), text)
    return Report(addresses, "unclear", "", _one_line(_value(message, "Subject")), "", text)


def _as_others_read(message: Message, said: str) -> tuple[Verdict | None, str]:
    """By the formats of servers without a standard, which `flufl.bounce` knows; else by words, of a server alone."""
    try:
        waiting, failed = flufl.bounce.all_failures(message)
    except Exception:  # of a mail that is made otherwise than it expects
        waiting, failed = frozenset(), frozenset()
    verdict, status = verdict_in(said)
    if failed:
        return "gone" if verdict == "gone" else "returned", status
    if waiting:
        return "delayed", status
    return (verdict, status) if _is_from_a_server(message) else (None, "")


def _is_from_a_server(message: Message) -> bool:
    senders = getaddresses([str(value) for value in message.get_all("From", [])])
    return any(SYSTEM.match(address) or SYSTEM.search(name) for name, address in senders)


def _is_from_a_person(message: Message) -> bool:
    """An automatic answer, such as that somebody is away or has left."""
    is_answer = str(message.get("Auto-Submitted", "")).lower().startswith("auto-replied")
    return (is_answer or "X-Autoreply" in message) and not _is_from_a_server(message)


def _walk(message: Message) -> Iterator[Message]:
    """The mail and its parts, not what lies in the returned mail itself, which may be a report too."""
    waiting = [message]
    while waiting:
        part = waiting.pop(0)
        yield part
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting += [each for each in part.get_payload() if isinstance(each, Message)]


def _parts(message: Message, *kinds: str) -> Iterator[Message]:
    return (part for part in _walk(message) if part.get_content_type() in kinds)


def _recipients(message: Message) -> Iterator[Message]:
    """The fields of each recipient: the blocks of the status part that say what was done."""
    for part in _parts(message, "message/delivery-status", "message/global-delivery-status"):
        blocks = part.get_payload()
        for block in blocks if isinstance(blocks, list) else ():
            if isinstance(block, Message) and ("Action" in block or "Status" in block):
                yield block


def _action(fields: Message) -> str:
    """What was done, as RFC 3464 names it; by the status where a server has words of its own, or none."""
    found = ACTION.match(_value(fields, "Action").lower())
    if found:
        return "failed" if found[1] == "fail" else found[1]
    return BY_CLASS.get(_value(fields, "Status")[:1], "")


def _returned_id(message: Message) -> str:
    for part in _parts(message, "message/rfc822", "text/rfc822-headers", "message/global"):
        inner = part.get_payload(0) if part.is_multipart() else message_from_bytes(_bytes(part))
        if isinstance(inner, Message) and inner.get("Message-ID"):
            return _value(inner, "Message-ID")
    return ""


def _text(message: Message) -> str:
    """What it says to people: its first text, as plain text."""
    texts = sorted(
        _parts(message, "text/plain", "text/html"), key=lambda part: part.get_content_type() == "text/html"
    )
    for part in texts:
        raw = _bytes(part)
        try:
            text = raw.decode(part.get_content_charset("utf-8"), "replace")
        except LookupError:  # a charset that nobody knows
            text = raw.decode("utf-8", "replace")
        text = _Plain.of(text) if part.get_content_type() == "text/html" else text
        if text.strip():
            return text[:MOST_TEXT]
    return ""


class _Plain(HTMLParser):
    """The text of an HTML mail, a line for each block."""

    BREAKS = frozenset(("p", "br", "div", "tr", "li", "h1", "h2", "h3", "table"))
    HIDDEN = frozenset(("style", "script", "title"))

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.hidden = ""

    @classmethod
    def of(cls, text: str) -> str:
        reader = cls()
        reader.feed(text)
        lines = (" ".join(line.split()) for line in "".join(reader.found).split("\n"))
        return "\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.hidden = tag if tag in self.HIDDEN else self.hidden
        if tag in self.BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.hidden = "" if tag == self.hidden else self.hidden

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.found.append(data)


def _bytes(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _addresses(message: Message) -> Iterable[str]:
    found = [str(value) for name in ADDRESSED for value in message.get_all(name, [])]
    return (address.lower() for _name, address in getaddresses(found) if address)


def _value(fields: Message, name: str) -> str:
    """A field in one line, without what a database or a page could not take."""
    return _one_line(str(fields.get(name, "")))


def _one_line(text: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
