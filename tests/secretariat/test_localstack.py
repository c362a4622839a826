"""The private servers come up, go down, and leave nothing behind, also when their launcher is killed."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CLEAN = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
SAY = (
    "import os,sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], flush=True); sys.stdin.read()"
)


def launch(*options, env=CLEAN):
    return subprocess.Popen(
        [sys.executable, "-m", "secretariat.localstack", "exec", *options, "--", sys.executable, "-c", SAY],
        cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def ports(process):
    urls = process.stdout.readline().split()
    return [int(url.rpartition("@")[2].partition(":")[2].partition("/")[0]) for url in urls]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_closed(found):
    deadline = time.monotonic() + 20
    while any(is_open(port) for port in found):
        assert time.monotonic() < deadline, "a server stayed behind"
        time.sleep(0.05)


@pytest.fixture
def state(tmp_path_factory):
    return tmp_path_factory.mktemp("state")


def test_both_servers_answer_while_the_command_runs_and_are_gone_after_it(state):
    process = launch("--state", str(state))
    found = ports(process)
    assert [is_open(port) for port in found] == [True, True]
    process.communicate("", timeout=30)
    assert process.returncode == 0
    wait_closed(found)


def test_kill_9_of_the_launcher_leaves_no_server_and_the_next_start_works(state):
    process = launch("--state", str(state))
    found = ports(process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_closed(found)
    again = launch("--state", str(state))
    assert len(ports(again)) == 2
    again.communicate("", timeout=30)
    assert again.returncode == 0


def test_given_servers_are_used_and_nothing_is_started():
    given = {**CLEAN, "DATABASE_URL": "postgres://given", "REDIS_URL": "redis://given"}
    output, _errors = launch(env=given).communicate("", timeout=30)
    assert output == "postgres://given redis://given\n"


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    process = launch("--state", str(file / "var"))
    _output, errors = process.communicate("", timeout=30)
    assert process.returncode == 2
    assert errors.count("\n") == 1
    assert "set VAR_DIR" in errors


def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "-m", "secretariat.supervisor"], cwd=ROOT, capture_output=True, text=True, timeout=30,
            env={**CLEAN, "PORT": str(port), "VAR_DIR": str(tmp_path)},
        )  # fmt: skip
    assert done.returncode == 2
    assert (
        done.stderr
        == f"secretariat: Port {port} is taken: choose another, such as PORT={port + 1} make run.\n"
    )
