"""An SMTP conversation that knows how far it got.

Refused or lost before the final dot: certainly not sent. Lost after it: nobody knows (RFC 1047). Django's
back-end shows both as one exception and drops the replies, so this speaks to smtplib directly.
"""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, Self

from django.conf import settings

from rotation.addresses import wire_address


@lru_cache(maxsize=512)
def _quoted(address: str) -> str:
    """As the wire has it; most addresses of a batch were written to in the batch before."""
    return smtplib.quoteaddr(wire_address(address))


Fate = Literal["accepted", "refused", "retry", "unreachable", "unknown", "withdrawn", "late"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message: accepted (250), refused for good (5xx), worth another try (4xx or lost
    before the dot), unreachable (no server to speak to), unknown (lost after the dot), withdrawn (we stopped),
    late (we hung up before the text, since our lease may be another's)."""

    fate: Fate
    reply: str = ""


class Connection:
    """One connection to the mail server, reused for many messages; a context manager."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except (OSError, smtplib.SMTPException):
                self._smtp.close()
            self._smtp = None

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def reach(self) -> str:
        """Open the connection; why it cannot be, or nothing."""
        try:
            self._open()
        except (OSError, smtplib.SMTPException) as error:
            return _why(error)
        return ""

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None

    def _open(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        client = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
        smtp = client(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=settings.EMAIL_TIMEOUT)
        if settings.EMAIL_USE_TLS:
            smtp.starttls()
        if settings.EMAIL_HOST_USER:
            smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
        smtp.ehlo_or_helo_if_needed()
        self._smtp = smtp
        return smtp

    def send(
        self,
        sender: str,
        recipient: str,
        body: bytes,
        *,
        commit: Callable[[], bool],
        deadline: float,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Outcome:
        """Send one message to one recipient.

        sender: a bare address.
        commit: called after the recipient was accepted, just before DATA: the point of no return. It makes
        the intent durable and says whether to go on; False leaves nothing sent.
        deadline: `time.monotonic()` after which the body is no longer sent, since the lease may be another's.
        meanwhile: called once the text is on its way, before the answer is read; raises nothing.
        """
        try:
            smtp = self._open()
            for command in (f"MAIL FROM:{_quoted(sender)}", f"RCPT TO:{_quoted(recipient)}"):
                code, reply = smtp.docmd(command)
                if code not in (250, 251):
                    return self._answer(code, reply)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome("unreachable", _why(error))
        if not commit():
            self._reset()
            return Outcome("withdrawn")
        return self._data(smtp, body, deadline, meanwhile)

    def _data(
        self, smtp: smtplib.SMTP, body: bytes, deadline: float, meanwhile: Callable[[], None]
    ) -> Outcome:
        try:
            code, reply = smtp.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome("retry", f"lost before the text: {type(error).__name__}")
        if code != 354:
            return self._answer(code, reply)
        if time.monotonic() > deadline:
            # Frozen since the claim: hang up without the dot, which sends nothing (RFC 5321 §4.1.1.4).
            self._drop()
            return Outcome("late", "the lease ran out before the text")
        try:
            smtp.send(_dotted(body))
            meanwhile()
            code, reply = smtp.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Outcome("unknown", f"no answer after the text: {type(error).__name__}")
        if code == -1:
            self._drop()
            return Outcome("unknown", "no answer after the text")
        return self._answer(code, reply)

    def _answer(self, code: int, reply: bytes) -> Outcome:
        text = f"{code} {_text(reply)}"
        if code == 250:
            return Outcome("accepted", text)
        if code == 421:
            self._drop()
        else:
            self._reset()
        return Outcome("refused" if 500 <= code < 600 else "retry", text)

    def _reset(self) -> None:
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return f"{type(error).__name__}: {error}"


def _text(reply: bytes | str) -> str:
    return (reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply)[:400]


def _dotted(body: bytes) -> bytes:
    """The body with leading dots doubled and the final dot (RFC 5321 §4.5.2); it ends its lines with CRLF."""
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"
