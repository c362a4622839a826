"""`manage.py rebuild_feed`: render every meeting anew and say what differed."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from secretariat.feed.keeping import begin_release
from secretariat.feed.publish import publish_all

KINDS = ("created", "changed", "removed", "unchanged", "failed")


class Command(BaseCommand):
    help = (
        "Render all feed items anew; a second run changes nothing. Run it after a change of the renderer. "
        "Exits with 1 when a meeting cannot be rendered; the log says which."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit with 1 when something differs"
        )

        parser.add_argument(
            "--outdated",
            action="store_true",
            help="only what an older renderer wrote: a step of each deployment",
        )

    def handle(self, *args: Any, check: bool, outdated: bool, **options: Any) -> None:
        counts = publish_all(write=not check, only_outdated=outdated)
        if outdated and not check:
            begin_release()
        for audience in sorted({audience for audience, _kind in counts}):
            figures = ", ".join(f"{kind} {counts[audience, kind]}" for kind in KINDS)
            self.stdout.write(f"{audience}: {figures}")
        wrong = {kind for _audience, kind in counts} - {"unchanged"}
        if "failed" in wrong or (check and wrong):
            sys.exit(1)
