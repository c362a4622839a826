"""Servers as processes: under which account they run, and that none outlives its launcher unseen."""

from __future__ import annotations

import contextlib
import ctypes
import os
import pwd
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .refusals import CannotStart

READY_SECONDS = 60  # crash recovery of a large folder may be long
LEAVE_SECONDS = 10  # for a server whose launcher was killed to end by itself
PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child of a process with threads should load nothing.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def is_root() -> bool:
    return os.geteuid() == 0


def account() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam("nobody")
    except KeyError as error:
        raise CannotStart("No account `nobody`: start as an ordinary user, or set DATABASE_URL.") from error


def as_account() -> dict[str, object]:
    if not is_root():
        return {}
    return {"user": account().pw_uid, "group": account().pw_gid, "extra_groups": [], "cwd": "/"}


def living(folder: Path) -> list[int]:
    """The processes whose working folder this is (both servers go into theirs); none where there is no /proc."""
    found = []
    for link in Path("/proc").glob("[0-9]*/cwd"):
        with contextlib.suppress(OSError):
            if link.readlink() == folder:
                found.append(int(link.parent.name))
    return found


def await_end(folder: Path, ask: Callable[[], None], answers: Callable[[], bool]) -> None:
    """Wait until no server works in `folder`, asking it once to end. Raises CannotStart."""
    deadline, asked = time.monotonic() + LEAVE_SECONDS, False
    while living(folder) or answers():
        if not asked:
            with contextlib.suppress(ProcessLookupError):
                ask()
            asked = True
        if time.monotonic() > deadline:
            who = ", ".join(map(str, living(folder))) or "of unknown number"
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
