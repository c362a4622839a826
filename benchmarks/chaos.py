"""Disturb the whole service for a while and count: `python -m benchmarks.chaos --minutes 5 --seed 1`.

    SECRET_KEY=x LOCAL=1 python -m benchmarks.chaos --minutes 5 --seed 1 [--only "database killed" …]

Makes its own PostgreSQL (durable), Valkey and mail server; runs two workers with two processes each, two beats and
the loop. Each round some mails fall due, one disturbance befalls the service in their midst, and all is waited for.
With --only each disturbance that is named has one round. Ends with 1 if anything was doubled, lost or still open.
"""

import argparse
import contextlib
import io
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from secretariat.localstack import postgresql, valkey

from .sink import sink_process
from .tally import arrived, settle_by, tally

ROUND_SECONDS = 240
MAILS = 100
BROKER_HANGS = 8
MAIL_SERVER_HANGS = 8  # longer than the worker waits for an answer
PARTS = {
    "worker 1": "celery -A secretariat worker --without-gossip --without-mingle --concurrency 2 -n one@%h",
    "worker 2": "celery -A secretariat worker --without-gossip --without-mingle --concurrency 2 -n two@%h",
    "beat 1": "celery -A secretariat beat --pidfile= --schedule {folder}/one",
    "beat 2": "celery -A secretariat beat --pidfile= --schedule {folder}/two",
    "loop": "manage send_due --loop",
}


class Service:
    """The parts of the service as processes; a killed one is started again by whoever killed it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.running = folder, {}
        for name in PARTS:
            self.start(name)

    def start(self, name):
        words = PARTS[name].format(folder=self.folder).split()
        command = ["manage.py", *words[1:]] if words[0] == "manage" else ["-m", *words]
        self.running[name] = subprocess.Popen(
            [sys.executable, *command],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def kill(self, name):
        process = self.running[name]
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def ended(self):
        return [name for name, process in self.running.items() if process.poll() is not None]

    def stop(self):
        for name in self.running:
            self.kill(name)


def again(service, name):
    service.kill(name)
    service.start(name)


class Server:
    """A PostgreSQL or Valkey of our own, which keeps its folder and its port when it is started again."""

    def __init__(self, make, folder, *, durable):
        self.make = lambda watched: make(folder, watched, durable=durable)
        self.watched, self.stack = {}, contextlib.ExitStack()
        self.url = self.stack.enter_context(self.make(self.watched))

    @property
    def process(self):
        return next(iter(self.watched.values()))

    def kill_and_start(self):
        """As when the machine's power fails: no goodbye to anybody, and what was written is recovered."""
        self.process.kill()
        self.process.wait()
        self.stack.close()
        self.stack.enter_context(self.make(self.watched))


def hang(process, seconds):
    """It takes connections and answers nobody for so long."""
    process.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    process.send_signal(signal.SIGCONT)


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
    from datetime import timedelta

    from meetings.models import Meeting
    from meetings.schedule.dates import Precision, Span
    from meetings.schedule.moves import move_meeting

    meeting = Meeting.objects.filter(deliveries__isnull=False, status="confirmed").order_by("-pk").first()
    day = meeting.first_on + timedelta(days=1)
    move_meeting(meeting.pk, to=Span(Precision.DAY, day, day, meeting.zone), actor=None, reason="chaos")


def new_mails():
    from django.core.management import call_command
    from django.utils import timezone

    from secretariat.reminders.models import Delivery

    with contextlib.redirect_stdout(io.StringIO()):
        call_command("fill_synthetic", deliveries=MAILS)
    mine = Delivery.objects.order_by("-meeting_id").values_list("meeting_id", flat=True).first()
    return Delivery.objects.filter(meeting_id=mine, planned_at__lte=timezone.now())


def play(name, disturb, log):
    """One round; its tally."""
    from django.db import connection

    rows, before, begin = new_mails(), sum(arrived(log).values()), time.monotonic()
    while sum(arrived(log).values()) < before + 5 and time.monotonic() < begin + ROUND_SECONDS:
        time.sleep(0.05)
    disturb()
    connection.close()  # ours may be dead with the database
    while True:
        settle_by(log)
        # Asked anew: moving the meeting adds notices of change to what is expected.
        found = tally(log, set(rows.all().values_list("message_id", flat=True)))
        if not found.open or time.monotonic() > begin + ROUND_SECONDS:
            break
        time.sleep(0.5)
    seconds = time.monotonic() - begin
    print(
        f"{name:22} {found.expected:>8} {found.received:>8} {found.doubled:>8} {found.lost:>6} {found.uncertain:>9}"
        f" {found.open:>6} {seconds:>8.1f}",
        flush=True,
    )
    return found


def disturbances_of(service, chance, database, broker, mail_server):
    return {
        "worker killed": lambda: again(service, chance.choice(["worker 1", "worker 2"])),
        "loop killed": lambda: again(service, "loop"),
        "beat killed": lambda: again(service, chance.choice(["beat 1", "beat 2"])),
        "broker flushed": lambda: flush(broker.url),
        "broker killed": broker.kill_and_start,
        "broker hangs": lambda: hang(broker.process, BROKER_HANGS),
        "database drops all": drop_everybody,
        "database killed": database.kill_and_start,
        "mail server hangs": lambda: hang(mail_server, MAIL_SERVER_HANGS),
        "meeting moved": move_the_meeting,
        "none": lambda: None,
    }


def schedule(names, chance, minutes):
    """The names in a new random order again and again, until the time is over."""
    end = time.monotonic() + minutes * 60
    while True:
        for name in chance.sample(names, len(names)):
            if time.monotonic() > end:
                return
            yield name


def run(rounds, disturbances, service, log):
    print(
        f"{'disturbance':22} {'expected':>8} {'received':>8} {'doubled':>8} {'lost':>6} uncertain   open  seconds"
    )
    try:
        found = [play(name, disturbances[name], log) for name in rounds]
        ended = service.ended()
    finally:
        service.stop()
    print(f"{len(found)} rounds, parts that ended by themselves: {', '.join(ended) or 'none'}")
    for cause, count in causes().items():
        print(f"uncertain, {cause}: {count}")
    return all(each.is_whole for each in found) and not ended


def causes():
    from secretariat.reminders.models import DeliveryEvent

    return Counter(DeliveryEvent.objects.filter(state="uncertain").values_list("detail", flat=True))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lease", type=int, default=10, help="seconds; a killed worker's mails wait so long")
    parser.add_argument("--only", nargs="+", metavar="DISTURBANCE", default=[])
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        folder.chmod(0o755)
        database = Server(postgresql.server, folder, durable=True)
        stack.callback(database.stack.close)
        broker = Server(valkey.server, folder, durable=False)
        stack.callback(broker.stack.close)
        log = folder / "sink.log"
        port, mail_server = stack.enter_context(sink_process(str(log), seconds=0.01))
        os.environ |= {
            "DATABASE_URL": database.url,
            "REDIS_URL": broker.url,
            "DJANGO_SETTINGS_MODULE": "secretariat.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "EMAIL_TIMEOUT": "5",
            "LEASE_SECONDS": str(options.lease),
            "DELIVERY_BATCH": "10",
            "TICK_SECONDS": "1",
            "LOG_LEVEL": "ERROR",
            "STATIC_ROOT": str(folder),
        }
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
        chance, service = random.Random(options.seed), Service(folder)
        disturbances = disturbances_of(service, chance, database, broker, mail_server)
        rounds = options.only or schedule(list(disturbances), chance, options.minutes)
        is_whole = run(rounds, disturbances, service, log)
    sys.exit(0 if is_whole else 1)


if __name__ == "__main__":
    main()
