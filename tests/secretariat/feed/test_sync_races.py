"""Sync under concurrency: real connections, commits out of order, a reader that never rests and loses nothing."""

import json
import random
import threading
import time

import psycopg
import pytest
from django.db import connection, connections, transaction
from django.test import Client

from meetings.changes import announce
from meetings.models import Meeting
from secretariat.feed.keeping import purge
from secretariat.feed.models import FeedItem

from .copies import Copy, through
from .factories import meeting

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, COMMITS, MEETINGS = 8, 180, 40
MIDST = 30  # pages that a reader is told while they write; at the end six would do
SHOW = """
UPDATE feed_feeditem SET seq = NULL, removed = FALSE, reason = '',
    json = jsonb_build_object('en', jsonb_build_object('uid', uid, 'mark', %s::text)::text)
WHERE audience = 'public' AND meeting_id = ANY(%s)
"""
REMOVE = """
UPDATE feed_feeditem SET seq = NULL, removed = TRUE, reason = 'hidden',
    json = '{}', ics = '{}', ics_utc = '{}', words = ''
WHERE audience = 'public' AND meeting_id = ANY(%s)
"""


@pytest.fixture
def no_limit(settings):
    settings.FEED_REQUESTS_AN_HOUR = 10**9


def in_threads(*works):
    """Run all at once on connections of their own; the first failure is raised here."""
    failures = []

    def run(work):
        try:
            work()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not [thread for thread in threads if thread.is_alive()]
    if failures:
        raise failures[0]


def served():
    """What the server shows now, by uid, from the table itself."""
    rows = FeedItem.objects.filter(audience="public", removed=False)
    return {str(row.uid): json.loads(row.json["en"]) for row in rows}


def address():
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return {name: parameters[name] for name in names if parameters.get(name)}


def test_a_copy_ends_equal_though_eight_writers_commit_out_of_order(no_limit):
    """Each transaction waits a random while between its writes and its commit; some roll back. Two readers go on all
    the while: one whose pages are small, and one that begins anew again and again in the middle of it."""
    keys = sorted(meeting().pk for _n in range(MEETINGS))
    where, done = address(), threading.Event()
    commits: list[int] = []
    copies: list[Copy] = [Copy(through(Client()), limit=7)]

    def write(number):
        dice = random.Random(number)
        with psycopg.connect(**where) as own:
            for turn in range(20 * COMMITS):
                if turn >= COMMITS and copies[0].told[MIDST:]:
                    break  # on a slow machine the readers need longer to be in the midst of it
                chosen = sorted(dice.sample(keys, dice.choice((1, 1, 2, 3))))
                if dice.random() < 0.25:
                    own.execute(REMOVE, [chosen])
                else:
                    own.execute(SHOW, [f"{number}.{turn}", chosen])
                time.sleep(dice.random() / 200)
                if dice.random() < 0.1:
                    own.rollback()
                else:
                    own.commit()
                    commits.append(len(chosen))

    def write_all():
        in_threads(*(lambda n=n: write(n) for n in range(WRITERS)))
        done.set()

    def read_on():
        while not done.is_set():
            copies[0].step()
        copies[0].follow()

    def read_anew():
        while not done.is_set():
            copy = Copy(through(Client()), limit=11)
            for _n in range(20):
                copy.step()
        copies.append(copy)
        copy.follow()

    in_threads(write_all, read_on, read_anew)
    assert sum(commits) > 2000
    assert [copy.items for copy in copies] == [served(), served()]
    # The reader was really in the midst of it: it was told far more often than one copy at the end needs.
    assert len(copies[0].told) > MIDST


def test_a_copy_ends_equal_when_the_services_write_and_removals_are_purged(no_limit, settings):
    """The same through the services that staff use, with somebody who lets go of every removal at once."""
    settings.FEED_REMOVALS_KEPT_DAYS = 0
    made = [meeting() for _n in range(12)]
    done, copies, floors = threading.Event(), [], []

    def write(number):
        dice = random.Random(number)
        for _turn in range(6):
            chosen = dice.choice(made)
            with transaction.atomic():
                Meeting.objects.filter(pk=chosen.pk).update(
                    city=f"City {dice.random()}", visibility=dice.choice(["public", "public", "partners"])
                )
                announce([chosen.pk])
                time.sleep(dice.random() / 50)

    def write_all():
        in_threads(*(lambda n=n: write(n) for n in range(4)))
        done.set()

    def read_on():
        from django.utils import timezone

        client = Client()
        copy = Copy(through(client), limit=3)
        while True:
            is_last = done.is_set()
            try:
                copy.follow()
            except AssertionError as refusal:
                assert refusal.args[0]["type"] == "urn:secretariat:problem:sync-token-expired"  # noqa: PT017
                floors.append(1)
                copy = Copy(through(client), limit=3)
                continue
            if is_last:
                copies.append(copy)
                return
            purge(timezone.now())

    in_threads(write_all, read_on)
    assert copies[0].items == served()
