"""The same claim as the worker's, without Celery."""

import logging
import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection

from secretariat.reminders.sending import send_due

log = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Send every reminder that is due. With --loop, go on until stopped; the worker may run beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="look again every second until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        self.goes_on = True
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while True:
            sent = self._sent(goes_on_whatever_fails=options["loop"])
            if sent or not options["loop"]:
                self.stdout.write(f"{sent} sent")
            if not (options["loop"] and self.goes_on):
                return
            time.sleep(1)

    def _sent(self, *, goes_on_whatever_fails: bool) -> int:
        """How many were sent. With --loop no fault ends it: neither a database that is away, nor one that nobody thought
        of; what was claimed is given back, or when its lease ends."""
        try:
            return send_due(keep_on=lambda: self.goes_on)
        except (OperationalError, InterfaceError) as error:
            if not goes_on_whatever_fails:
                raise
            log.warning("the database is away: %s", error)
        except Exception:
            if not goes_on_whatever_fails:
                raise
            log.exception("sending failed, and is tried again")
        connection.close()
        return 0

    def _stop(self, *_args: Any) -> None:
        self.goes_on = False
