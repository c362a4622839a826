"""Shows what the holiday library would change in the table of special days, and takes it when told to."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from meetings.days.library import HOLIDAYS
from meetings.days.library_layer import DayChange, plan_deadlines, plan_library, take_changes
from rotation.models import State


class Command(BaseCommand):
    help = "Show what the holiday library would change, by state, with the deadlines that would move."

    def add_arguments(self, parser: CommandParser) -> None:
        year = timezone.localdate().year
        parser.add_argument("states", nargs="*", help="codes, such as CN KZ; default: all")
        parser.add_argument(
            "--from", type=int, default=year, dest="first", help="first year; default: this one"
        )
        parser.add_argument("--until", type=int, default=year + 4, help="last year, inclusive")
        parser.add_argument(
            "--take", action="store_true", help="write the changes; without it nothing is written"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        codes = options["states"] or list(State.objects.values_list("code", flat=True))
        unknown = set(codes) - set(State.objects.values_list("code", flat=True))
        if unknown:
            raise CommandError(f"no such state: {', '.join(sorted(unknown))}")
        if options["until"] < options["first"]:
            raise CommandError("--until lies before --from")
        changes, unchanged = plan_library(codes, range(options["first"], options["until"] + 1))
        self.stdout.write(f"{HOLIDAYS} would change {len(changes)} days; {unchanged} stay")
        for change in changes:
            self.stdout.write(_line(change))
        for touched in plan_deadlines(changes):
            for due in touched.changes:
                self.stdout.write(
                    f"  {touched.meeting} · {due.title} · {due.state}: {due.due_on_before} -> {due.due_on}"
                )
        if options["take"] and changes:
            take_changes(changes, reason=HOLIDAYS)
            self.stdout.write(f"{len(changes)} days written")


def _line(change: DayChange) -> str:
    names = [entry.name for entry in (change.before, change.after) if entry is not None]
    certainty = f" ({change.after.certainty})" if change.after else ""
    staffs = "; the secretariat's entry wins" if change.staffs else ""
    return (
        f"{change.state} {change.day} {change.action}: {' -> '.join(dict.fromkeys(names))}{certainty}{staffs}"
    )
