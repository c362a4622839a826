"""Erases what of delegates and former contacts is kept longer than the rules say; sweeps files without a paper."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from meetings.papers.orphans import orphan_files, sweep_orphans
from meetings.people.retaining import apply_contact_retention, apply_retention, former_contacts, overdue


class Command(BaseCommand):
    help = (
        "Erase names and offices of delegates, and contacts who left, whose time is over, and say of how many; sweep "
        "files that a killed upload left. --check only reports."
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
        contacts = (
            [row.pk for row, _until in former_contacts(today)]
            if options["check"]
            else apply_contact_retention(today)
        )
        files = orphan_files(timezone.now()) if options["check"] else sweep_orphans(timezone.now())
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
