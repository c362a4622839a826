"""The parts of a mail (RFC 2046): text, an iCalendar object, the same as a file; each without its last CRLF."""

from __future__ import annotations

import base64
import re
from binascii import b2a_qp
from collections.abc import Iterable

METHOD = re.compile(r"^METHOD:(\w+)\r$", re.MULTILINE)
FILE_NAME = "meeting.ics"


def multipart(kind: str, boundary: str, parts: Iterable[str]) -> str:
    bodies = "".join(f"\r\n--{boundary}\r\n{part}" for part in parts)
    return f'Content-Type: multipart/{kind};\r\n boundary="{boundary}"\r\n{bodies}\r\n--{boundary}--'


def text_part(kind: str, text: str) -> str:
    return (
        f"Content-Type: text/{kind}; charset=utf-8\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\n\r\n{_quoted(text)}"
    )


def calendar_part(text: str) -> str:
    """What mail programs take for an invitation: its method stands in the header too (RFC 6047 §2.4)."""
    found = METHOD.search(text)
    method = found[1] if found else ""
    return f"Content-Type: text/calendar; charset=utf-8; method={method};\r\n component=VEVENT\r\n{_base64(text)}"


def calendar_file(text: str) -> str:
    """The same to be opened by hand. Not text/calendar: some programs would show two invitations."""
    return (
        f'Content-Type: application/ics; name="{FILE_NAME}"\r\n'
        f'Content-Disposition: attachment; filename="{FILE_NAME}"\r\n{_base64(text)}'
    )


def _base64(text: str) -> str:
    """Its line ends are its own and no mail server's to mend."""
    encoded = base64.encodebytes(text.encode()).decode("ascii").rstrip("\n").replace("\n", "\r\n")
    return f"Content-Transfer-Encoding: base64\r\n\r\n{encoded}"


def _quoted(text: str) -> str:
    """Quoted-printable; no line begins with "From ", which mailbox files would alter (RFC 2049 §3)."""
    quoted = b2a_qp(re.sub(r"\r\n?|\n", "\r\n", text).encode(), istext=True).decode("ascii")
    return re.sub(r"(?m)^From ", "=46=\r\nrom ", quoted)
