"""Two of the desk write at the same moment, on connections of their own, and the feed says in the end what is so."""

import threading
import time

import pytest
from django.db import connection, transaction

from meetings.changes import announce
from meetings.models import Meeting
from meetings.saving import save_meeting
from secretariat.feed.publish import publish_all, publish_unpublished

from .factories import bearer, health, kazakhstan, meeting, token
from .test_sync import transport
from .test_sync_races import in_threads

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # seconds
WAITED_FOR = (
    "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
)


def second_waits(first, second, then=lambda: None):
    """`second` begins while what `first` did is not committed, and waits for a row of it; `then` ends the first."""
    written = threading.Event()

    def hold():
        with transaction.atomic(), connection.cursor() as cursor:
            first()
            written.set()
            until = time.monotonic() + PATIENCE
            while not is_waited_for(cursor):
                assert time.monotonic() < until, "Nobody waited."
                time.sleep(0.01)
            then()

    def follow():
        assert written.wait(PATIENCE)
        second()

    in_threads(hold, follow)


def is_waited_for(cursor):
    cursor.execute(WAITED_FOR)
    return cursor.fetchone()[0]


def while_open(slow, quick):
    """`quick` is done and committed while what `slow` did is not."""
    written, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            slow()
            written.set()
            assert done.wait(PATIENCE)

    def act():
        assert written.wait(PATIENCE)
        try:
            quick()
        finally:
            done.set()

    in_threads(hold, act)


def rename(row, name):
    row.names = {"en": name}
    row.save()


def hold_in(city, made):
    Meeting.objects.filter(pk=made.pk).update(city=city)
    announce([made.pk])


def hide(made):
    Meeting.objects.filter(pk=made.pk).update(visibility="internal")
    announce([made.pk])


def told(client, made, **headers):
    return client.get(f"/api/v1/meetings/{made.uid}/", **headers).json()


def names_of(client, made):
    body = told(client, made)
    return body["track"]["name"], body["host"]["name"]


def test_a_track_and_a_state_renamed_at_once_are_both_shown_by_their_new_names(client):
    made = meeting()
    track, state = made.track, made.host
    second_waits(lambda: rename(track, "New track"), lambda: rename(state, "New state"))
    assert names_of(client, made) == ("New track", "New state")


def test_who_waited_to_publish_does_not_link_a_meeting_that_was_hidden_meanwhile(client):
    goal = meeting()
    made = meeting(prepares=goal)
    partner = bearer(token())
    assert told(client, made)["prepares"]["uid"] == str(goal.uid)
    second_waits(lambda: hide(goal), publish_all)
    assert client.get(f"/api/v1/meetings/{goal.uid}/").status_code == 404
    assert [told(client, made)["prepares"], told(client, made, **partner)["prepares"]] == [None, None]


def test_a_meeting_hidden_while_another_begins_to_prepare_it_is_linked_for_a_minute_at_most(client):
    goal, made = meeting(), meeting(published=False)

    def begin():
        made.prepares = goal
        save_meeting(made)

    while_open(begin, lambda: hide(goal))
    publish_unpublished()
    assert told(client, made)["prepares"] is None
    assert publish_unpublished() == []


@pytest.mark.parametrize("renamed", [health, kazakhstan])
def test_a_meeting_entered_while_a_name_changes_shows_the_new_one_within_a_minute(client, renamed):
    row, entered = renamed(), []

    def enter():
        entered.append(meeting(published=False))
        save_meeting(entered[0])

    while_open(enter, lambda: rename(row, "New name"))
    publish_unpublished()
    assert "New name" in names_of(client, entered[0])
    assert publish_unpublished() == []


def test_a_meeting_moved_to_a_track_that_is_being_renamed_shows_its_new_name_within_a_minute(client):
    made = meeting()
    other = meeting(track=transport()).track

    def move():
        made.track = other
        save_meeting(made)

    while_open(move, lambda: rename(other, "New track"))
    publish_unpublished()
    assert told(client, made)["track"]["name"] == "New track"
    assert publish_unpublished() == []


def test_the_look_of_each_minute_waits_for_nothing_that_prepares_a_meeting_and_is_being_written(client):
    """Else it holds the one and waits for the other, which the desk takes the other way round."""
    goal = meeting()
    made = meeting(prepares=goal)
    for row in (goal, made):
        hold_in("Astana", row)  # a moment ago: both are looked at again
    while_open(lambda: hold_in("Hotan", made), publish_unpublished)
    assert publish_unpublished() == []
    assert [told(client, row)["place"]["city"] for row in (goal, made)] == ["Astana", "Hotan"]
