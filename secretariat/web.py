"""The web server: the one command that production, `make run`, the tests and the benchmarks start.

    python -m secretariat.web --host 0.0.0.0 --port 8000

granian reads heads and bodies outside Python, so that a client who sends half a head, or nothing, holds no thread.
(gunicorn's threads were tried beside it: twenty half-sent heads held all sixteen for ever.)
"""

from __future__ import annotations

import argparse
import importlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server import Server

from .courtesy import Courteous
from .localstack.processes import die_with_parent

STOP_SECONDS = 8  # for answers under way; then a worker is killed
# Kept-alive connections of one worker. Each is a descriptor, of which many systems give a process 1024.
CONNECTIONS = 800
# A request's line and headers together: beyond it 431. So it is published to partners.
HEAD_BYTES = 16 * 1024
# Threads of each process beside WEB_THREADS, which do nothing but wait for the bodies of forms. With 64 of them the
# answers of 64 busy clients came a fifth more slowly.
WAITING = 16
FORM_BYTES = 2**20  # what may stand in a form beside its file
# For a whole head, and between two requests of a connection. A proxy in front must be the one who lets go first.
HEAD_SECONDS = 30
# Of an old worker after a new one runs beside it: its clients are told to connect anew.
LEAVING_SECONDS = 2


def main() -> None:
    parser = argparse.ArgumentParser(prog="secretariat.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--app", default="secretariat.wsgi:application", help="module:callable")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    # Who waits for a page is told within a second that the database is away; a worker has more patience.
    os.environ.setdefault("DATABASE_WAIT_SECONDS", "0.6")
    os.environ.setdefault("DATABASE_QUERY_SECONDS", "20")
    server = Server(
        options.app,
        address=options.host,
        port=options.port,
        interface=Interfaces.WSGI,
        workers=settings.WEB_WORKERS,
        blocking_threads=settings.WEB_THREADS + WAITING,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        websockets=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_SECONDS * 1000, keep_alive=True, max_buffer_size=HEAD_BYTES
        ),
        respawn_failed_workers=True,  # one that was killed; a crash loop ends the server
        respawn_interval=LEAVING_SECONDS,
        workers_kill_timeout=STOP_SECONDS,
        log_dictconfig=_logging(),
    )
    server.on_reload(_announce)
    # A killed server's workers would keep the port, beside those of the next.
    server.serve(target_loader=partial(_application, die_with_parent(signal.SIGKILL)))


def _application(follow: Callable[[], None], target: str) -> Courteous:
    """What each worker runs, made in its main thread."""
    module, _colon, name = target.partition(":")
    follow()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(
            number, signal.SIG_DFL
        )  # the server's own handlers came with the fork, and would do nothing
    leaving = threading.Event()
    signal.signal(signal.SIGUSR1, lambda *_args: leaving.set())
    application = getattr(importlib.import_module(module), name)
    return Courteous(
        application,
        threads=settings.WEB_THREADS,
        waiting=WAITING,
        most=settings.UPLOAD_MAX_MB * 2**20 + FORM_BYTES,
        is_leaving=leaving.is_set,
    )


def _announce() -> None:
    """Before the workers are replaced (SIGHUP): each lets go of its connections after the answer at hand.

    Whoever asks again on one that is closed just then would get no answer.
    """
    for worker in multiprocessing.active_children():
        if worker.pid:
            os.kill(worker.pid, signal.SIGUSR1)


def _logging() -> dict[str, Any]:
    return {**settings.LOGGING, "loggers": {"_granian": {"handlers": ["console"], "propagate": False}}}


if __name__ == "__main__":
    main()
