"""If-Modified-Since and If-Unmodified-Since: for clients that know no tag, and never an old body for a new one."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone

from secretariat.feed.keeping import begin_epoch
from secretariat.feed.models import Feed

from .factories import bearer, days, meeting, token
from .test_conditional import numbered

pytestmark = pytest.mark.django_db
CALENDAR = "/api/v1/calendar.ics"


def changed(at):
    Feed.objects.update(changed_at=at)


def test_a_cancelled_meeting_that_falls_out_with_the_month_is_a_change(client):
    meeting(days("2026-06-15", "2026-06-15"), status="cancelled")
    numbered()
    changed(datetime(2026, 6, 1, tzinfo=UTC))
    with time_machine.travel(datetime(2027, 8, 1, tzinfo=UTC), tick=False):
        first = client.get(CALENDAR)
    # 400 days after the first of July, when the meetings that ended in June fall out.
    with time_machine.travel(datetime(2027, 8, 6, tzinfo=UTC), tick=False):
        later = client.get(CALENDAR, HTTP_IF_MODIFIED_SINCE=first["Last-Modified"])
        again = client.get(CALENDAR, HTTP_IF_MODIFIED_SINCE=later["Last-Modified"])
    assert [b"STATUS:CANCELLED" in each.content for each in (first, later)] == [True, False]
    assert [each["Last-Modified"] for each in (first, later)] == [
        "Tue, 06 Jul 2027 00:00:00 GMT",
        "Thu, 05 Aug 2027 00:00:00 GMT",
    ]
    assert again.status_code == 304


def test_after_a_restore_the_moment_does_not_go_back(client):
    meeting()
    numbered()
    now = timezone.now()
    told = format_datetime((now - timedelta(hours=1)).astimezone(UTC), usegmt=True)
    changed(now - timedelta(days=1))  # the backup is a day old
    assert client.get(CALENDAR, HTTP_IF_MODIFIED_SINCE=told).status_code == 304
    begin_epoch()
    assert client.get(CALENDAR, HTTP_IF_MODIFIED_SINCE=told).status_code == 200
    with time_machine.travel(now + timedelta(minutes=5), tick=False):
        assert client.get(CALENDAR, HTTP_IF_MODIFIED_SINCE=told).status_code == 200


def test_another_release_may_say_the_same_in_other_bytes(client):
    meeting()
    numbered()
    changed(datetime(2026, 3, 1, tzinfo=UTC))
    told = client.get(CALENDAR)["Last-Modified"]
    call_command("rebuild_feed", outdated=True)
    assert client.get(CALENDAR, HTTP_IF_MODIFIED_SINCE=told).status_code == 200


def test_a_partner_is_told_no_moment_as_what_it_may_see_changes_without_its_feed(client):
    meeting()
    numbered()
    changed(datetime(2026, 3, 1, tzinfo=UTC))
    headers = bearer(token())
    assert "Last-Modified" in client.get(CALENDAR)
    assert "Last-Modified" not in client.get(CALENDAR, **headers)
    since = format_datetime(timezone.now().astimezone(UTC), usegmt=True)
    assert client.get(CALENDAR, HTTP_IF_MODIFIED_SINCE=since, **headers).status_code == 200


def test_if_unmodified_since_means_nothing_where_no_moment_is_told(client):
    made = meeting()
    numbered()
    long_ago = {"HTTP_IF_UNMODIFIED_SINCE": "Mon, 01 Jan 2024 00:00:00 GMT"}
    for address in ("/api/v1/states/", f"/api/v1/meetings/{made.uid}/", f"/meetings/{made.uid}/", CALENDAR):
        assert client.get(address, **long_ago).status_code == 200
    changed(datetime(2026, 3, 1, tzinfo=UTC))
    assert client.get(CALENDAR, **long_ago).status_code == 412
