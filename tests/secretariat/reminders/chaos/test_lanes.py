"""When much is due a worker sends over a few connections at once, and still each thing once."""

import asyncio
from collections import Counter

import pytest
from django.utils import timezone

from meetings.models import Meeting
from meetings.saving import save_party
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(meeting):
    ministry = Meeting.objects.get().track.responsibilities.first().ministry
    for number in range(24):
        save_party(ContactFactory.build(ministry=ministry, email=f"c{number:02}@example.org"))
    return Delivery.objects.filter(next_try_at__lte=timezone.now()).count()


def test_what_one_claim_does_not_hold_goes_over_several_connections_each_thing_once(people, sink, settings):
    settings.DELIVERY_BATCH = 4
    peers, together, keep = set(), asyncio.Event(), sink.handle_DATA

    async def when_three_are_connected(server, session, envelope):
        peers.add(session.peer)
        if len(peers) == 3:
            together.set()
        await together.wait()
        return await keep(server, session, envelope)

    sink.handle_DATA = when_three_are_connected
    assert send_due() == people
    assert Counter(Counter(sink.recipients).values()) == {1: people}
    assert Delivery.objects.filter(state="sent").count() == people


def test_what_one_claim_holds_goes_over_one_connection(people, sink):
    peers, keep = set(), sink.handle_DATA

    async def noting(server, session, envelope):
        peers.add(session.peer)
        return await keep(server, session, envelope)

    sink.handle_DATA = noting
    assert send_due() == people
    assert len(peers) == 1
