"""A plan is made while no row of the ledger is locked, and holds only while what it was made on is so."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pghistory
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.models import Due
from secretariat.reminders import ledger
from secretariat.reminders.ledger import reconcile_meetings
from secretariat.reminders.models import Delivery, ReminderRule

pytestmark = pytest.mark.django_db(transaction=True)
KZ = "kz@example.org"


@pytest.fixture(params=[3, 0], ids=["as_usual", "under_locks"])
def tries(request, monkeypatch):
    """As usual, and as where others were quicker again and again."""
    monkeypatch.setattr(ledger, "TRIES", request.param)


@pytest.fixture
def planned(meeting):
    """Called in a transaction that holds a lock: plans the ledger of the meeting anew beside it, and waits for it."""
    with ThreadPoolExecutor(1) as pool:

        def plan():
            done = pool.submit(in_its_own_connection, lambda: reconcile_meetings([meeting.pk]))
            until = time.monotonic() + 60
            while not is_somebody_waiting():
                assert not done.done()
                assert time.monotonic() < until
            return done

        yield plan


def in_its_own_connection(act):
    try:
        return act()
    finally:
        connection.close()


def is_somebody_waiting():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees them as it saw them first
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
        )
        return cursor.fetchone()[0]


def of(address):
    return Delivery.objects.filter(contact__email=address, due__isnull=False)


def moved_by_hand(days):
    """As an act moves a due, but for the ledger, which does not follow yet."""
    for due in Due.objects.all():
        due.due_at += timedelta(days=days)
        due.due_on += timedelta(days=days)
        due.sequence += 1
        due.save()


def told(row):
    Delivery.objects.filter(pk=row.pk).update(state="sent", sent_at=timezone.now(), dated_at=timezone.now())


def test_a_worker_takes_its_rows_while_what_is_to_be_said_is_worked_out(meeting, planned):
    moved_by_hand(2)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE reminders_reminderrule IN ACCESS EXCLUSIVE MODE")
        plan = planned()  # which has read the ledger, and waits for the rules
        rows = Delivery.objects.filter(meeting=meeting)
        assert len(rows.select_for_update(nowait=True)) == rows.count() > 3
    assert plan.result(60)


def test_what_nobody_disturbs_is_planned_once(meeting):
    moved_by_hand(2)
    with pghistory.context(reason="a move"), CaptureQueriesContext(connection) as queries:
        assert len(reconcile_meetings([meeting.pk])) > 3
    asked = [query["sql"] for query in queries]
    assert sum("FOR UPDATE" in sql for sql in asked) == 1
    assert sum('FROM "meetings_due"' in sql for sql in asked) == 1


def test_who_is_told_while_the_plan_is_made_is_told_of_the_move(meeting, planned, tries):
    moved_by_hand(2)
    now = of(KZ).get(state="pending", planned_at__lte=timezone.now())
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=now.pk)
        plan = planned()
        told(now)
    assert plan.result(60)
    assert [row.pk for row in of(KZ).filter(state="sent")] == [now.pk]
    assert [row.kind for row in of(KZ).filter(state="pending", planned_at__lte=timezone.now())] == ["changed"]
    assert reconcile_meetings([meeting.pk]) == []


def test_what_a_rule_says_that_ends_while_the_plan_is_made_is_not_planned(meeting, planned, tries):
    moved_by_hand(2)
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=of(KZ).first().pk)
        plan = planned()
        ReminderRule.objects.filter(about="due", occasion="before").delete()
    assert plan.result(60)
    assert of(KZ).filter(state="pending", kind="reminder").count() == 0
    assert reconcile_meetings([meeting.pk]) == []


def test_what_others_plan_meanwhile_is_not_planned_twice(meeting, planned, tries):
    moved_by_hand(2)
    with transaction.atomic():
        Delivery.objects.select_for_update().filter(meeting=meeting).order_by("pk").first()
        plan = planned()
        assert len(reconcile_meetings([meeting.pk])) > 3
    assert plan.result(60) == []
    assert reconcile_meetings([meeting.pk]) == []
