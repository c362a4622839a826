"""The load for benchmarks: what it refuses, what it makes, and that the service's own proofs hold after it."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from meetings.models import Contact, Meeting
from secretariat.feed.models import FeedItem
from secretariat.feed.publish import publish_all
from secretariat.reminders.models import Delivery
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import send_due
from tests.factories import ContactFactory
from tests.secretariat.desk.factories import mechanism

pytestmark = pytest.mark.django_db


def due():
    return Delivery.objects.filter(planned_at__lte=timezone.now())


def test_a_database_with_a_real_contact_is_refused_and_stays_as_it_was():
    mechanism()
    ContactFactory()
    before = (Contact.objects.count(), Meeting.objects.count())
    with pytest.raises(CommandError, match="real contacts"):
        call_command("fill_synthetic", meetings=1, deliveries=1)
    assert (Contact.objects.count(), Meeting.objects.count()) == before


def test_a_database_without_a_mechanism_is_refused_with_what_to_do():
    with pytest.raises(CommandError, match="load_mechanism"):
        call_command("fill_synthetic", meetings=1)


@pytest.mark.parametrize("count", [7, 50, 103])
def test_it_makes_as_many_as_it_says_and_each_is_sent_once(sink, capsys, count):
    mechanism()
    call_command("fill_synthetic", meetings=3, deliveries=count)
    assert capsys.readouterr().out == f"added 3 meetings, {count} deliveries\n"
    assert Meeting.objects.filter(status="held").count() == 3
    assert (due().count(), send_due(), len(sink.accepted)) == (count, count, count)


def test_they_are_due_in_as_many_seconds_as_asked(sink):
    mechanism()
    begin = timezone.now()
    call_command("fill_synthetic", deliveries=7, due_in=3600)
    late = timezone.now() + timedelta(seconds=3600)
    assert [begin < row.next_try_at - timedelta(seconds=3599) for row in due()] == [True] * 7
    assert (due().filter(next_try_at__gt=late).count(), send_due()) == (0, 0)


def test_ledger_and_feed_are_what_the_rules_say_also_after_a_second_run():
    mechanism()
    for _twice in range(2):
        call_command("fill_synthetic", meetings=4, deliveries=57)
    assert due().count() == 114
    assert reconcile(repair=False) == []
    assert {kind for _audience, kind in publish_all(write=False)} == {"unchanged"}
    assert FeedItem.objects.filter(meeting__status="held").count() > 0
