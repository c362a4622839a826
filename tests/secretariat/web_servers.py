"""A real web server of the tests: the very command that production runs, on a free port."""

import http.client
import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from secretariat.localstack.processes import free_port

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def web(app="secretariat.wsgi:application", log=None, **env):
    """Yields the port and the process of a server that answers; log: the file of what it says."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "secretariat.web", "--port", str(port), "--app", app]
    with open(log or os.devnull, "ab") as said:
        process = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **env}, stdout=said, stderr=subprocess.STDOUT
        )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                asked(port, "/health/live")
                break
            except OSError:
                assert time.monotonic() < until, "it does not answer"
                time.sleep(0.05)
        yield port, process
    finally:
        process.terminate()
        process.wait(60)


def asked(port, path, *, method="GET", body=None, timeout=30, **headers):
    """Status, headers (lower case) and body, by a connection of its own."""
    way = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        way.request(method, path, body=body, headers={"Host": "localhost", **headers})
        answer = way.getresponse()
        return answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read()
    finally:
        way.close()
