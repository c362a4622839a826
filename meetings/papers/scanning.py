"""The virus scanner: a command of the house, asked about each file before it is kept."""

from __future__ import annotations

import logging
import shlex
import subprocess
from pathlib import Path

from django.conf import settings

SCAN_SECONDS = 60
log = logging.getLogger(__name__)


class Infected(Exception):
    """The scanner says that the file is infected."""


class ScanFailed(Exception):
    """The scanner did not answer, or not in its own words; the file counts as unsafe."""


def scan(path: Path) -> str:
    """The scanner's answer in one line; empty where none is set up.

    `clamdscan --fdpass --no-summary` answers 0 for clean and 1 for infected. Raises Infected, ScanFailed.
    """
    if not settings.UPLOAD_SCAN_COMMAND:
        return ""
    try:
        command = [*shlex.split(settings.UPLOAD_SCAN_COMMAND), str(path)]
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SCAN_SECONDS)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        log.error("the virus scanner did not answer: %s", type(error).__name__)
        raise ScanFailed from error
    if done.returncode == 1:
        raise Infected
    if done.returncode != 0:
        log.error("the virus scanner ended with %s", done.returncode)
        raise ScanFailed
    # Its own words name the file's place; the name of the command says enough.
    return f"clean: {Path(command[0]).name}"
