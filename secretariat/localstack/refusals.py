"""Why nothing starts, each in one line that says what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

NEEDED_MB = 100  # a new PostgreSQL folder is 40 MB, its first journal 16 MB
FULL = (errno.ENOSPC, errno.EDQUOT)
# What programs say of a full disk; PostgreSQL gives the second as a hint after a short write.
SAID_OF_FULL = (os.strerror(errno.ENOSPC), "Check free disk space")


class CannotStart(Exception):
    """One line that says what is wrong and what to do; printed, exit 2."""


def tells_full_disk(text: str) -> bool:
    return any(words in text for words in SAID_OF_FULL)


def storage_advice(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        room = f"has no room left (a start needs {NEEDED_MB} MB)"
        return f"The disk that holds {folder} {room}: free some, or set VAR_DIR to another disk."
    where = error.filename or folder
    return f"Cannot use {where} ({error.strerror}): mend its permissions, or set VAR_DIR to another folder."
