"""What a tick, a claim and a reconcile ask of the database does not depend on how much is not due, or not touched."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.models import Deadline, Due, Meeting
from meetings.schedule.moves import move_meeting
from secretariat.reminders.ledger import reconcile_meetings
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import claim, send_due
from tests.factories import DueFactory, MeetingFactory, day_span

pytestmark = pytest.mark.django_db


def queries_of(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


def delivery(row, number, meeting, due):
    """As `row`, thirty days from now and of this due."""
    ahead = timezone.now() + timedelta(days=30)
    return Delivery(
        kind="reminder",
        meeting=meeting,
        due=due,
        contact_id=row.contact_id,
        sequence=number,
        says_due_at=ahead,
        planned_on=ahead.date(),
        planned_hour=ahead.time(),
        zone=row.zone,
        planned_at=ahead,
        expires_at=ahead,
        next_try_at=ahead,
        message_id=f"<{number}@example.org>",
    )


def not_due(count):
    """So many more deliveries to come, of other dues of other meetings."""
    row = Delivery.objects.filter(due__isnull=False).select_related("meeting", "due__state").first()
    day = day_span((timezone.now().date() + timedelta(days=200)).isoformat())
    meetings = Meeting.objects.bulk_create(
        MeetingFactory.build_batch(count, track=row.meeting.track, span=day)
    )
    deadlines = Deadline.objects.bulk_create(Deadline(meeting=each, offset_days=-60) for each in meetings)
    dues = Due.objects.bulk_create(DueFactory.build(deadline=each, state=row.due.state) for each in deadlines)
    first = 1000 + Delivery.objects.count()
    Delivery.objects.bulk_create(
        delivery(row, first + number, meeting, due)
        for number, (meeting, due) in enumerate(zip(meetings, dues, strict=True))
    )


def test_a_tick_asks_as_little_beside_a_thousand_that_are_not_due_as_beside_ten(meeting, sink):
    send_due()
    not_due(10)
    beside_ten = queries_of(send_due)
    not_due(990)
    assert Delivery.objects.filter(state="pending", next_try_at__gt=timezone.now()).count() >= 1000
    assert queries_of(send_due) == beside_ten


def test_a_claim_asks_as_little_beside_a_thousand_that_are_not_due_as_beside_ten(meeting):
    not_due(10)
    claimed = []
    beside_ten = queries_of(lambda: claimed.extend(claim(50)))
    Delivery.objects.filter(state="claimed").update(state="pending", token=None, lease_until=None)
    not_due(990)
    assert queries_of(lambda: claimed.extend(claim(50))) == beside_ten
    assert len(claimed) == 6


def test_a_move_asks_as_little_beside_a_thousand_meetings_that_stay_as_beside_ten(meeting):
    def move(days):
        to = day_span((meeting.first_on + timedelta(days=days)).isoformat())
        return queries_of(lambda: move_meeting(meeting.pk, to=to, actor=None, reason="the host asked"))

    not_due(10)
    move(70)  # the first looks up content types, which are known from then on
    beside_ten = move(77)
    not_due(990)
    assert move(84) == beside_ten


def test_a_reconcile_asks_as_little_beside_a_thousand_meetings_that_stay_as_beside_ten(meeting):
    not_due(10)
    beside_ten = queries_of(lambda: reconcile_meetings([meeting.pk]))
    not_due(990)
    assert queries_of(lambda: reconcile_meetings([meeting.pk])) == beside_ten
