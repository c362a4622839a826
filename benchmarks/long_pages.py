"""Server time of the desk's two long lists: a page of 200 meetings, and one of 500 dues. Bar: 300 ms on 2 cores.

    SECRET_KEY=x LOCAL=1 python -m secretariat.localstack exec -- python -m benchmarks.long_pages [--profile]

Makes its own tables in the database it is given. CPU seconds of this process are told beside the clock's, since
other people's work on the machine slows the clock first; and a plain loop is timed before and after, since machines
differ: what took 0.3 s beside a loop of 1 s takes 0.15 s beside one of 0.5 s, an ordinary server's.
"""

import argparse
import cProfile
import io
import os
import pstats
import statistics
import tempfile
import time
from datetime import date, timedelta

import django

BAR_SECONDS = 0.3
RUNS = 7


def filled(meetings, dues):
    """Meetings on days of their own in 2031, in all tracks, and as many dues of theirs as asked."""
    from meetings.models import Deadline, Due, Meeting, Track
    from meetings.schedule.dates import Precision, Span
    from rotation.models import State

    tracks, states = list(Track.objects.all()), list(State.objects.all())
    rows = []
    for number in range(meetings):
        day = date(2031, 1, 6) + timedelta(days=number)
        host = states[number % len(states)]
        meeting = Meeting(
            track=tracks[number % len(tracks)], status="confirmed", host=host, country=host, city="Astana"
        )
        meeting.take_span(Span(Precision.DAY, day, day, host.zone))
        rows.append(meeting)
    Meeting.objects.bulk_create(rows)
    deadlines = Deadline.objects.bulk_create(
        Deadline(meeting=row, titles={"en": "Draft papers"}, offset_days=-30)
        for row in rows[: -(-dues // len(states))]
    )
    Due.objects.bulk_create(
        Due(
            deadline=deadline,
            state=state,
            target_on=deadline.meeting.first_on,
            due_on=deadline.meeting.first_on,
            due_at=deadline.meeting.starts_at,
            zone=state.zone,
            trail=[{"code": "worked", "day": str(deadline.meeting.first_on), "state": state.code}],
        )
        for number, (deadline, state) in enumerate(
            (deadline, state) for deadline in deadlines for state in states
        )
        if number < dues
    )


def loop_seconds():
    """How long this machine takes for ten million steps of a loop, by the clock."""
    began, step = time.perf_counter(), 0
    while step < 10_000_000:
        step += 1
    return time.perf_counter() - began


def measured(client, admin_class, address, size):
    from django.db import connection

    admin_class.list_per_page = size
    clock, cpu = [], []
    queries = []

    def told(execute, sql, params, many, context):
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            queries.append(time.perf_counter() - began)

    with connection.execute_wrapper(told):
        answer = client.get(address)
    assert answer.status_code == 200
    shown = answer.content.count(b'<th class="field-')
    assert shown == size, shown
    for _run in range(RUNS):
        began, began_cpu = time.perf_counter(), time.process_time()
        client.get(address).content  # noqa: B018 - a page is rendered when it is read
        clock.append(time.perf_counter() - began)
        cpu.append(time.process_time() - began_cpu)
    print(
        f"{address:36} {size} rows  {len(queries)} queries ({sum(queries):.3f} s)  {len(answer.content) // 1024} KB  "
        f"median {statistics.median(clock):.3f} s, least {min(clock):.3f} s; CPU {statistics.median(cpu):.3f} s"
    )
    return min(clock)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--profile", action="store_true", help="where the time goes, for each list")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    os.environ.setdefault("STATIC_ROOT", tempfile.mkdtemp())
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.conf import settings
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}  # hashed names need collectstatic
    from meetings.admin.deadlines.desk import DueAdmin
    from meetings.admin.schedule.desk import MeetingAdmin

    call_command("migrate", verbosity=0)
    call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
    users = get_user_model().objects
    if not users.filter(username="bench").exists():  # else the database was filled by an earlier run
        users.create(username="bench", is_staff=True, is_superuser=True)
        filled(200, 500)
        connection.cursor().execute("ANALYZE")  # as the database does by itself, a minute later
    client = Client(HTTP_HOST="localhost")
    client.force_login(users.get(username="bench"))
    slowest, loops = 0.0, [loop_seconds()]
    for admin_class, address, size in [
        (MeetingAdmin, "/admin/meetings/meeting/", 50),  # a page as the desk cuts it
        (MeetingAdmin, "/admin/meetings/meeting/", 200),
        (DueAdmin, "/admin/meetings/due/", 50),
        (DueAdmin, "/admin/meetings/due/", 500),
    ]:
        slowest = max(slowest, measured(client, admin_class, address, size))
        if options.profile:
            with cProfile.Profile() as profile:
                client.get(address).content  # noqa: B018
            pstats.Stats(profile).sort_stats("cumulative").print_stats(
                r"meetings/|rotation/|admin_list|utils.py|backends|main.py|options.py", 45
            )
    loops.append(loop_seconds())
    print(f"ten million steps of a loop: {loops[0]:.2f} s before, {loops[1]:.2f} s after; ordinary: 0.5 s")
    print(f"slowest {slowest:.3f} s, bar {BAR_SECONDS} s: {'held' if slowest < BAR_SECONDS else 'missed'}")


if __name__ == "__main__":
    main()
