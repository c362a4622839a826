"""Processes of the service on the test's own database, and a mail server that is a process too."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.db import connection
from django.utils import timezone

from benchmarks import sink as sinks
from benchmarks.tally import arrived, settle_by, tally
from meetings.models import Meeting
from meetings.saving import save_party
from secretariat.reminders.models import Delivery
from tests.factories import ContactFactory

LIMIT = 120  # seconds; only a test that fails waits so long


def wait_until(condition):
    deadline = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def crowd(meeting):
    """More people of the ministry, by the first word of their addresses, all to be written to now."""

    def add(words):
        ministry = Meeting.objects.get().track.responsibilities.first().ministry
        for number, word in enumerate(words):
            # Each kind at a domain of its own: one that asks for patience gets it, and the others need not wait.
            email = f"{word}.c{number:02}@{word}.example.org"
            save_party(ContactFactory.build(ministry=ministry, email=email))
        return set(due().values_list("message_id", flat=True))

    return add


def due():
    return Delivery.objects.filter(planned_at__lte=timezone.now()).exclude(state="cancelled")


class Server:
    """The mail server's port, and what its log says."""

    def __init__(self, port, log):
        self.port, self.log = port, log

    @property
    def received(self):
        return sum(arrived(self.log).values())

    def has_all(self, expected):
        """Whether all has ended, once somebody has looked up what is uncertain."""
        settle_by(self.log)
        return not tally(self.log, expected).open

    def addresses(self):
        emails = dict(Delivery.objects.values_list("message_id", "contact__email"))
        return sorted(emails[message_id] for message_id in arrived(self.log).elements())


@pytest.fixture
def server(tmp_path, settings):
    with sinks.sink(tmp_path / "sink.log", seconds=0.01) as port:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAILBOX_DIR = "127.0.0.1", port, ""
        yield Server(port, tmp_path / "sink.log")


@pytest.fixture
def start(server):
    """Starts a sender, a process; what it would do in production by the minute it does here by the second."""
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "PGAPPNAME": "sender",  # so that the database can drop them, and not the test
        "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
        "EMAIL_TIMEOUT": "3",
        "LEASE_SECONDS": "6",
        "DELIVERY_BATCH": "5",
    }
    running = []

    def start(*command):
        command = command or ("manage.py", "send_due", "--loop")
        process = subprocess.Popen(
            [sys.executable, *command],
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        running.append(process)
        return process

    yield start
    for process in running:
        kill(process)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
