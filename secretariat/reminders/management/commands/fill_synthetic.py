"""Load for benchmarks: meetings in the feed, deliveries in the ledger."""

from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from meetings.changes import announce
from meetings.deadlines.dues import derive_dues
from meetings.models import Contact, Deadline, Meeting, Ministry, Responsibility, Track
from meetings.schedule.dates import Precision, Span
from rotation.models import Mechanism, State
from secretariat.reminders.models import Delivery

DOMAIN = "synthetic.example.org"
DUE_FROM = 50  # contacts a synthetic deadline; each gets one delivery of it


class Command(BaseCommand):
    help = "Fill the database with synthetic meetings and deliveries. Refuses one that holds real contacts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--meetings", type=int, default=0, help="public meetings to add")
        parser.add_argument("--deliveries", type=int, default=0, help="deliveries to add")
        parser.add_argument("--due-in", type=int, default=0, help="seconds until the deliveries are due")

    def handle(self, *args: Any, **options: Any) -> None:
        if Contact.objects.filter(is_example=False).exclude(email__endswith=f"@{DOMAIN}").exists():
            raise CommandError(
                "This database holds real contacts; synthetic mail is never mixed with theirs."
            )
        mechanism = Mechanism.objects.first()
        if mechanism is None:
            raise CommandError("Load a mechanism first: manage.py load_mechanism")
        fifties, rest = divmod(options["deliveries"], DUE_FROM)
        with transaction.atomic():
            self._add_meetings(_track(mechanism, DUE_FROM), options["meetings"])
            # A deadline is due from everybody of its track, so what is left has a track of as many people.
            for people, deadlines in ((DUE_FROM, fifties), (rest, 1)):
                if people and deadlines:
                    self._add_deliveries(_track(mechanism, people), people, deadlines, options["due_in"])
        self.stdout.write(f"added {options['meetings']} meetings, {options['deliveries']} deliveries")

    def _add_meetings(self, track: Track, count: int) -> None:
        start = track.meetings.count()
        rows = []
        for number in range(start, start + count):
            day = date(2020, 1, 1) + timedelta(days=number % 3650)
            rows.append(_meeting(track, day, f"Synthetic meeting {number}"))
        Meeting.objects.bulk_create(rows, batch_size=1000)
        for position in range(0, len(rows), 500):
            announce(row.pk for row in rows[position : position + 500])

    def _add_deliveries(self, track: Track, people: int, deadlines: int, due_in: int) -> None:
        """Deadlines in five days or four: of each, the reminder of seven days before goes to everybody now."""
        state = State.objects.filter(memberships__side__mechanism=track.mechanism).first()
        ministry, is_new = Ministry.objects.get_or_create(
            state=state, names={"en": f"Synthetic ministry of {people}"}
        )
        if is_new:
            Responsibility.objects.create(track=track, ministry=ministry)
            Contact.objects.bulk_create(
                Contact(ministry=ministry, name=f"Desk {n}", email=f"desk{n}@{DOMAIN}", language=language)
                for n, language in zip(range(people), ["en", "zh", "ru"] * people, strict=False)
            )
        now = timezone.now()
        title = f"Synthetic meeting with deadlines {track.meetings.count()}"
        meeting = _meeting(track, now.date() + timedelta(days=5), title, status="confirmed")
        meeting.save()
        for number in range(deadlines):
            Deadline.objects.create(
                meeting=meeting, titles={"en": f"Paper {number}"}, offset_days=0, roll="none"
            )
        derive_dues(meeting)
        announce([meeting.pk])
        due = Delivery.objects.filter(meeting=meeting, planned_at__lte=timezone.now())
        due.update(next_try_at=now + timedelta(seconds=due_in))


def _track(mechanism: Mechanism, people: int) -> Track:
    """The synthetic track whose deadlines are due from `people` contacts."""
    slug = "synthetic" if people == DUE_FROM else f"synthetic-{people}"
    values = {"mechanism": mechanism, "names": {"en": "Synthetic track"}, "level": "forum"}
    return Track.objects.get_or_create(slug=slug, defaults=values)[0]


def _meeting(track: Track, day: date, title: str, status: str = "held") -> Meeting:
    meeting = Meeting(
        track=track,
        titles={"en": title},
        status=status,
        visibility=Meeting.Visibility.PUBLIC,
        city="Astana",
        is_example=True,
    )
    meeting.take_span(Span(Precision.DAY, day, day, "Asia/Almaty"))
    return meeting
