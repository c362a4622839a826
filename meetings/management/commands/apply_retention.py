"""Erases what of delegates and former contacts is kept longer than the rules say; sweeps files without a paper."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from meetings.papers.orphans import StandsStill, go_on, orphan_files, sweep_orphans
from meetings.people.retaining import apply_contact_retention, apply_retention, former_contacts, overdue


class Command(BaseCommand):
    help = (
        "Erase names and offices of delegates, and contacts who left, whose time is over, and say of how many; move "
        "files that no paper names aside for 30 days. --check only reports."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="write nothing; exit 1 if anything is overdue"
        )

        parser.add_argument(
            "--files-belong",
            action="store_true",
            help="after a restore: files and database were put together again, the sweep goes on",
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
        contacts = (
            [row.pk for row, _until in former_contacts(today)]
            if options["check"]
            else apply_contact_retention(today)
        )
        files = self._files(options)
        for lines in ([f"contact {pk}" for pk in contacts], [f"{path}: no paper names it" for path in files]):
            for line in lines:
                self.stdout.write(line)
        total = sum(count for _each, count in found)
        if options["check"] and contacts:
            raise CommandError(
                f"{len(contacts)} contacts are kept too long; run `manage.py apply_retention`", returncode=1
            )
        if options["check"] and total:
            raise CommandError(
                f"{total} delegates are kept too long; run `manage.py apply_retention`", returncode=1
            )
        self.stdout.write(f"{total} delegates" + ("" if options["check"] else ", erased"))

    def _files(self, options: dict[str, Any]) -> list[str]:
        now = timezone.now()
        if options["check"]:
            return orphan_files(now)
        if options["files_belong"]:
            go_on()
        try:
            return sweep_orphans(now)
        except StandsStill as still:
            self.stderr.write(
                f"The database was restored ({still.since}): files that no paper names are left alone. Put back the "
                "database or the folder of papers of the same time, then run `manage.py apply_retention --files-belong`."
            )
            return []
