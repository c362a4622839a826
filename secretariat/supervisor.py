"""What `make run` does: servers, migrations, the record, then web, worker, beat and mailbox under one roof.

Standard library only. One part dead stops all; Ctrl-C stops all cleanly; and when this process is killed, the
kernel tells every part, so that nothing stays behind.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path
from typing import IO

from .localstack import CannotStart, die_with_parent, free_port, servers, storage_advice

READY_SECONDS = 60
STOP_SECONDS = 10
# The same commands as docker-compose.yml names; a test compares them.
WEB = "gunicorn secretariat.wsgi:application --workers 2 --bind"
WORKER = "celery -A secretariat worker --concurrency 2 --loglevel INFO"
BEAT = "celery -A secretariat beat --loglevel WARNING --schedule"


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    var = Path(os.environ.get("VAR_DIR") or root / "var").resolve()
    host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        number = _port(port)
        lock = _lock(var)
        _refuse_taken(host, number)
        with servers(var) as given, lock:
            env = _environment(var, number, given)
            _prepare(root, env)
            return _run(root, _parts(var, host, number, env), env, f"http://127.0.0.1:{number}")
    except CannotStart as error:
        print(f"secretariat: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("secretariat: stopped", flush=True)
        return 0


def _interrupt(*_args: object) -> None:
    raise KeyboardInterrupt


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotStart(f"PORT={text} is not a port; give a number from 1 to 65535.")
    return int(text)


def _lock(var: Path) -> IO[str]:
    """Held while we run and gone with us, also after kill -9: the kernel keeps it, not the file."""
    try:
        var.mkdir(parents=True, exist_ok=True)
        file = (var / "run.lock").open("a")
    except OSError as error:
        raise CannotStart(storage_advice(var, error)) from error
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CannotStart(f"Another `make run` uses {var}: stop it first, or set VAR_DIR.") from error
    return file


def _refuse_taken(host: str, port: int) -> None:
    # gunicorn tries a taken port again and again while the other server's answers look like ours.
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CannotStart(
                f"Port {port} is taken: choose another, such as PORT={port + 1} make run."
            ) from error


def _environment(var: Path, port: int, given: dict[str, str]) -> dict[str, str]:
    key = var / "secret_key"
    if not key.exists():
        with os.fdopen(os.open(key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
    env = {
        "SECRET_KEY": key.read_text(),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "STATIC_ROOT": str(var / "static"),
        **os.environ,
        **given,
        "LOCAL": "1",
        "PYTHONTZPATH": "",
        "PYTHONUNBUFFERED": "1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    if "EMAIL_URL" not in os.environ:
        env["EMAIL_URL"] = f"smtp://127.0.0.1:{free_port()}"
        env["MAILBOX_DIR"] = str(var / "mail")
    return env


def _prepare(root: Path, env: dict[str, str]) -> None:
    steps = [
        ["migrate", "--noinput", "-v0"],
        ["collectstatic", "--noinput", "-v0"],
        ["load_mechanism"],
        ["ensure_admin"],
    ]
    if os.environ.get("EXAMPLE", "1") != "0":
        steps.append(["load_example"])
    for step in steps:
        done = subprocess.run([sys.executable, "manage.py", *step], cwd=root, env=env)
        if done.returncode:
            raise CannotStart(f"`manage.py {step[0]}` failed; its message stands above.")


def _parts(var: Path, host: str, port: int, env: dict[str, str]) -> dict[str, list[str]]:
    parts = {
        "web": [*WEB.split(), f"{host}:{port}"],
        "worker": WORKER.split(),
        "beat": [*BEAT.split(), str(var / "celerybeat-schedule"), "--pidfile="],
    }
    if "MAILBOX_DIR" in env:
        mail_port = env["EMAIL_URL"].rpartition(":")[2]
        parts["mail"] = [
            sys.executable, "-m", "secretariat.mailbox", "--port", mail_port, "--maildir", env["MAILBOX_DIR"],
        ]  # fmt: skip
    return parts


def _run(root: Path, parts: dict[str, list[str]], env: dict[str, str], address: str) -> int:
    running: dict[str, subprocess.Popen[str]] = {}
    try:
        for name, command in parts.items():
            running[name] = subprocess.Popen(
                command, cwd=root, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM),
            )  # fmt: skip
            threading.Thread(target=_echo, args=(name, running[name].stdout), daemon=True).start()
        announced = False
        deadline = time.monotonic() + READY_SECONDS
        while True:
            for name, process in running.items():
                if process.poll() is not None:
                    print(
                        f"secretariat: {name} ended with {process.returncode}; stopping all", file=sys.stderr
                    )
                    return process.returncode or 1
            if not announced and _answers(f"{address}/health/live"):
                announced = True
                print(f"\nsecretariat: ready at {address}/ — Ctrl-C stops everything\n", flush=True)
            if not announced and time.monotonic() > deadline:
                raise CannotStart(
                    f"The web part did not answer within {READY_SECONDS} s; see its lines above."
                )
            time.sleep(0.2)
    finally:
        _stop(running)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _echo(name: str, stream: IO[str] | None) -> None:
    for line in stream or ():
        print(f"{name:7}| {line}", end="", flush=True)


def _stop(running: dict[str, subprocess.Popen[str]]) -> None:
    """End all parts together; what does not end by itself is killed with its children."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave a part behind
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    for process in running.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


if __name__ == "__main__":
    sys.exit(main())
