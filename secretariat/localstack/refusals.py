"""Why nothing starts, each in one line that says what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path

FULL = (errno.ENOSPC, errno.EDQUOT)
# What programs say of a full disk; PostgreSQL gives the second as a hint after a short write.
SAID_OF_FULL = (os.strerror(errno.ENOSPC), "Check free disk space")


class CannotStart(Exception):
    """One line that says what is wrong and what to do; printed, exit 2."""


def tells_full_disk(text: str) -> bool:
    return any(words in text for words in SAID_OF_FULL)


def storage_advice(folder: Path, error: OSError) -> str:
    if error.errno in FULL:
        return f"The disk that holds {folder} is full: free some space, or set VAR_DIR to another disk."
    where = error.filename or folder
    return f"Cannot use {where} ({error.strerror}): mend its permissions, or set VAR_DIR to another folder."
