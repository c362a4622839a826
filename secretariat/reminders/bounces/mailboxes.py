"""The mailbox for returned mails: a folder in Maildir form on this machine, or one on an IMAP server."""

from __future__ import annotations

import imaplib
import mailbox
from collections.abc import Callable
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from django.conf import settings

from ..tls import mail_tls
from .recording import record_bounce

MOST = 500  # mails at once; the rest at the next tick
MOST_BYTES = 1_000_000  # of one mail: a notification holds no more than the headers that it needs
TIMEOUT = 30  # seconds


def collect_bounces() -> int:
    """Record every new mail of the mailbox and mark it read; returns how many told of a mail of ours.

    What names none of ours is flagged, so that who opens the mailbox sees it at once. A mail is marked after it was
    recorded: when we die between, it is read twice and counts once.
    """
    if not settings.BOUNCE_MAILBOX:
        return 0
    address = urlsplit(settings.BOUNCE_MAILBOX)
    reader = {"maildir": _read_maildir, "imap": _read_imap, "imaps": _read_imap}[address.scheme]
    return reader(record_bounce)


def _read_maildir(record: Callable[[bytes], str]) -> int:
    folder = Path(unquote(urlsplit(settings.BOUNCE_MAILBOX).path))
    mailbox.Maildir(folder, create=True)
    recorded = 0
    # By their names and not by `mailbox`, which reads each whole and fails on some; and no more than a notification has.
    for mail in sorted(path for path in (folder / "new").iterdir() if path.is_file())[:MOST]:
        with mail.open("rb") as text:
            became = record(text.read(MOST_BYTES))
        recorded += became == "recorded"
        flags = "FS" if became == "stray" else "S"
        mail.rename(folder / "cur" / f"{mail.name.partition(':')[0]}:2,{flags}")
    return recorded


def _imap(address: SplitResult) -> imaplib.IMAP4:
    host = address.hostname or ""
    if address.scheme == "imaps":
        return imaplib.IMAP4_SSL(host, address.port or 993, ssl_context=mail_tls(), timeout=TIMEOUT)
    return imaplib.IMAP4(host, address.port or 143, timeout=TIMEOUT)


def _read_imap(record: Callable[[bytes], str]) -> int:
    address = urlsplit(settings.BOUNCE_MAILBOX)
    recorded = 0
    with _imap(address) as server:
        server.login(unquote(address.username or ""), unquote(address.password or ""))
        status, _data = server.select(f'"{unquote(address.path.strip("/")) or "INBOX"}"')
        if status != "OK":
            raise imaplib.IMAP4.error("the folder of BOUNCE_MAILBOX cannot be opened")
        _status, [found] = server.uid("SEARCH", "UNSEEN")
        for uid in (found or b"").decode().split()[:MOST]:
            _status, data = server.uid("FETCH", uid, f"(BODY.PEEK[]<0.{MOST_BYTES}>)")
            became = record(data[0][1]) if data and isinstance(data[0], tuple) else "stray"
            recorded += became == "recorded"
            flags = r"(\Seen \Flagged)" if became == "stray" else r"(\Seen)"
            server.uid("STORE", uid, "+FLAGS.SILENT", flags)
    return recorded
