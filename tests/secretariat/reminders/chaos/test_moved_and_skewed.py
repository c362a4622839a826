"""What changes under a sender's hands: the meeting's day, the clock of its machine, the rules of a time zone."""

import asyncio
import shutil
import threading
import zoneinfo
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
import tzdata
from django.db import connection
from django.utils import timezone

from meetings.schedule.moves import move_meeting
from secretariat.reminders.models import Delivery
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import send_due
from tests.factories import day_span

from .conftest import LIMIT, due, wait_until

pytestmark = pytest.mark.django_db(transaction=True)
SKEWED = """
import datetime, os, time_machine
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "secretariat.settings")
import django
django.setup()
from secretariat.reminders.sending import send_due
with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours={hours})):
    send_due()
"""


def test_a_meeting_moved_while_its_mail_is_on_the_wire_is_told_of_as_moved_and_to_nobody_else(meeting, sink):
    arrived, go_on, keep = threading.Event(), threading.Event(), sink.handle_DATA

    async def held_up(server, session, envelope):
        arrived.set()
        await asyncio.to_thread(go_on.wait, LIMIT)
        return await keep(server, session, envelope)

    sink.handle_DATA = held_up
    sender = threading.Thread(target=in_its_own_connection)
    sender.start()
    try:
        assert arrived.wait(LIMIT)
        first = Delivery.objects.get(state="sending")
        to = day_span((meeting.first_on + timedelta(days=100)).isoformat())
        move_meeting(
            meeting.pk, to=to, actor=None, reason="the host asked"
        )  # does not wait for the mail server
        assert sink.accepted == []
    finally:
        go_on.set()
        sender.join()
    while send_due():
        pass
    kinds = Delivery.objects.filter(state="sent").values_list("kind", "contact_id")
    assert sorted(kinds) == [("changed", first.contact_id), ("reminder", first.contact_id)]
    assert len(sink.accepted) == 2


def in_its_own_connection():
    try:
        send_due()
    finally:
        connection.close()


@pytest.mark.parametrize("hours", [1, -1])
def test_a_sender_whose_clock_is_an_hour_off_sends_by_the_clock_of_the_database(crowd, server, start, hours):
    crowd(["person"] * 3)
    early = Delivery.objects.filter(pk__in=due()[:3].values("pk"))
    early.update(next_try_at=timezone.now() + timedelta(minutes=30))
    expected = due().exclude(next_try_at__gt=timezone.now()).count()
    sender = start("-c", SKEWED.format(hours=hours))
    wait_until(lambda: sender.poll() is not None)
    assert (sender.returncode, server.received) == (0, expected)
    assert Counter(Delivery.objects.values_list("state", flat=True))["sent"] == expected


@pytest.fixture
def zone_data(tmp_path):
    """Called with two zones: from now on the first has the clock of the second."""
    former = zoneinfo.TZPATH

    def change(zone, like):
        shutil.copytree(Path(tzdata.__file__).parent / "zoneinfo", tmp_path / "zones")
        shutil.copy(tmp_path / "zones" / like, tmp_path / "zones" / zone)
        zoneinfo.reset_tzpath([tmp_path / "zones"])
        zoneinfo.ZoneInfo.clear_cache()

    yield change
    zoneinfo.reset_tzpath(former)
    zoneinfo.ZoneInfo.clear_cache()


def test_when_the_rules_of_a_zone_change_reconcile_moves_what_is_planned_there_and_nothing_else(
    meeting, zone_data
):
    def planned():
        rows = Delivery.objects.exclude(state="cancelled").filter(planned_at__gt=timezone.now())
        return {(row.contact.email, row.offset_code): row.planned_at for row in rows}

    before = planned()
    zone_data("Asia/Bishkek", like="Asia/Shanghai")  # two hours further east
    assert reconcile()
    moved = {key: before[key] - at for key, at in planned().items() if before[key] != at}
    assert {email for email, *_key in moved} == {"kg@example.org"}
    assert set(moved.values()) == {timedelta(hours=2)}
    assert reconcile() == []
