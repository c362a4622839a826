"""What a summit's deadlines cost: 30 deadlines by six states, derived, moved, touched by a closed day.

    SECRET_KEY=x LOCAL=1 python -m secretariat.localstack exec -- python -m benchmarks.dues [--deadlines 30]

Makes its own tables in the database it is given. The goal is under one second for each.
"""

import argparse
import io
import os
import tempfile
import time
from contextlib import contextmanager
from datetime import date, timedelta

import django


@contextmanager
def told(what):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        begin = time.perf_counter()
        yield
        seconds = time.perf_counter() - begin
    print(f"{what:44} {seconds:.3f} s  {len(queries)} queries  {'goal kept' if seconds < 1 else 'TOO SLOW'}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deadlines", type=int, default=30)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    os.environ.setdefault("STATIC_ROOT", tempfile.mkdtemp())
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.core.management import call_command

    from meetings.days.closed_days import days_changed, plan_days
    from meetings.days.state_calendars import DayEdit
    from meetings.days.workdays import SpecialDay
    from meetings.models import CalendarDay, DeadlineTemplate, Due, Meeting, TemplateLine, Track
    from meetings.saving import save_meeting
    from meetings.schedule.dates import Precision, Span
    from meetings.schedule.moves import move_meeting, plan_move

    call_command("migrate", verbosity=0)
    call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
    template = DeadlineTemplate.objects.create(name="Benchmark")
    TemplateLine.objects.bulk_create(
        TemplateLine(
            template=template,
            titles={"en": f"Paper {number}"},
            offset_days=-7 * number,
            chain_place=100 - number,
            calendars="all",
        )
        for number in range(1, options.deadlines + 1)
    )
    track = Track.objects.get(slug="summit")
    track.deadline_template = template
    track.save()

    def span(ahead):
        on = date.today() + timedelta(days=ahead)
        return Span(Precision.DAY, on, on, "Asia/Shanghai")

    meeting = Meeting(track=track, status="proposed", host_id="CN")
    meeting.take_span(span(400))
    with told("a summit set, its deadlines derived"):
        save_meeting(meeting)
    owed = Due.objects.filter(deadline__meeting=meeting).count()
    print(f"{options.deadlines} deadlines, {owed} dues")
    with told("a move shown"):
        plan_move(meeting, span(430))
    with told("a move done"):
        move_meeting(meeting.pk, to=span(430), actor=None, reason="benchmark")
    with told("a move at short notice shown, with proposals"):
        plan_move(meeting, span(60))
    day = Due.objects.filter(state="KZ", deadline__meeting=meeting).order_by("due_on").last().due_on
    with told("a closed day shown"):
        plan_days([DayEdit("KZ", day, "decree", SpecialDay(True, "closed", basis="decree"))])
    CalendarDay.objects.create(state_id="KZ", day=day, basis="decree", name="closed")
    with told("a closed day entered"):
        days_changed([("KZ", day)])


if __name__ == "__main__":
    main()
