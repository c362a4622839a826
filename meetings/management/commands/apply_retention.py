"""Erases the names and offices of delegates that are kept longer than the rules say."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from meetings.retaining import apply_retention, overdue


class Command(BaseCommand):
    help = (
        "Erase names and offices of delegates whose time is over, and say of how many. --check only reports."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 if anything is overdue"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today = timezone.localdate()
        if options["check"]:
            found = [(each, len(each.delegates)) for each in overdue(today)]
        else:
            found = [(each, len(each.delegates)) for each, _versions in apply_retention(today)]
        for each, count in found:
            self.stdout.write(
                f"{each.meeting}: {count} delegates, {each.rule}; kept until {each.retention.last_on}"
            )
        total = sum(count for _each, count in found)
        if options["check"] and total:
            raise CommandError(
                f"{total} delegates are kept too long; run `manage.py apply_retention`", returncode=1
            )
        self.stdout.write(f"{total} delegates" + ("" if options["check"] else ", erased"))
