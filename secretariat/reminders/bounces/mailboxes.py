"""The mailbox for returned mails: a folder in Maildir form on this machine, or one on an IMAP server."""

from __future__ import annotations

import imaplib
import mailbox
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from django.conf import settings

from .recording import record_bounce

MOST = 500  # mails at once; the rest at the next tick
MOST_BYTES = 1_000_000  # of one mail: a notification holds no more than the headers that it needs
TIMEOUT = 30  # seconds


def collect_bounces() -> int:
    """Record every new mail of the mailbox and mark it read; returns how many told of a mail of ours.

    A mail is marked after it was recorded: when we die between, it is read twice and counts once.
    """
    if not settings.BOUNCE_MAILBOX:
        return 0
    address = urlsplit(settings.BOUNCE_MAILBOX)
    reader = {"maildir": _read_maildir, "imap": _read_imap, "imaps": _read_imap}[address.scheme]
    return reader(lambda raw: record_bounce(raw) == "recorded")


def _read_maildir(record: Callable[[bytes], bool]) -> int:
    box = mailbox.Maildir(unquote(urlsplit(settings.BOUNCE_MAILBOX).path), factory=None, create=True)
    recorded = 0
    for key in [key for key in box.keys() if box.get_message(key).get_subdir() == "new"][:MOST]:  # noqa: SIM118
        recorded += record(box.get_bytes(key)[:MOST_BYTES])
        message = box.get_message(key)
        message.set_subdir("cur")
        message.add_flag("S")
        box[key] = message
    return recorded


def _read_imap(record: Callable[[bytes], bool]) -> int:
    address = urlsplit(settings.BOUNCE_MAILBOX)
    client, port = (imaplib.IMAP4_SSL, 993) if address.scheme == "imaps" else (imaplib.IMAP4, 143)
    recorded = 0
    with client(address.hostname or "", address.port or port, timeout=TIMEOUT) as server:
        server.login(unquote(address.username or ""), unquote(address.password or ""))
        status, _data = server.select(f'"{unquote(address.path.strip("/")) or "INBOX"}"')
        if status != "OK":
            raise imaplib.IMAP4.error("the folder of BOUNCE_MAILBOX cannot be opened")
        _status, [found] = server.uid("SEARCH", "UNSEEN")
        for uid in (found or b"").decode().split()[:MOST]:
            _status, data = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
            if data and isinstance(data[0], tuple):
                recorded += record(data[0][1])
            server.uid("STORE", uid, "+FLAGS.SILENT", r"(\Seen)")
    return recorded
