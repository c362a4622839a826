"""The command line: servers for as long as one command runs."""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from . import servers
from .processes import LEAVE_SECONDS, die_with_parent, stop
from .refusals import CannotStart


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
