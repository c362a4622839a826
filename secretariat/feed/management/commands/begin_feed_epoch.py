"""`manage.py begin_feed_epoch`: after a restore from a backup all sync tokens end, and every reader begins anew."""

from typing import Any

from django.core.management.base import BaseCommand

from secretariat.feed.keeping import begin_epoch


class Command(BaseCommand):
    help = (
        "Run it once after a restore from a backup: all sync tokens and tags end, every reader begins anew."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        begin_epoch()
        self.stdout.write("All readers of the feed begin anew.")
