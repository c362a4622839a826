"""Real processes and threads, really killed: a text is adopted, and a symbol given, exactly once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, connections

from meetings.models import SilenceEvent, SilenceProcedure
from meetings.papers.acts import take_symbol
from meetings.silence.acts import adopt_expired
from secretariat import supervisor
from tests.meetings.silence.test_silences import closed_silence

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ("-m", *supervisor.WORKER.split())
TEXTS = 20


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.fixture
def start():
    """Starts a process of the service on the test's own database."""
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    env = {
        **os.environ,
        "DATABASE_URL": url,
        "TICK_SECONDS": "1",
        "DJANGO_SETTINGS_MODULE": "secretariat.settings",
    }
    running = []

    def start(*command):
        process = subprocess.Popen(
            [sys.executable, *command], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        running.append(process)
        return process

    yield start
    for process in running:
        kill(process)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def beat(tmp_path, name):
    return ("-m", "celery", "-A", "secretariat", "beat", "--schedule", str(tmp_path / name), "--pidfile=")


@pytest.fixture
def closed(issued):
    """Texts whose silence has closed, and nobody was there."""
    return [closed_silence(issued()) for _number in range(TEXTS)]


def adoptions():
    return SilenceEvent.objects.filter(kind="adopted").count()


def is_done():
    return not SilenceProcedure.objects.filter(status="open").exists()


def test_workers_killed_and_doubled_adopt_each_text_once(closed, start, tmp_path):
    worker = start(*WORKER)
    start(*beat(tmp_path, "one"))
    wait_until(lambda: adoptions() > 0)
    kill(worker)
    start(*WORKER)
    start(*WORKER)
    start(*beat(tmp_path, "two"))
    wait_until(is_done)
    assert (adoptions(), SilenceProcedure.objects.filter(status="adopted").count()) == (TEXTS, TEXTS)


def test_a_worker_killed_before_it_commits_leaves_the_text_to_the_next(closed, start):
    code = (
        "import os, django; django.setup()\n"
        "from django.db import transaction\n"
        "from meetings.silence.acts import adopt_expired\n"
        "with transaction.atomic():\n"
        "    print(adopt_expired(), flush=True)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    process = start("-c", code)
    assert process.wait(60) == -signal.SIGKILL
    wait_until(lambda: adopt_expired() >= 0 and is_done())
    assert adoptions() == TEXTS


def take_in_a_thread(_number):
    try:
        return take_symbol("CCA/2027/#", title="Draft", actor=None).text
    finally:
        connections.close_all()


def test_symbols_taken_at_the_same_moment_are_all_different(db):
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take_in_a_thread, range(24)))
    assert sorted(taken) == sorted(f"CCA/2027/{number}" for number in range(1, 25))


def adopt_in_a_thread(_number):
    try:
        return adopt_expired()
    finally:
        connections.close_all()


def test_rounds_at_the_same_moment_adopt_each_text_once(closed):
    with ThreadPoolExecutor(4) as pool:
        adopted = list(pool.map(adopt_in_a_thread, range(4)))
    assert (sum(adopted), adoptions()) == (TEXTS, TEXTS)
