"""What may befall the service, for benchmarks.chaos; each a function without arguments, called in the midst of mails."""

import contextlib
import os
import signal
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

BROKER_HANGS = 8
MAIL_SERVER_HANGS = 8  # longer than the worker waits for an answer
CLOCK_IS_WRONG = 5
RELAY_DENIES = 45
STOP_SECONDS = 60
SENDERS = ("worker 1", "worker 2", "loop")
# The mail server's moods, which the service meets by its own pauses: here nobody hurries what waits.
MOODS = {"greylisted": "grey 20", "few on a connection": "few 20"}
DENIALS = {
    "relay denies": "says 550 5.7.1 relaying denied",
    "relay wants a login": "says 530 5.7.0 Authentication required",
}
UNHURRIED = {*MOODS, *DENIALS}


class Clock:
    """The clock of the database's machine, by libfaketime: put on, and put right again."""

    def __init__(self, folder: Path, library: str) -> None:
        self.file = folder / "clock"
        self.library = library
        self.put_on(0)
        self.file.chmod(0o644)

    def put_on(self, seconds):
        self.file.write_text(f"+{seconds}\n")

    @contextlib.contextmanager
    def kept(self):
        """What is started meanwhile goes by this clock."""
        names = {
            "LD_PRELOAD": self.library,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        os.environ |= names
        yield
        for name in names:
            del os.environ[name]


@dataclass(frozen=True)
class Parts:
    """What may be disturbed. mood: the file by which the mail server is told one; lease: in seconds."""

    service: Any
    database: Any
    broker: Any
    mail_server: Any
    mood: Path
    clock: Clock | None
    lease: int


def disturbances_of(parts, chance):
    service = parts.service
    found = {
        "worker killed": lambda: service.again(chance.choice(["worker 1", "worker 2"])),
        "worker frozen": lambda: freeze(service, chance.choice(["worker 1", "worker 2"]), parts.lease + 5),
        "all told to stop": lambda: stop_and_start(service),
        "loop killed": lambda: service.again("loop"),
        "beat killed": lambda: service.again(chance.choice(["beat 1", "beat 2"])),
        "broker flushed": lambda: flush(parts.broker.url),
        "broker killed": parts.broker.kill_and_start,
        "broker hangs": lambda: hang(parts.broker.process, BROKER_HANGS),
        "database drops all": drop_everybody,
        "database killed": parts.database.kill_and_start,
        "mail server hangs": lambda: hang(parts.mail_server, MAIL_SERVER_HANGS),
        "meeting moved": move_the_meeting,
        "none": lambda: None,
    }
    if parts.clock:
        found["clock put on"] = lambda: put_on_and_right(parts.clock)
    for name, mood in MOODS.items():
        found[name] = lambda mood=mood: parts.mood.write_text(mood)
    for name, mood in DENIALS.items():
        found[name] = lambda mood=mood: deny(parts.mood, mood)
    return found


def hang(process, seconds):
    """It takes connections and answers nobody for so long."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)


def freeze(service, name, seconds):
    """A machine that is paused, with all its mails in hand."""
    os.killpg(service.running[name].pid, signal.SIGSTOP)
    time.sleep(seconds)
    print(f"  while it is frozen: {states()}", flush=True)
    os.killpg(service.running[name].pid, signal.SIGCONT)


def stop_and_start(service):
    """As a new version is put up: who sends is told to stop and waited for, then all start again."""
    for name in SENDERS:
        service.running[name].send_signal(signal.SIGTERM)
    begin = time.monotonic()
    for name in SENDERS:
        service.running[name].wait(STOP_SECONDS)
    print(f"  stopped within {time.monotonic() - begin:.1f} s, the ledger then: {states()}", flush=True)
    for name in SENDERS:
        service.start(name)


def put_on_and_right(clock):
    """The database's clock is an hour fast for some seconds."""
    clock.put_on(3600)
    time.sleep(CLOCK_IS_WRONG)
    print(f"  while {fast_by()} fast: {states()}", flush=True)
    clock.put_on(0)
    print(f"  put right, {fast_by()} fast", flush=True)


def fast_by():
    """By how much the database's clock is ahead of ours, to the second."""
    from django.db import connection
    from django.utils import timezone

    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return timedelta(seconds=round((cursor.fetchone()[0] - timezone.now()).total_seconds()))


def deny(mood, answer):
    """Our own mail server takes nothing from us for a while, and is mended."""
    from secretariat.desk.today import outage_shown

    mood.write_text(answer)
    time.sleep(RELAY_DENIES)
    print(f"  while it denies: {states()}; Today says {outage_shown()}", flush=True)
    mood.unlink()


def states():
    """How many deliveries that were to go by now are in each state."""
    from django.utils import timezone

    from secretariat.reminders.models import Delivery

    return dict(
        Counter(Delivery.objects.filter(planned_at__lte=timezone.now()).values_list("state", flat=True))
    )


def flush(url):
    import redis

    redis.Redis.from_url(url).flushall()


def drop_everybody():
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )


def move_the_meeting():
    from meetings.models import Meeting
    from meetings.schedule.dates import Precision, Span
    from meetings.schedule.moves import move_meeting

    meeting = Meeting.objects.filter(deliveries__isnull=False, status="confirmed").order_by("-pk").first()
    day = meeting.first_on + timedelta(days=1)
    move_meeting(meeting.pk, to=Span(Precision.DAY, day, day, meeting.zone), actor=None, reason="chaos")
