"""Four senders, a mail server that does everything it may, kill -9 and a database that drops everybody: each arrives once.

What is tolerated is what SMTP leaves open, accepted but the answer lost: it shows as uncertain, and is looked up.
"""

import random
from collections import Counter
from dataclasses import replace

import pytest
from django.db import connection

from benchmarks.sink import FAULTS
from benchmarks.tally import Tally, tally
from secretariat.reminders.models import Delivery

from .conftest import kill, wait_until

pytestmark = pytest.mark.django_db(transaction=True)

DROP_SENDERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND application_name = 'sender'
"""


def test_nothing_is_lost_or_doubled_by_a_bad_server_dead_workers_and_a_lost_database(crowd, server, start):
    chance = random.Random(5)
    expected = crowd([*FAULTS, *["person"] * 40])
    senders = [start() for _sender in range(4)]
    for disturbance in range(1, 5):
        wait_until(lambda step=disturbance: server.received >= 7 * step)
        if disturbance % 2:
            victim = senders.pop(chance.randrange(len(senders)))
            kill(victim)
            senders.append(start())
        else:
            with connection.cursor() as cursor:
                cursor.execute(DROP_SENDERS)
    wait_until(lambda: server.has_all(expected))
    assert [sender.poll() for sender in senders] == [None] * 4  # a lost database ends no sender
    found = tally(server.log, expected)
    assert found.uncertain >= 2  # those that the server accepted without a word
    assert replace(found, uncertain=0) == Tally(
        expected=len(expected),
        received=len(expected) - 2,
        doubled=0,
        lost=0,
        uncertain=0,
        refused=2,
        open=0,
    )


def test_each_answer_of_the_server_has_its_own_outcome(crowd, server, start):
    crowd(FAULTS)
    start()
    ended = Counter(sent=4, deferred=2, failed=2, uncertain=3)  # what met a server that hung up went at once
    wait_until(lambda: ended <= Counter(Delivery.objects.values_list("state", flat=True)))
    assert dict(
        Delivery.objects.exclude(state__in=["sent", "pending"]).values_list("contact__email", "state")
    ) == {
        "busy-once.c00@busy-once.example.org": "deferred",
        "full-once.c02@full-once.example.org": "deferred",
        "unknown.c03@unknown.example.org": "failed",
        "spam.c04@spam.example.org": "failed",
        "mute.c05@mute.example.org": "uncertain",
        "cut.c06@cut.example.org": "uncertain",
        "cut-before-once.c07@cut-before-once.example.org": "uncertain",
    }
