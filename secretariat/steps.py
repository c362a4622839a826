"""Several `manage.py` commands, one after the other, in one process; the first that fails ends it.

Loading Django takes a second or two on a slow machine: once instead of five times halves a start of `make run`.
"""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from .supervisor import BEGIN


def main(commands: list[str]) -> None:
    """commands: each a whole command line, such as "migrate --noinput"."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    for command in commands:
        words = command.split()
        sys.stdout.write(f"{BEGIN}{words[0]}\n")
        sys.stdout.flush()
        execute_from_command_line(["manage.py", *words])


if __name__ == "__main__":
    main(sys.argv[1:])
