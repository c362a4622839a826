"""Takes the example set out of use."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from meetings.example import remove_example


class Command(BaseCommand):
    help = "Remove the example set; what was sent to it stays in the ledger."

    def handle(self, *args: Any, **options: Any) -> None:
        is_removed = remove_example(timezone.now())
        self.stdout.write("example set: removed" if is_removed else "example set: there is none")
