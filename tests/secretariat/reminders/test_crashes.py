"""Real processes, really killed: nothing is lost and nothing is doubled."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import time as hour

import pytest
from django.conf import settings
from django.db import connection

from meetings.models import Meeting
from meetings.saving import save_party
from secretariat.reminders.models import Delivery, ReminderRule
from secretariat.reminders.settling import settle
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 40


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def rules(db):
    # Transactional tests empty the tables, the default rules with them.
    for days in (14, 7, 3, 1):
        ReminderRule.objects.get_or_create(track=None, days_before=days, defaults={"at": hour(9)})


@pytest.fixture
def crowd(rules, meeting):
    """Forty people of one ministry, all to be written to now."""
    ministry = Meeting.objects.get().track.responsibilities.first().ministry
    for number in range(PEOPLE):
        save_party(ContactFactory.build(ministry=ministry, email=f"c{number:02}@example.org"))
    return Delivery.objects.filter(next_try_at__lte=connection_now()).count()


def connection_now():
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement_timestamp()")
        return cursor.fetchone()[0]


@pytest.fixture
def slow_sink(sink):
    keep = sink.handle_DATA

    async def slowly(server, session, envelope):
        await asyncio.sleep(0.02)
        return await keep(server, session, envelope)

    sink.handle_DATA = slowly
    return sink


@pytest.fixture
def start(sink):
    """Starts a process of the service on the test's own database and mail server."""
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "EMAIL_URL": f"smtp://{settings.EMAIL_HOST}:{settings.EMAIL_PORT}",
        "LEASE_SECONDS": "4",
        "TICK_SECONDS": "1",
    }
    running = []

    def start(*command):
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
    """kill -9 of the process and its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


WORKER = ("-m", "celery", "-A", "secretariat", "worker", "--concurrency", "2", "--loglevel", "ERROR")


def beat(tmp_path, name):
    return ("-m", "celery", "-A", "secretariat", "beat", "--schedule", str(tmp_path / name), "--pidfile=")


def settle_as_the_sink_knows(sink):
    """What a person does with an uncertain delivery: look whether it arrived."""
    for row in Delivery.objects.filter(state="uncertain"):
        arrived = any(row.message_id.encode() in envelope.content for envelope in sink.accepted)
        settle(row.pk, arrived=arrived, actor=None, reason="looked it up")


def all_told(sink, crowd):
    settle_as_the_sink_knows(sink)
    return Delivery.objects.filter(state="sent").count() == crowd


def test_a_worker_killed_in_the_middle_of_a_batch_loses_and_doubles_nothing(
    crowd, slow_sink, start, tmp_path
):
    worker = start(*WORKER)
    start(*beat(tmp_path, "one"))
    wait_until(lambda: len(slow_sink.accepted) >= 5)
    kill(worker)
    assert len(slow_sink.accepted) < crowd
    start(*WORKER)
    wait_until(lambda: all_told(slow_sink, crowd))
    assert Counter(Counter(slow_sink.recipients).values()) == {1: crowd}


def test_two_beats_two_workers_and_the_loop_send_each_thing_once(crowd, slow_sink, start, tmp_path):
    start(*beat(tmp_path, "one"))
    start(*beat(tmp_path, "two"))
    start(*WORKER)
    start(*WORKER)
    start("manage.py", "send_due", "--loop")
    wait_until(lambda: all_told(slow_sink, crowd))
    assert Counter(Counter(slow_sink.recipients).values()) == {1: crowd}


def test_without_any_broker_the_loop_sends_all_the_same(crowd, sink, start, monkeypatch):
    start("-c", "import os,runpy,sys; os.environ['REDIS_URL']='redis://127.0.0.1:1/0'; "
          "sys.argv=['manage.py','send_due','--loop']; runpy.run_path('manage.py', run_name='__main__')")  # fmt: skip
    wait_until(lambda: all_told(sink, crowd))
    assert Counter(Counter(sink.recipients).values()) == {1: crowd}
