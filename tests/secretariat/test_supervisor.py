"""`make run` as a whole: it starts, says so, stops together, and leaves nothing behind."""

import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import django
import pytest

from secretariat.localstack.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
GIVEN = ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "MAILBOX_DIR", "SECRET_KEY", "BASE_URL", "PORT", "HOST")
CLEAN = {name: value for name, value in os.environ.items() if name not in GIVEN}
SLEEPER = "import time; time.sleep(900)"
STUBBORN = (
    "import os, signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); os.fork(); time.sleep(900)"
)
# The supervisor's watch over parts of the test's choosing: each argument is `name=program`.
WATCH = """
import os, pathlib, signal, sys
from secretariat import supervisor
supervisor.STOP_SECONDS = float(os.environ["PATIENCE"])
signal.signal(signal.SIGTERM, supervisor._interrupt)
parts = {n: [sys.executable, "-c", p] for n, _, p in (a.partition("=") for a in sys.argv[2:])}
try:
    code = supervisor._run(pathlib.Path.cwd(), parts, dict(os.environ), {}, sys.argv[1], "login")
except KeyboardInterrupt:
    code = 0
sys.exit(code)
"""
# The steps before the parts, of the test's choosing.
SETUP = """
import os, pathlib, sys
from secretariat import supervisor
try:
    print("login:", supervisor._made(pathlib.Path.cwd(), pathlib.Path.cwd(), dict(os.environ), sys.argv[1:]))
except supervisor.CannotStart as error:
    sys.exit(str(error))
"""
WEB = """
import http.server, sys
class Live(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/health/live" else 404)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", {port}), Live).serve_forever()
"""


@pytest.fixture
def var():
    """A folder that PostgreSQL's account can enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="secretariat-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def session_members(parent):
    """Every process below `parent`: its children lead sessions of their own."""
    pairs = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            rest = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pairs.append((int(entry.parent.name), int(rest[1]), int(rest[3]), rest[0]))
    leaders = {pid for pid, ppid, _session, _state in pairs if ppid == parent}
    return {pid for pid, _ppid, session, state in pairs if session in leaders and state != "Z"}


def wait_until(claim, seconds=60):
    deadline = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def alive(pids):
    found = set()
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        found |= {pid} if state != "Z" else set()
    return found


def watch(*parts, address="http://127.0.0.1:9", patience=1, stdin=None):
    return subprocess.Popen(
        [sys.executable, "-c", WATCH, address, *parts],
        cwd=ROOT, env={**CLEAN, "PATIENCE": str(patience)}, stdin=stdin,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def set_up(*steps):
    return subprocess.run(
        [sys.executable, "-c", SETUP, *steps], cwd=ROOT, capture_output=True, text=True, timeout=120
    )


def start(**env):
    return subprocess.Popen(
        [sys.executable, "-m", "secretariat.supervisor"],
        cwd=ROOT, env={**CLEAN, **env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def refusal(**env):
    process = start(**env)
    output, _none = process.communicate(timeout=60)
    return process.returncode, output


# --- Whole ------------------------------------------------------------------------------------
def test_it_starts_says_where_stops_on_ctrl_c_and_after_kill_9_nothing_is_left(var):
    port = free_port()
    env = {"VAR_DIR": str(var), "PORT": str(port), "EXAMPLE": "0"}
    process = start(**env)
    said = ""
    while f"ready at http://127.0.0.1:{port}/" not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    assert len(re.findall(r"Password: +\S{20}\n", said)) == 1
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/admin/login/", timeout=60) as answer:
        assert answer.status == 200
    assert (var / "secret_key").stat().st_mode & 0o777 == 0o600
    key = (var / "secret_key").read_text()
    again = f"secretariat: Another `make run` uses {var}: stop the other `make run` first, or set VAR_DIR.\n"
    assert refusal(**env) == (2, again)
    process.send_signal(signal.SIGINT)
    rest, _none = process.communicate(timeout=60)
    assert (process.returncode, rest.splitlines()[-1]) == (0, "secretariat: stopped")

    process = start(**env)
    said = ""
    while "ready at" not in said:
        said += process.stdout.readline()
    assert "Password:" not in said
    assert (var / "secret_key").read_text() == key
    # Two servers, web with two, worker with two, beat, mail; the worker may be the last to have its two.
    wait_until(lambda: len(session_members(process.pid)) >= 9)
    below = session_members(process.pid)
    process.kill()
    process.wait()

    third = start(**env)  # at once: the port of the killed parts is waited for
    wait_until(lambda: not alive(below))
    assert third.stdout.readline().startswith("setup  | ")
    third.terminate()
    assert third.communicate(timeout=60)[0].splitlines()[-1] == "secretariat: stopped"
    assert third.returncode == 0


# --- Setup ------------------------------------------------------------------------------------
def test_the_steps_are_shown_but_the_last_which_holds_the_login():
    done = set_up("check", "version")
    shown = "setup  | System check identified no issues (0 silenced).\n"
    assert (done.returncode, done.stdout) == (0, f"{shown}login: {django.get_version()}\n")


def test_a_step_that_fails_is_named_with_its_reason_and_none_follows_it():
    done = set_up("version", "load_mechanism no-such-file", "version")
    reason = "CommandError: no-such-file: No such file or directory"
    assert (done.returncode, done.stderr) == (1, f"`manage.py load_mechanism` failed: {reason}\n")
    assert "login" not in done.stdout


# --- Watch ------------------------------------------------------------------------------------
def test_one_dead_part_stops_the_others_with_its_exit_code_and_is_named_last():
    dead = "beat=import sys; print('broken'); sys.exit(3)"
    # A Ctrl-C would leave the stubborn one its ten minutes; a dead part does not.
    process = watch(f"web={STUBBORN}", f"worker={SLEEPER}", dead, patience=600)
    output, errors = process.communicate(timeout=60)
    said = ["secretariat: beat ended (3); stopping all", "secretariat: stopped, because beat ended (3)"]
    assert (process.returncode, errors.splitlines()) == (3, said)
    assert "beat   | broken\n" in output
    assert "login" in output  # made before the failure, and said only once in its life


def test_the_login_and_the_address_are_said_once_when_web_answers():
    port = free_port()
    process = watch(f"web={WEB.format(port=port)}", address=f"http://127.0.0.1:{port}")
    for line in process.stdout:
        if "ready at" in line:
            break
    process.terminate()
    rest, _errors = process.communicate(timeout=60)
    assert line == f"secretariat: ready at http://127.0.0.1:{port}/ (Ctrl-C stops everything)\n"
    assert "login" not in rest
    assert process.returncode == 0


def test_a_closed_terminal_stops_all():
    keeper, terminal = os.openpty()
    process = watch(f"web={SLEEPER}", stdin=terminal)
    wait_until(lambda: session_members(process.pid))
    below = session_members(process.pid)
    os.close(terminal)
    os.close(keeper)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert not alive(below)


def test_a_part_that_will_not_end_is_killed_with_its_children():
    process = watch(f"web={STUBBORN}")
    wait_until(lambda: len(session_members(process.pid)) == 2)
    below = session_members(process.pid)
    process.terminate()
    process.wait(60)
    wait_until(lambda: not alive(below))


def test_the_children_of_a_killed_part_end_with_the_rest():
    process = watch(f"web={STUBBORN}", f"worker={SLEEPER}")
    wait_until(lambda: len(session_members(process.pid)) == 3)
    below = session_members(process.pid)
    parents = {pid for pid in below if os.getpgid(pid) == pid}
    web = next(pid for pid in parents if "SIG_IGN" in Path(f"/proc/{pid}/cmdline").read_text())
    os.kill(web, signal.SIGKILL)
    _output, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.splitlines()[0]) == (137, "secretariat: web ended (-9); stopping all")
    wait_until(lambda: not alive(below))


def test_a_part_that_writes_bytes_of_no_charset_is_still_read():
    process = watch("web=import os; os.write(1, b'\\xff\\n' * 100_000); raise SystemExit(5)", patience=60)
    output, _errors = process.communicate(timeout=120)
    assert (process.returncode, output.count("web    | \ufffd\n")) == (5, 100_000)  # none is lost


# --- Refusals ---------------------------------------------------------------------------------
def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = f"secretariat: Port {port} is taken: choose another, such as PORT={port + 1} make run.\n"
        assert refusal(PORT=str(port), VAR_DIR=str(tmp_path)) == (2, line)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_said_in_one_line(tmp_path, port):
    line = f"secretariat: PORT={port} is not a port; give a number from 1 to 65535.\n"
    assert refusal(PORT=port, VAR_DIR=str(tmp_path)) == (2, line)


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.invalid"])
def test_a_host_that_is_not_this_machine_is_said_in_one_line(tmp_path, host):
    line = f"secretariat: HOST={host} is no address of this machine.\n"
    assert refusal(HOST=host, PORT=str(free_port()), VAR_DIR=str(tmp_path)) == (2, line)


def test_a_var_folder_that_cannot_be_made_is_said_in_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    code, output = refusal(PORT=str(free_port()), VAR_DIR=str(tmp_path / "file/var"))
    assert (code, output.count("\n")) == (2, 1)
    assert output.endswith("mend its permissions, or set VAR_DIR to another folder.\n")


# --- Mailbox ----------------------------------------------------------------------------------
def test_the_mailbox_keeps_the_very_bytes_it_accepted(tmp_path):
    port = free_port()
    folders = ["--maildir", str(tmp_path / "mail"), "--returned", str(tmp_path / "returned")]
    process = subprocess.Popen(
        [sys.executable, "-m", "secretariat.mailbox", "--port", str(port), *folders], cwd=ROOT
    )
    try:
        wait_until(lambda: socket.socket().connect_ex(("127.0.0.1", port)) == 0)
        mail = "Subject: =?utf-8?b?0JDQsQ==?=\r\n\r\n会议\r\n".encode()
        with smtplib.SMTP("127.0.0.1", port) as link:
            assert link.sendmail("a@example.org", ["b@example.org"], mail) == {}
            assert link.sendmail("", ["bounce+1@localhost"], b"Subject: back\r\n\r\n") == {}
        kept = {
            folder: [file.read_bytes() for file in (tmp_path / folder / "new").iterdir()]
            for folder in ("mail", "returned")
        }
        assert kept == {"mail": [mail], "returned": [b"Subject: back\r\n\r\n"]}
        assert [list((tmp_path / folder / "tmp").iterdir()) for folder in kept] == [[], []]
    finally:
        process.terminate()
        assert process.wait(60) == 0
