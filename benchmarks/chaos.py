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

from .disturbances import UNHURRIED, Clock, Parts, disturbances_of
from .sink import sink_process
from .tally import arrived, settle_by, tally

ROUND_SECONDS = 240
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

    def again(self, name):
        self.kill(name)
        self.start(name)

    def ended(self):
        return [name for name, process in self.running.items() if process.poll() is not None]

    def stop(self):
        for name in self.running:
            self.kill(name)


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


def new_mails(count):
    from django.core.management import call_command
    from django.utils import timezone

    from secretariat.reminders.models import Delivery

    with contextlib.redirect_stdout(io.StringIO()):
        call_command("fill_synthetic", deliveries=count)
    mine = Delivery.objects.order_by("-meeting_id").values_list("meeting_id", flat=True).first()
    return Delivery.objects.filter(meeting_id=mine, planned_at__lte=timezone.now())


def play(name, disturb, log, mails):
    """One round; its tally."""
    from django.db import connection

    rows, before, begin = new_mails(mails), sum(arrived(log).values()), time.monotonic()
    while (
        sum(arrived(log).values()) < before + max(5, mails // 4) and time.monotonic() < begin + ROUND_SECONDS
    ):
        time.sleep(0.05)
    disturb()
    connection.close()  # ours may be dead with the database
    while True:
        settle_by(log, hurries=name not in UNHURRIED)
        # Asked anew: moving the meeting adds notices of change to what is expected.
        found = tally(log, set(rows.all().values_list("message_id", flat=True)))
        if not found.open or time.monotonic() > begin + ROUND_SECONDS:
            break
        time.sleep(0.5)
    seconds = time.monotonic() - begin
    Path(f"{log}.mood").unlink(missing_ok=True)
    print(
        f"{name:22} {found.expected:>8} {found.received:>8} {found.doubled:>8} {found.lost:>6} {found.uncertain:>9}"
        f" {found.open:>6} {seconds:>8.1f}",
        flush=True,
    )
    return found


def schedule(names, chance, minutes):
    """The names in a new random order again and again, until the time is over."""
    end = time.monotonic() + minutes * 60
    while True:
        for name in chance.sample(names, len(names)):
            if time.monotonic() > end:
                return
            yield name


def run(rounds, disturbances, service, log, mails):
    print(
        f"{'disturbance':22} {'expected':>8} {'received':>8} {'doubled':>8} {'lost':>6} uncertain   open  seconds"
    )
    try:
        found = [play(name, disturbances[name], log, mails) for name in rounds]
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
    parser.add_argument("--mails", type=int, default=100, help="of each round")
    parser.add_argument("--lease", type=int, default=10, help="seconds; a killed worker's mails wait so long")
    parser.add_argument(
        "--clock", metavar="LIBFAKETIME", help="the library: then the database's clock may be put on"
    )
    parser.add_argument("--only", nargs="+", metavar="DISTURBANCE", default=[])
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp")))
        folder.chmod(0o755)
        clock = Clock(folder, options.clock) if options.clock else None
        with clock.kept() if clock else contextlib.nullcontext():
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
            "BOUNCE_ADDRESS": "bounces@example.org",
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
        parts = Parts(service, database, broker, mail_server, Path(f"{log}.mood"), clock, options.lease)
        disturbances = disturbances_of(parts, chance)
        rounds = options.only or schedule(list(disturbances), chance, options.minutes)
        is_whole = run(rounds, disturbances, service, log, options.mails)
    sys.exit(0 if is_whole else 1)


if __name__ == "__main__":
    main()
