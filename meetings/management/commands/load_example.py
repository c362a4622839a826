"""Loads the example set of a first run."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from meetings.example import load_example, was_ever_loaded


class Command(BaseCommand):
    help = "Load the example set: contacts at example.org, a proposed summit date, a meeting with deadlines."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--first-run",
            action="store_true",
            help="do nothing where the set was ever loaded, removed or not",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL:
            raise CommandError(
                "The example set is for one's own machine (LOCAL=1); production never loads it."
            )
        if options["first_run"] and was_ever_loaded():
            return
        is_loaded = load_example(timezone.localdate())
        self.stdout.write("example set: loaded" if is_loaded else "example set: already there")
