"""`manage.py after_restore`: what a database restored from a backup has to be told before it goes on."""

from typing import Any

from django.core.management.base import BaseCommand

from secretariat.reminders.restoration import put_in_doubt


class Command(BaseCommand):
    help = (
        "Run it once after a restore from a backup, before the workers start. Mails that are due become uncertain, "
        "since they may have been sent after the backup was made, and all readers of the feed begin anew. The "
        "workers notice most restores by themselves; this is for certainty."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = put_in_doubt()
        self.stdout.write(
            f"{found} mails that are due may have been sent already; staff settle them at the desk."
        )
        self.stdout.write("All readers of the feed begin anew.")
