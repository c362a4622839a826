"""The migrated test database is made once: the other workers of a run begin with a copy of it."""

import fcntl
from pathlib import Path

from django.db import connection


class Template:
    """A copy of the test database as the migrations leave it; the first worker that needs a database makes it.

    Who comes meanwhile waits, and who comes when it is gone again runs the migrations too.
    """

    def __init__(self, folder: Path) -> None:
        """folder: the same for all workers of a run, and for no others."""
        self.marker, self.lock = folder / "template", (folder / "template.lock").open("w")
        self.name = f"test_{connection.settings_dict['NAME']}_template"

    def take(self) -> None:
        """Let the database be copied from the template, where it is there; nobody else makes one before `leave`."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        if self.marker.exists():
            connection.settings_dict["TEST"]["TEMPLATE"] = self.name

    def leave(self) -> bool:
        """After the database is there; whether the template was made by us, who are to remove it."""
        is_first = not self.marker.exists()
        if is_first:
            connection.close()
            connection.close_pool()  # a database that is in use is not copied
            self._execute(f'DROP DATABASE IF EXISTS "{self.name}"')
            self._execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{connection.settings_dict["NAME"]}"')
            self.marker.touch()
        fcntl.flock(self.lock, fcntl.LOCK_UN)
        return is_first

    def remove(self) -> None:
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.marker.unlink()
        self._execute(f'DROP DATABASE "{self.name}"')
        fcntl.flock(self.lock, fcntl.LOCK_UN)

    def _execute(self, order: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(order)
