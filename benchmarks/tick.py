"""What a tick costs while a million deliveries lie in the future and nothing is due.

    SECRET_KEY=x LOCAL=1 python -m secretariat.localstack exec -- python -m benchmarks.tick [--deliveries 1000000]

Makes its own tables in the database it is given. The goal is under 5 ms in the database, at the median and in
nineteen of twenty.
"""

import argparse
import io
import os
import tempfile
import time

import django

GOAL_MS = 5
TICKS = 200

# Fifty contacts are told of one deadline, on days from tomorrow to ten years from now.
FUTURE = """
INSERT INTO reminders_delivery (
       uid, kind, meeting_id, due_id, contact_id, sequence, offset_code, reason, says_due_at, planned_on,
       planned_hour, zone, planned_at, expires_at, state, next_try_at, is_item, is_held, attempts, message_id,
       in_reply_to, language, recipient, subject, text, html, calendar, sha256, reply, created_at)
SELECT gen_random_uuid(), kind, meeting_id, due_id, contact_id, 1 + number, offset_code, reason, says_due_at + ahead,
       (planned_at + ahead)::date, planned_hour, zone, planned_at + ahead, expires_at + ahead, 'pending',
       planned_at + ahead, false, false, 0, '<tick-' || id || '.' || number || '@example.org>',
       '', '', '', '', '', '', '', '', '', now()
  FROM (SELECT * FROM reminders_delivery ORDER BY id DESC LIMIT 50) AS told,
       generate_series(1, %(each)s) AS number,
       LATERAL (SELECT interval '3 days' + number * interval '10 years' / %(each)s AS ahead) AS days
"""


class Clock:
    """Adds up how long statements take, from sending each to having its answer."""

    def __init__(self):
        self.seconds, self.statements = 0.0, 0

    def __call__(self, execute, sql, params, many, context):
        begin = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - begin
            self.statements += 1


def fill(deliveries):
    from django.core.management import call_command
    from django.db import connection

    from secretariat.reminders.models import Delivery

    call_command("fill_synthetic", deliveries=50, due_in=30 * 24 * 3600, stdout=io.StringIO())
    Delivery.objects.filter(state="pending").update(state="cancelled")
    with connection.cursor() as cursor:
        begin = time.perf_counter()
        cursor.execute(FUTURE, {"each": deliveries // 50})
        print(f"{cursor.rowcount:,} future deliveries written in {time.perf_counter() - begin:.0f} s")
        cursor.execute("VACUUM ANALYZE reminders_delivery")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--deliveries", type=int, default=1_000_000)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
    os.environ.setdefault("STATIC_ROOT", tempfile.mkdtemp())
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from secretariat.reminders.sending import send_due

    call_command("migrate", verbosity=0)
    call_command("load_mechanism", stdout=io.StringIO(), stderr=io.StringIO())
    settings.MAILBOX_DIR = ""
    for name, count in (("no deliveries", 0), ("future deliveries", options.deliveries)):
        if count:
            fill(count)
        costs, walls = [], []
        send_due()
        for _tick in range(TICKS):
            clock, begin = Clock(), time.perf_counter()
            with connection.execute_wrapper(clock):
                assert send_due() == 0
            walls.append((time.perf_counter() - begin) * 1000)
            costs.append(clock.seconds * 1000)
        costs.sort()
        walls.sort()
        middle, late = TICKS // 2, TICKS * 19 // 20
        kept = "goal kept" if costs[late] < GOAL_MS else "TOO SLOW"
        print(
            f"{name:18} a tick: {clock.statements} statements, {costs[middle]:.2f} ms (19 of 20: {costs[late]:.2f}); "
            f"with all of Python {walls[middle]:.2f} ms ({walls[late]:.2f})  {kept}"
        )


if __name__ == "__main__":
    main()
