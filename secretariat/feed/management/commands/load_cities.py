"""Enters where cities lie and what they are called, so that calendars show meetings on the map and name their place."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from secretariat.feed.cities import SHIPPED, load_cities
from secretariat.feed.publish import publish_all


class Command(BaseCommand):
    help = "Enter cities, their coordinates and their names. What the desk entered or changed stays as it is."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED, help="default: the shipped file")

    def handle(self, *args: Any, **options: Any) -> None:
        loaded = load_cities(options["file"])
        if loaded.entered or loaded.named:
            publish_all()
        self.stdout.write(f"{loaded.entered} cities entered, names given to {loaded.named} more")
        for language, cities in loaded.nameless.items():
            if cities:
                self.stdout.write(
                    f"no sourced name in {language}, called as meetings write it: {', '.join(cities)}"
                )
