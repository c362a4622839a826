"""Loads a mechanism's record: states, tracks, meetings, committee, and the states' holidays."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError, transaction
from django.utils import timezone

from meetings.days.library_layer import fill_library
from meetings.days.shipped import load_shipped_days
from meetings.deadlines.sets import load_deadline_sets
from meetings.record.decisions import DecisionEdited
from meetings.record.loader import Loader
from meetings.record.positions import BadRecord
from meetings.record.reader import read_record
from meetings.record.states import AnotherMechanismsRow
from meetings.schedule.dates import BadSpan
from meetings.schedule.lifecycle_said import StatusRefused
from rotation.deciding import DecisionRefused
from rotation.held import HeldTurnMoved

SHIPPED = Path(__file__).resolve().parents[2] / "data" / "mechanism.json"
YEARS_BEFORE, YEARS_AFTER = 1, 4  # of the holiday table, round the current year


class Command(BaseCommand):
    help = (
        "Load a mechanism's record, whole or not at all. Loading it again changes only what the file changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, default=SHIPPED, help="default: the shipped record")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            record = read_record(options["file"])
        except BadRecord as error:
            raise CommandError(str(error)) from error
        year = timezone.now().year
        years = range(year - YEARS_BEFORE, year + YEARS_AFTER + 1)
        try:
            with transaction.atomic():  # a record without its holidays would give dues on closed days
                loader = Loader(record, self._progress)
                summary = loader.load()
                codes = [state["code"] for state in record["states"]]
                days, differing = fill_library(codes, years)
                shipped = load_shipped_days(codes)
        except (IntegrityError, BadSpan, DecisionRefused, StatusRefused) as error:
            why = str(error).splitlines()[0]
            raise CommandError(f"{options['file'].name}: contradicts what the desk entered: {why}") from error
        except (AnotherMechanismsRow, DecisionEdited, HeldTurnMoved) as error:
            raise CommandError(f"{options['file'].name}: {error}") from error
        finally:
            self.stderr.write("")
        for kind, counts in summary.counts.items():
            self.stdout.write(
                f"{kind}: {counts['created']} created, {counts['changed']} changed, {counts['unchanged']} unchanged"
            )
        self.stdout.write(
            f"special day: {days.created} created, {days.changed} changed, "
            f"{days.removed} removed, {days.unchanged} unchanged"
        )
        if shipped:
            self.stdout.write(f"shipped special day: {shipped} created")
        for line in loader.said:
            self.stdout.write(line)
        for name in load_deadline_sets():
            self.stdout.write(f"deadline set: {name}")
        if differing:
            self.stdout.write(f"special day: {differing} differ from the library; look at them on the desk")

    def _progress(self, done: int, total: int) -> None:
        self.stderr.write(f"\rloading {done} of {total}", ending="")
