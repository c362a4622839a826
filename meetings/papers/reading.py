"""Files with a structure are read in a process of their own, with so much time and memory and no more. Pure.

Whoever sends a file chooses what its reader does: a loop, a gigabyte, a fault of the reader's own. Here it ends that
process, and the file is refused.
"""

from __future__ import annotations

import resource
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from .uploads import MEGABYTE, UploadRefused

PROCESSOR_SECONDS, SECONDS = 20, 60
MEMORY = 1536 * MEGABYTE
REFUSED, TAKEN = "refused", "taken"
PROJECT = Path(__file__).resolve().parent.parent.parent
PROGRAM = "from meetings.papers.reading import main; main()"


def read_apart(kind: str, file: BinaryIO) -> str:
    """The extension of a "pdf" or "package". Raises UploadRefused."""
    file.seek(0)
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, kind],
            input=file.read(),
            capture_output=True,
            timeout=SECONDS,
            cwd=PROJECT,
            env={"PYTHONPATH": str(PROJECT), "PYTHONDONTWRITEBYTECODE": "1"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UploadRefused("unread") from error
    verdict, _blank, word = done.stdout.decode("ascii", "replace").strip().partition(" ")
    if done.returncode == 0 and verdict == TAKEN:
        return word
    raise UploadRefused(word if done.returncode == 0 and verdict == REFUSED else "unread")


def read_here(kind: str, file: BinaryIO) -> str:
    file.seek(0)
    if kind == "pdf":
        from .pdf import check_pdf  # a sixth of a second, which no office file needs

        check_pdf(file)
        return "pdf"
    from .packages import check_package

    return check_package(file)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    file = BytesIO(sys.stdin.buffer.read())
    try:
        answer = f"{TAKEN} {read_here(sys.argv[1], file)}"
    except UploadRefused as error:
        answer = f"{REFUSED} {error.code}"
    sys.stdout.write(answer)
