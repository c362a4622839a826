"""An SMTP conversation that knows how far it got, and whose refusal it met.

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

from .plan.refusals import Stage, Whose, asks_for_patience, refusal_of
from .tls import mail_tls


@lru_cache(maxsize=512)
def _quoted(address: str) -> str:
    """As the wire has it; most addresses of a batch were written to in the batch before."""
    return smtplib.quoteaddr(wire_address(address))


Fate = Literal[
    "accepted", "refused", "retry", "barred", "unreachable", "unknown", "withdrawn", "late", "broken"
]
LOST = (OSError, smtplib.SMTPException)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message.

    accepted (250), refused for good, worth another try (refused for now, or lost before the dot); barred (our own
    server takes no mail for this recipient from us), unreachable (it takes none at all, or there is none to speak to);
    unknown (lost after the dot), withdrawn (we stopped), late (the text was not sent and may go at once), broken (our
    own fault, nothing was sent).

    whose: of a refusal, what it speaks of. is_hasty: its server asks for mails to its domain more slowly. is_answer: of
    a server that cannot be spoken to, whether it said so itself, so that asking again at once is no use.
    """

    fate: Fate
    reply: str = ""
    whose: Whose | None = None
    is_hasty: bool = False
    is_answer: bool = False


class Connection:
    """One connection to the mail server, reused for many messages; a context manager."""

    def __init__(self) -> None:
        self._smtp: smtplib.SMTP | None = None
        self._heard = 0  # mails of which this very connection said what became of them

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        if self._smtp is not None:
            try:
                self._smtp.quit()
            except LOST:
                self._smtp.close()
            self._smtp = None

    @property
    def is_open(self) -> bool:
        return self._smtp is not None

    def reach(self) -> Outcome | None:
        """Open the connection; why it cannot be, or nothing."""
        try:
            self._open()
        except LOST as error:
            return _unreachable(error)
        return None

    def _drop(self) -> None:
        if self._smtp is not None:
            self._smtp.close()
        self._smtp, self._heard = None, 0

    def _open(self) -> smtplib.SMTP:
        if self._smtp is not None:
            return self._smtp
        host, port, seconds = settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT
        if settings.EMAIL_USE_SSL:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=seconds, context=mail_tls())
        else:
            smtp = smtplib.SMTP(host, port, timeout=seconds)
        try:
            if settings.EMAIL_USE_TLS:
                smtp.starttls(context=mail_tls())
            if settings.EMAIL_HOST_USER:
                smtp.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
            smtp.ehlo_or_helo_if_needed()
        except LOST:
            smtp.close()
            raise
        self._smtp, self._heard = smtp, 0
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
        refused = self._address(sender, recipient)
        if refused is not None:
            return refused
        if not commit():
            self._reset()
            return Outcome("withdrawn")
        return self._data(body, deadline, meanwhile)

    def _address(self, sender: str, recipient: str) -> Outcome | None:
        """Name who writes to whom; what became of the message if it ends here.

        A connection that the server shuts, or that died while it was idle, is opened anew once: it may take so many
        mails on each, or bear so many refusals, and no more.
        """
        is_used = self._heard > 0
        try:
            smtp = self._open()
            commands: list[tuple[Stage, str]] = [
                ("mail", f"MAIL FROM:{_quoted(sender)}"),
                ("rcpt", f"RCPT TO:{_quoted(recipient)}"),
            ]
            for stage, command in commands:
                code, reply = smtp.docmd(command)
                if code in (250, 251):
                    continue
                if code == 421 and is_used:
                    self._drop()
                    return self._address(sender, recipient)
                return self._answer(stage, code, reply)
        except LOST as error:
            self._drop()
            return self._address(sender, recipient) if is_used else _unreachable(error)
        return None

    def _data(self, body: bytes, deadline: float, meanwhile: Callable[[], None]) -> Outcome:
        smtp = self._open()
        try:
            code, reply = smtp.docmd("DATA")
        except LOST as error:
            self._drop()
            return Outcome("retry", f"lost before the text: {type(error).__name__}")
        if code != 354:
            return self._answer("data", code, reply)
        if time.monotonic() > deadline:
            # Frozen since the claim: hang up without the dot, which sends nothing (RFC 5321 §4.1.1.4).
            self._drop()
            return Outcome("late", "the lease ran out before the text")
        try:
            smtp.send(_dotted(body))
            meanwhile()
            code, reply = smtp.getreply()
        except LOST as error:
            self._drop()
            return Outcome("unknown", f"no answer after the text: {type(error).__name__}")
        if 200 <= code < 300:
            self._heard += 1
            return Outcome("accepted", f"{code} {_text(reply)}")
        if not 400 <= code < 600:
            self._drop()
            return Outcome("unknown", "no answer after the text")
        return self._answer("dot", code, reply)

    def _answer(self, stage: Stage, code: int, reply: bytes) -> Outcome:
        said = _text(reply)
        text = f"{code} {said}"
        is_used = self._heard > 0
        if code == 421:
            self._drop()
        else:
            self._heard += 1
            self._reset()
        refusal = refusal_of(stage, code, said)
        match refusal.then:
            case "reconnect" if is_used:
                return Outcome("late", text, "relay")
            case "stop" | "reconnect":
                # Once a recipient is named it may be meant in words that are written for us.
                return Outcome("unreachable" if stage == "mail" else "barred", text, "relay", is_answer=True)
            case "fail":
                return Outcome("refused", text, refusal.whose)
        return Outcome("retry", text, refusal.whose, is_hasty=asks_for_patience(code, said))

    def _reset(self) -> None:
        try:
            if self._smtp is not None:
                self._smtp.rset()
        except LOST:
            self._drop()


def _unreachable(error: Exception) -> Outcome:
    is_lost = isinstance(error, smtplib.SMTPServerDisconnected)
    is_answer = isinstance(error, smtplib.SMTPException) and not is_lost
    return Outcome("unreachable", _why(error), "relay", is_answer=is_answer)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return _text(f"{type(error).__name__}: {error}")


def _text(reply: bytes | str) -> str:
    """What a server said in one line, without what a database or a page could not take, such as NUL."""
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return "".join(char if char.isprintable() else " " for char in text)[:400]


def _dotted(body: bytes) -> bytes:
    """The body with leading dots doubled and the final dot (RFC 5321 §4.5.2); it ends its lines with CRLF."""
    stuffed = body.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"
