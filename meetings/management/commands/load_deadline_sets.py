"""Loads the sets of deadlines that come with the service."""

from typing import Any

from django.core.management.base import BaseCommand

from meetings.deadlines.sets import load_deadline_sets


class Command(BaseCommand):
    help = "Load the shipped sets of deadlines that are not there yet; one that the desk changed stays."

    def handle(self, *args: Any, **options: Any) -> None:
        for name in load_deadline_sets():
            self.stdout.write(f"deadline set: {name}")
