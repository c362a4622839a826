"""What it costs to make the ledger true again when a summit moves: 30 deadlines, six states, three contacts, five days.

    SECRET_KEY=x LOCAL=1 python -m secretariat.localstack exec -- python -m benchmarks.moved_summit [--deadlines 30]

Makes its own tables in the database it is given. The goal is under two seconds for the ledger, once while nobody
was told and once after everybody was told of each deadline.
"""

import argparse
import io
import os
import tempfile
import time
from datetime import date, timedelta

import django

GOAL_SECONDS = 2
CONTACTS = 3
OFFSETS = (30, 14, 7, 3, 1)


def people(track):
    """Three contacts in each state that answer for the track."""
    from meetings.models import Contact, Ministry, Responsibility
    from rotation.models import State

    Responsibility.objects.filter(track=track).delete()
    for state in State.objects.filter(memberships__side__mechanism=track.mechanism).distinct():
        ministry = Ministry.objects.create(state=state, names={"en": "Benchmark"})
        Responsibility.objects.create(track=track, ministry=ministry)
        for number in range(CONTACTS):
            email = f"desk{number}@{state.code.lower()}.synthetic.example.org"
            Contact.objects.create(ministry=ministry, name=f"Desk {number}", email=email)


def template(track, deadlines):
    from meetings.models import DeadlineTemplate, TemplateLine

    track.deadline_template = DeadlineTemplate.objects.create(name="Benchmark")
    TemplateLine.objects.bulk_create(
        TemplateLine(
            template=track.deadline_template,
            titles={"en": f"Paper {number}"},
            offset_days=-7 * number,
            chain_place=100 - number,
            calendars="all",
        )
        for number in range(1, deadlines + 1)
    )
    track.save()


class Ledger:
    """`reconcile_meetings`: how long it took, in how many queries, and since when it holds rows of the ledger."""

    def __init__(self, reconcile):
        self.reconcile, self.seconds, self.queries, self.lines = reconcile, 0.0, 0, 0
        self.locked_at = None

    def __call__(self, meeting_ids):
        from django.db import connection

        def counted(execute, sql, *args):
            self.queries += 1
            if self.locked_at is None and "reminders_delivery" in sql and "FOR UPDATE" in sql:
                self.locked_at = time.perf_counter()
            return execute(sql, *args)

        begin = time.perf_counter()
        with connection.execute_wrapper(counted):
            lines = self.reconcile(meeting_ids)
        self.ended_at = time.perf_counter()
        self.seconds += self.ended_at - begin
        self.lines += len(lines)
        return lines


def moved(what, act):
    from secretariat.reminders import receivers
    from secretariat.reminders.ledger import reconcile_meetings

    receivers.reconcile_meetings = ledger = Ledger(reconcile_meetings)
    begin = time.perf_counter()
    act()
    ended_at = time.perf_counter()
    locked = ledger.locked_at or ledger.ended_at
    kept = "goal kept" if ledger.seconds < GOAL_SECONDS else "TOO SLOW"
    print(
        f"{what:44} ledger {ledger.seconds:.3f} s, {ledger.queries} queries, {ledger.lines:,} rows changed, locked "
        f"{ledger.ended_at - locked:.3f} s, until the commit {ended_at - locked:.3f} s; the whole act "
        f"{ended_at - begin:.3f} s  {kept}"
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deadlines", type=int, default=30)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    os.environ.setdefault("STATIC_ROOT", tempfile.mkdtemp())
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.core.management import call_command
    from django.db.models.functions import Now

    from meetings.models import Meeting, Track
    from meetings.saving import save_meeting
    from meetings.schedule.dates import Precision, Span
    from meetings.schedule.moves import move_meeting
    from secretariat.reminders.models import Delivery, ReminderRule

    call_command("migrate", verbosity=0)
    call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
    track = Track.objects.get(slug="summit")
    people(track)
    template(track, options.deadlines)
    # These five days alone, and what is told of a move.
    ReminderRule.objects.filter(about="due", occasion__in=["before", "overdue", "escalated"]).delete()
    ReminderRule.objects.bulk_create(ReminderRule(days=days) for days in OFFSETS)

    def span(ahead):
        on = date.today() + timedelta(days=ahead)
        return Span(Precision.DAY, on, on, "Asia/Shanghai")

    def move(ahead):
        move_meeting(meeting.pk, to=span(ahead), actor=None, reason="benchmark")

    meeting = Meeting(track=track, status="proposed", host_id="CN")
    meeting.take_span(span(400))
    moved("a summit set", lambda: save_meeting(meeting))
    moved("moved, while nobody was told", lambda: move(430))
    open_rows = Delivery.objects.filter(meeting=meeting, state="pending", due__isnull=False)
    print(f"{options.deadlines} deadlines, {open_rows.count():,} deliveries to come")
    open_rows.filter(offset_code="P30D").update(state="sent", sent_at=Now(), dated_at=Now())
    moved("moved, after all were told of each deadline", lambda: move(460))


if __name__ == "__main__":
    main()
