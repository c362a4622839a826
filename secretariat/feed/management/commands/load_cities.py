"""Enters where cities lie, so that calendars show meetings on the map."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from secretariat.feed.cities import SHIPPED, load_cities
from secretariat.feed.publish import publish_all


class Command(BaseCommand):
    help = "Enter cities and their coordinates. What the desk entered or changed stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED, help="default: the shipped file")

    def handle(self, *args: Any, **options: Any) -> None:
        count = load_cities(options["file"])
        if count:
            publish_all()
        self.stdout.write(f"{count} cities entered")
