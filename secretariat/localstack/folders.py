"""The folder that the servers keep their data in, and what is noted there from start to start."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import secrets
import shutil
import socket
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from .processes import account, free_port, is_root
from .refusals import NEEDED_MB, CannotStart, storage_advice

TEMPORARY = "secretariat-exec-"


def state_folder(state: Path | None, stack: contextlib.ExitStack) -> Path:
    """The folder that the servers may use; as root one that `nobody` can reach."""
    try:
        if state is None:
            base = Path("/var/tmp") if is_root() else Path(tempfile.gettempdir())
            _sweep(base)
            folder = Path(tempfile.mkdtemp(prefix=TEMPORARY, dir=base)).resolve()
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
            if is_root():
                give_to_account(folder)
        else:
            state.mkdir(parents=True, exist_ok=True)
            folder = state.resolve()
            if is_root() and is_closed(folder):
                named, folder = folder / "servers", _reachable_twin(folder)
                if not named.is_symlink():
                    named.symlink_to(folder)  # so that one finds the data, and `make clean` removes it
        (folder / ".writable").write_text("yes")
        (folder / ".writable").unlink()
        if shutil.disk_usage(folder).free < NEEDED_MB * 1024 * 1024:
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
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (0, account().pw_uid):
        raise CannotStart(f"{twin} belongs to somebody else: remove it, or set VAR_DIR to another folder.")
    give_to_account(twin)
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


def give_to_account(path: Path) -> None:
    os.chown(path, account().pw_uid, account().pw_gid, follow_symlinks=False)


def is_closed(path: Path) -> bool:
    """Some folder on the way cannot be entered by other accounts, as a home folder cannot."""
    return any(not part.stat().st_mode & 0o001 for part in (path, *path.parents))


def kept_port(file: Path) -> int:
    """The port of last time while it is free, so that a noted address stays good; else a new one."""
    with contextlib.suppress(OSError, ValueError, OverflowError), socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        port = int(file.read_text())
        probe.bind(("127.0.0.1", port))
        return port
    port = free_port()
    write_private(file, str(port))
    return port


def kept_password(file: Path) -> str:
    if not file.exists() or not file.read_text().strip():
        write_private(file, secrets.token_urlsafe(24))
    return file.read_text().strip()


def write_private(path: Path, text: str) -> None:
    # NOFOLLOW: as root the folder may belong to `nobody`, who must not lead us elsewhere.
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "w") as file:
        file.write(text)
