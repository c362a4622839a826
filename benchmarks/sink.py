"""A mail server that can be told to misbehave, as a process: `python -m benchmarks.sink PORT LOG SECONDS`.

The first word of a recipient's address, up to the dot, says what befalls a mail to it (see FAULTS); any other is
accepted after SECONDS. LOG is the truth about what arrived: a line begins with "?" when a text is here, then with
"=" when it was accepted, on the disk before the answer goes out, or with "-" when it was not. An empty LOG keeps none.

A file beside LOG, of the same name and ".mood", says what befalls everybody from the moment it is there (see MOODS).
"""

import asyncio
import os
import re
import smtplib
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP

from secretariat.localstack.processes import free_port

# Those that end in "once" happen at the first try of a mail; the next is accepted.
FAULTS = (
    "busy-once",  # 451 to the recipient
    "leaving-once",  # 421 to the recipient
    "full-once",  # 452 to the text
    "unknown",  # 550 to the recipient
    "spam",  # 554 to the text
    "mute",  # accepted, and never answered
    "cut",  # accepted, and hung up instead of answered
    "cut-before-once",  # hung up on the text, nothing accepted
)
AT_RECIPIENT = {
    "busy": "451 4.7.1 later",
    "leaving": "421 4.3.2 going down",
    "unknown": "550 5.1.1 nobody here",
}
AT_TEXT = {"full": "452 4.3.1 no room", "spam": "554 5.7.1 not wanted"}
MOODS = (
    "grey SECONDS",  # 451 to a recipient until it was asked for so long ago first
    "few NUMBER",  # 421 to the recipient once a connection has had so many mails
    "says ANSWER",  # this to every recipient
)
MESSAGE_ID = re.compile(rb"^Message-ID:\s*(<[^>]+>)", re.MULTILINE | re.IGNORECASE)


class Sink:
    def __init__(self, log: str, seconds: float) -> None:
        self.log = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_APPEND) if log else None
        self.seconds = seconds
        self.befell: set[str] = set()
        self.mood_file = Path(f"{log}.mood") if log else None
        self.asked_at: dict[tuple[str, str], float] = {}
        self.taken_from: Counter[tuple[str, int]] = Counter()

    def fault(self, address: str) -> str:
        """What befalls this mail now, without the "once"."""
        name = address.partition(".")[0]
        if name not in FAULTS or (name.endswith("-once") and address in self.befell):
            return ""
        return name.removesuffix("-once")

    def mood(self) -> tuple[str, str]:
        """What befalls everybody now: the word, and its value."""
        try:
            word, _space, value = (
                self.mood_file.read_text().strip().partition(" ") if self.mood_file else ("",) * 3
            )
        except FileNotFoundError:
            return "", ""
        return word, value

    def answer_in_this_mood(self, session, envelope, address: str) -> str:
        match self.mood():
            case "grey", seconds:
                first = self.asked_at.setdefault((envelope.mail_from, address), time.monotonic())
                return "451 4.7.1 Greylisted, try again" if time.monotonic() < first + float(seconds) else ""
            case "few", number:
                return "421 4.4.2 too many mails" if self.taken_from[session.peer] >= int(number) else ""
            case "says", answer:
                return answer
        return ""

    async def handle_RCPT(self, server, session, envelope, address, options):
        if answer := self.answer_in_this_mood(session, envelope, address):
            if answer.startswith("421"):
                asyncio.get_running_loop().call_later(0.01, server.transport.close)
            return answer
        fault = self.fault(address)
        if fault in AT_RECIPIENT:
            self.befell.add(address)
            return AT_RECIPIENT[fault]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        address = envelope.rcpt_tos[0]
        fault = self.fault(address)
        self.befell.add(address)
        message_id = MESSAGE_ID.search(envelope.content).group(1).decode()
        self.note("?", message_id)
        outcome = "-"
        try:
            await asyncio.sleep(self.seconds)
            if fault in AT_TEXT:
                return AT_TEXT[fault]
            if fault != "cut-before":
                outcome = "="
                self.taken_from[session.peer] += 1
        finally:
            self.note(outcome, message_id)
        if fault == "mute":
            await asyncio.sleep(3600)
        if fault.startswith("cut"):
            server.transport.abort()
        return "250 kept"

    def note(self, what: str, message_id: str) -> None:
        if self.log is None:
            return
        os.write(self.log, f"{what} {message_id}\n".encode())
        os.fsync(self.log)


async def serve(port: int, log: str, seconds: float) -> None:
    sink = Sink(log, seconds)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, hostname="localhost"), "127.0.0.1", port
    )
    await server.serve_forever()


@contextmanager
def sink(log: str = "", seconds: float = 0):
    """The server in a process of its own; yields its port once it answers."""
    with sink_process(log, seconds) as (port, _process):
        yield port


@contextmanager
def sink_process(log: str = "", seconds: float = 0):
    """The same; yields the process too."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.sink", str(port), str(log), str(seconds)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                smtplib.SMTP("127.0.0.1", port, timeout=1).quit()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield port, process
    finally:
        process.kill()
        process.wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), sys.argv[2], float(sys.argv[3])))
