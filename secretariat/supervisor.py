"""What `make run` does: servers, migrations, the record, then web, worker, beat and mailbox under one roof.

Standard library only. One part dead stops all; Ctrl-C stops all cleanly; and when this process is killed, the
kernel tells every part, so that nothing stays behind.
"""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from .localstack import postgresql, servers
from .localstack.folders import hold
from .localstack.processes import die_with_parent, free_port
from .localstack.refusals import FULL, CannotStart, storage_advice, tells_full_disk

READY_SECONDS = 180  # on a busy machine the parts load for a minute
STOP_SECONDS = 10  # on Ctrl-C: time for a mail under way
FAIL_SECONDS = 1  # when a part died: the ledger sends again what was cut off
# The same commands as docker-compose.yml names; a test compares them.
WEB = "secretariat.web"
# Without gossip: cleaning up its queue ends the worker when the broker restarts (kombu's Redis transport).
WORKER = "celery -A secretariat worker --without-gossip --without-mingle --concurrency 2 --loglevel INFO"
BEAT = "celery -A secretariat beat --loglevel WARNING --schedule"
BEGIN = "step: "  # before the name of each step of the setup, on a line of its own
ANYWHERE = ("0.0.0.0", "::", "")


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    var = Path(os.environ.get("VAR_DIR") or root / "var").resolve()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)  # SIGINT too: a script's `make run &` hands it on as ignored
    servers_running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        host, port = os.environ.get("HOST") or "127.0.0.1", _port(os.environ.get("PORT") or "8000")
        with _advice(var), _folder(var) as was_killed:
            # Killed parts leave within seconds: their port is waited for, a stranger's is not.
            _refuse_taken(host, port, patience=STOP_SECONDS if was_killed else 0)
            with servers(var, servers_running) as given:
                env = _environment(var, port, given)
                if not os.environ.get("DATABASE_URL"):
                    env["DATABASE_SERVICE_ROLE"] = postgresql.SERVICE
                login = _prepare(root, var, env)
                if not os.environ.get("DATABASE_URL"):
                    # Migrations ran as who owns the tables; nothing that serves does.
                    env["DATABASE_URL"] = postgresql.as_service(env["DATABASE_URL"])
                parts = _parts(var, host, port, env)
                return _run(root, parts, env, servers_running, _address(host, port), login)
    except CannotStart as error:
        print(f"secretariat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("secretariat: stopped", flush=True)
        return 0


def _interrupt(*_args: object) -> None:
    raise KeyboardInterrupt


# --- Before anything starts -------------------------------------------------------------------
def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise CannotStart(f"PORT={text} is not a port; give a number from 1 to 65535.")
    return int(text)


@contextlib.contextmanager
def _folder(var: Path) -> Iterator[bool]:
    """Make `var` and hold it for this run alone; yields whether the run before was killed."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        (var / "run.lock").touch()
    except OSError as error:
        raise CannotStart(storage_advice(var, error)) from error
    with hold(var / "run.lock", f"Another `make run` uses {var}"):
        marker = var / "running"
        was_killed = marker.exists()
        marker.touch()
        try:
            yield was_killed
        finally:
            marker.unlink(missing_ok=True)


@contextlib.contextmanager
def _advice(var: Path) -> Iterator[None]:
    """A full disk or a closed folder is said in one line, wherever it is met."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL or isinstance(error, PermissionError):
            raise CannotStart(storage_advice(var, error)) from error
        raise


def _refuse_taken(host: str, port: int, patience: float) -> None:
    # granian shares a taken port with another server of its kind, whose answers look like ours.
    try:
        family, kind, protocol, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except OSError as error:
        raise CannotStart(f"HOST={host} is no address of this machine.") from error
    deadline = time.monotonic() + patience
    while True:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                return probe.bind(address)
            except PermissionError as error:
                raise CannotStart(f"Port {port} is for root alone: choose one above 1023.") from error
            except OSError as error:
                if error.errno == errno.EADDRNOTAVAIL:
                    raise CannotStart(f"HOST={host} is no address of this machine.") from error
                if time.monotonic() > deadline:
                    other = port + 1 if port < 65535 else 8000
                    advice = f"choose another, such as PORT={other} make run."
                    raise CannotStart(f"Port {port} is taken: {advice}") from error
        time.sleep(0.1)


def _environment(var: Path, port: int, given: dict[str, str]) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if value}  # empty means not given
    env = {
        "SECRET_KEY": outside.get("SECRET_KEY") or _kept_key(var / "secret_key"),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "STATIC_ROOT": str(var / "static"),
        "DOCUMENTS_DIR": str(var / "documents"),
        **outside,
        **given,
        "DJANGO_SETTINGS_MODULE": "secretariat.settings",  # another project's may be in the environment
        "LOCAL": "1",
        "PYTHONTZPATH": "",
        "PYTHONUNBUFFERED": "1",
    }
    if "EMAIL_URL" not in outside:
        env["EMAIL_URL"] = f"smtp://127.0.0.1:{free_port()}"
        env["MAILBOX_DIR"] = str(var / "mail")
        # Mail that somebody sends back to the local mailbox is read as a real server's would be.
        env["BOUNCE_ADDRESS"] = "bounce@localhost"
        env["BOUNCE_MAILBOX"] = (var / "returned").as_uri().replace("file:", "maildir:", 1)
    return env


def _kept_key(file: Path) -> str:
    """Made once: sessions and links outlive a restart. Renamed into place, so it is never half a key."""
    if not file.exists():
        fresh = file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(64))
        fresh.rename(file)
    return file.read_text()


def _prepare(root: Path, var: Path, env: dict[str, str]) -> str:
    """Run the one-time steps in order; returns what `ensure_admin` says of the login."""
    steps = [
        "migrate --noinput -v1",
        "collectstatic --noinput -v0",
        "load_mechanism",
        "load_cities",
        "rebuild_feed --outdated",
    ]
    steps += ["load_example --first-run"] if env.get("EXAMPLE") != "0" else []
    # Last, so that the one-time password it prints is not lost when another step fails.
    return _made(root, var, env, [*steps, "ensure_admin"])


def _made(root: Path, var: Path, env: dict[str, str], steps: list[str]) -> str:
    """Run `manage.py` commands in one process; returns what the last one says, which alone is not shown."""
    process = _started([sys.executable, "-m", "secretariat.steps", *steps], root, env)
    names = [step.split()[0] for step in steps]
    name, lines = names[0], []
    try:
        for line in _lines(process.stdout):
            if line.startswith(BEGIN):
                name, lines = line.removeprefix(BEGIN), []
                continue
            lines.append(line)
            if name != names[-1]:
                _say("setup", line)
        if process.wait() and tells_full_disk("\n".join(lines)):
            raise CannotStart(storage_advice(var, OSError(errno.ENOSPC, "")))
        if process.returncode:
            raise CannotStart(f"`manage.py {name}` failed: {(lines or ['no message'])[-1]}")
    except BaseException:
        _stop({name: process}, STOP_SECONDS)
        raise
    return "\n".join(lines).strip("\n")


# --- The parts --------------------------------------------------------------------------------
def _parts(var: Path, host: str, port: int, env: dict[str, str]) -> dict[str, list[str]]:
    parts = {
        "web": [WEB, "--host", host, "--port", str(port)],
        "worker": WORKER.split(),
        # No pid file: one left by a killed beat would keep the next from starting.
        "beat": [*BEAT.split(), str(var / "celerybeat-schedule"), "--pidfile="],
    }
    if "MAILBOX_DIR" in env and "EMAIL_URL" not in os.environ:
        mail_port = env["EMAIL_URL"].rpartition(":")[2]
        folders = ["--maildir", env["MAILBOX_DIR"], "--returned", str(var / "returned")]
        parts["mail"] = ["secretariat.mailbox", "--port", mail_port, *folders]
    # As modules: the scripts in .venv/bin carry the path of the checkout that made them.
    return {name: [sys.executable, "-m", *command] for name, command in parts.items()}


def _address(host: str, port: int) -> str:
    place = "127.0.0.1" if host in ANYWHERE else f"[{host}]" if ":" in host else host
    return f"http://{place}:{port}"


def _run(
    root: Path,
    parts: dict[str, list[str]],
    env: dict[str, str],
    servers_running: dict[str, subprocess.Popen[bytes]],
    address: str,
    login: str,
) -> int:
    """Start the parts and watch them and the servers; the exit code of the first that ends."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    echoes: list[threading.Thread] = []
    deadline: float | None = time.monotonic() + READY_SECONDS
    at_terminal = os.isatty(0)
    patience, cause = STOP_SECONDS, ""
    try:
        for name, command in parts.items():
            running[name] = _started(command, root, env)
            echoes.append(threading.Thread(target=_echo, args=(name, running[name].stdout), daemon=True))
            echoes[-1].start()
        while True:
            if at_terminal and not os.isatty(0):
                raise KeyboardInterrupt  # it was closed, and only `make` was told, which waits for us
            for name, process in {**running, **servers_running}.items():
                code = process.poll()
                if code is not None:
                    patience, cause = FAIL_SECONDS, f"{name} ended ({code})"
                    print(f"secretariat: {cause}; stopping all", file=sys.stderr, flush=True)
                    return 128 - code if code < 0 else code or 1
            if deadline and _answers(address, env):
                deadline = None
                print(
                    f"\n{login}\n\nsecretariat: ready at {address}/ (Ctrl-C stops everything)\n", flush=True
                )
            if deadline and time.monotonic() > deadline:
                raise CannotStart(f"Web did not answer within {READY_SECONDS} s; see its lines above.")
            time.sleep(0.1)
    finally:
        _stop(running, patience)
        for echo in echoes:
            echo.join(STOP_SECONDS)  # until the pipe ends: a slow machine must not lose the last words
        if cause:  # again, below the complaints of the others
            print(f"secretariat: stopped, because {cause}", file=sys.stderr, flush=True)
        if deadline:
            print(login, flush=True)  # a one-time password is said once: not to be lost with a failed start


def _started(command: list[str], root: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    # A session of its own: the terminal's Ctrl-C reaches us alone, and the servers stop last.
    return subprocess.Popen(
        command, cwd=root, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
    )  # fmt: skip


def _answers(address: str, env: dict[str, str]) -> bool:
    # With a name that the service admits: a bare address may not be in ALLOWED_HOSTS.
    host = env.get("ALLOWED_HOSTS", "localhost").split(",")[0].strip().lstrip(".*") or "localhost"
    request = urllib.request.Request(f"{address}/health/live", headers={"Host": host})
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _lines(stream: IO[bytes] | None) -> Iterator[str]:
    for line in stream or ():
        # Of a progress line that overwrites itself only the end is of interest.
        yield line.decode(errors="replace").rstrip().rpartition("\r")[2]


def _echo(name: str, stream: IO[bytes] | None) -> None:
    for line in _lines(stream):
        _say(name, line)


def _say(name: str, line: str) -> None:
    # Nobody may listen any more; the parts must still be read, or they stand still at a full pipe.
    with contextlib.suppress(OSError, ValueError):
        print(f"{name:6} | {line}", flush=True)


def _stop(running: dict[str, subprocess.Popen[bytes]], seconds: float) -> None:
    """End all parts together; what does not end by itself is killed with its children."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave a part behind
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + seconds
    for process in running.values():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(0.1, deadline - time.monotonic()))
        # Its session: itself, or what a killed one left, such as web's workers with their port.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    sys.exit(main())
