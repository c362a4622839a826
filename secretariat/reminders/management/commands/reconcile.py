"""Proof on demand that derived rows equal what the rules say today."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from secretariat.reminders.reconciling import reconcile


class Command(BaseCommand):
    help = "Derive deadlines and deliveries anew, repair what differs and report it. --check only reports."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; exit 1 on any difference")

    def handle(self, *args: Any, **options: Any) -> None:
        differences = reconcile(repair=not options["check"])
        for difference in differences:
            self.stdout.write(difference.where)
            for detail in difference.details:
                self.stdout.write(f"  {detail}")
        total = sum(len(difference.details) for difference in differences)
        if options["check"] and total:
            raise CommandError(f"{total} differences; run `manage.py reconcile` to repair them", returncode=1)
        self.stdout.write(f"{total} differences" + ("" if options["check"] else ", repaired"))
