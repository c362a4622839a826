"""The private servers come up, go down, and leave nothing behind, also when their launcher is killed."""

import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import pytest

from secretariat.localstack import folders, processes, servers
from secretariat.localstack.refusals import CannotStart

ROOT = Path(__file__).resolve().parents[2]
IS_ROOT = os.geteuid() == 0
CLEAN = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")}
SAY = (
    "import os,sys; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], flush=True); sys.stdin.read()"
)
EXEC = [sys.executable, "-m", "secretariat.localstack", "exec"]
# The launcher of a system that tells no child of its parent's death.
EXEC_UNTOLD = [
    sys.executable,
    "-c",
    "import sys; from secretariat.localstack import __main__, processes; "
    "processes._LIBC = None; sys.exit(__main__.main())",
    "exec",
]


def launch(*options, env=CLEAN, start=EXEC):
    return subprocess.Popen(
        [*start, *options, "--", sys.executable, "-c", SAY],
        cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def urls(process):
    found = process.stdout.readline().split()
    assert len(found) == 2, process.stderr.read()
    return found


def ports(found):
    return [int(url.rpartition("@")[2].partition(":")[2].partition("/")[0]) for url in found]


def is_open(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_closed(found):
    deadline = time.monotonic() + 60
    while any(is_open(port) for port in ports(found)):
        assert time.monotonic() < deadline, "a server stayed behind"
        time.sleep(0.05)


def end(process):
    process.communicate("", timeout=120)
    return process.returncode


@pytest.fixture
def state():
    """A folder that PostgreSQL's account can enter; pytest's own are closed to others."""
    folder = Path(tempfile.mkdtemp(prefix="secretariat-test-", dir="/var/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def used(state):
    """A state folder whose servers ran once and were stopped cleanly, with a row in it."""
    process = launch("--state", str(state))
    found = urls(process)
    with psycopg.connect(found[0], autocommit=True) as link:
        link.execute("create table kept as select 7 as value")
    assert end(process) == 0
    wait_closed(found)
    return state


def assert_starts_with_its_row(state):
    process = launch("--state", str(state))
    with psycopg.connect(urls(process)[0]) as link:
        assert link.execute("select value from kept").fetchall() == [(7,)]
    assert end(process) == 0


def test_both_servers_answer_while_the_command_runs_and_are_gone_after_it(state):
    process = launch("--state", str(state))
    found = urls(process)
    assert [is_open(port) for port in ports(found)] == [True, True]
    assert end(process) == 0
    wait_closed(found)


def test_the_service_role_owns_its_database_and_is_no_superuser(state):
    process = launch("--state", str(state))
    with psycopg.connect(urls(process)[0]) as link:
        rights = "select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user"
        assert link.execute(rights).fetchone() == (False, True, False)
        assert link.execute("select lower('ҚАЗАҚСТАН')").fetchone() == ("қазақстан",)
        link.execute("create extension btree_gist")
    assert end(process) == 0


def test_kill_9_of_the_launcher_leaves_no_server_and_the_next_start_works(used):
    process = launch("--state", str(used))
    found = urls(process)
    process.kill()
    process.wait()
    wait_closed(found)
    assert_starts_with_its_row(used)


def test_where_the_kernel_tells_no_child_the_next_start_ends_what_stayed_and_loses_nothing(used):
    process = launch("--state", str(used), start=EXEC_UNTOLD)
    found = urls(process)
    process.kill()
    process.wait()
    assert [is_open(port) for port in ports(found)] == [True, True]
    assert_starts_with_its_row(used)
    wait_closed(found)


def test_kill_9_of_both_servers_loses_nothing(used):
    process = launch("--state", str(used))
    found = urls(process)
    for name in ("postgresql", "valkey"):
        for pid in processes.living(used / name):
            # PostgreSQL's children may be gone before their turn comes.
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    wait_closed(found)
    end(process)
    assert_starts_with_its_row(used)


def test_a_stale_number_that_another_process_has_by_now_stops_nobody(used):
    account = {"user": "nobody"} if IS_ROOT else {}
    other = subprocess.Popen(["sleep", "60"], **account)
    try:
        (used / "postgresql/postmaster.pid").write_text(f"{other.pid}\n{used}/postgresql\n1\n1\n\n\n\n")
        assert_starts_with_its_row(used)
        assert other.poll() is None
    finally:
        other.kill()
        other.wait()


def test_a_second_launcher_on_the_same_folder_is_refused_and_the_first_goes_on(state):
    first = launch("--state", str(state))
    found = urls(first)
    second = launch("--state", str(state))
    _output, errors = second.communicate("", timeout=120)
    assert second.returncode == 2
    refusal = f"Servers already run in {state}: stop the other `make run` first, or set VAR_DIR."
    assert errors == f"secretariat: {refusal}\n"
    assert [is_open(port) for port in ports(found)] == [True, True]
    assert end(first) == 0


@pytest.mark.skipif(not IS_ROOT, reason="only root runs PostgreSQL as another account")
def test_below_a_closed_folder_root_keeps_the_state_in_a_folder_of_its_own_below_var_tmp(state):
    state.chmod(0o700)
    with contextlib.ExitStack() as stack:
        twin = folders.state_folder(state / "var", stack)
    try:
        process = launch("--state", str(state / "var"))
        urls(process)
        assert end(process) == 0
        assert (twin.parent, twin.owner(), stat.S_IMODE(twin.stat().st_mode)) == (
            Path("/var/tmp"),
            "nobody",
            0o700,
        )
        assert (state / "var/servers").resolve() == twin
        assert stat.S_IMODE(state.stat().st_mode) == 0o700
    finally:
        shutil.rmtree(twin)


@pytest.mark.skipif(not IS_ROOT, reason="only root runs PostgreSQL as another account")
def test_a_link_laid_below_var_tmp_leads_root_nowhere(state):
    state.chmod(0o700)
    with contextlib.ExitStack() as stack:
        twin = folders.state_folder(state / "var", stack)
        twin.rmdir()
        twin.symlink_to(state)
        try:
            with pytest.raises(CannotStart, match="belongs to somebody else"):
                folders.state_folder(state / "var", stack)
        finally:
            twin.unlink()
    assert state.owner() == "root"


def test_given_servers_are_used_and_nothing_is_started():
    given = {**CLEAN, "DATABASE_URL": "postgres://given", "REDIS_URL": "redis://given"}
    output, _errors = launch(env=given).communicate("", timeout=120)
    assert output == "postgres://given redis://given\n"


def test_the_exit_code_is_the_commands_own():
    given = {**CLEAN, "DATABASE_URL": "postgres://given", "REDIS_URL": "redis://given"}
    commands = [["sh", "-c", "exit 7"], ["sh", "-c", "kill -9 $$"], ["no-such-command"]]
    codes = [subprocess.run([*EXEC, "--", *command], cwd=ROOT, env=given).returncode for command in commands]
    assert codes == [7, 137, 127]


def test_a_folder_that_cannot_be_written_is_said_in_one_line(tmp_path):
    file = tmp_path / "file"
    file.write_text("")
    process = launch("--state", str(file / "var"))
    _output, errors = process.communicate("", timeout=120)
    assert process.returncode == 2
    assert errors.count("\n") == 1
    assert "set VAR_DIR" in errors


def test_a_full_disk_is_said_before_anything_is_made(state, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setattr(folders, "NEEDED_MB", 2**42)
    with pytest.raises(CannotStart) as refusal, servers(state):
        pass
    room = "has no room left (a start needs 100 MB)"
    assert str(refusal.value) == (
        f"The disk that holds {state} {room}: free some, or set VAR_DIR to another disk."
    )
    assert list(state.iterdir()) == []
