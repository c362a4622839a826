"""The same claim as the worker's, without Celery."""

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from secretariat.reminders.sending import send_due


class Command(BaseCommand):
    help = "Send every reminder that is due. With --loop, go on until stopped; the worker may run beside it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--loop", action="store_true", help="look again every second until stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        self.goes_on = True
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        while True:
            sent = send_due(keep_on=lambda: self.goes_on)
            if sent or not options["loop"]:
                self.stdout.write(f"{sent} sent")
            if not (options["loop"] and self.goes_on):
                return
            time.sleep(1)

    def _stop(self, *_args: Any) -> None:
        self.goes_on = False
