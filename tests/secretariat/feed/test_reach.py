"""A system of some tracks reads nothing of the meetings of others, not even that one of its own prepares them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.saving import save_meeting

from .copies import Copy, through
from .factories import bearer, health, meeting, system, token
from .test_sync import numbered, transport

pytestmark = pytest.mark.django_db


@pytest.fixture
def goal():
    return meeting(track=transport())


@pytest.fixture
def preparing(goal):
    made = meeting(track=health(), prepares=goal)
    numbered()
    return made


@pytest.fixture
def confined():
    """The headers of a system that reads of health alone."""
    return bearer(token(system(tracks=[health()])))


def prepared(client, made, **headers):
    """What the meeting is said to prepare, by each address that shows it."""
    one = client.get(f"/api/v1/meetings/{made.uid}/", **headers).json()
    several = [client.get(f"/api/v1/{name}/", **headers).json()["items"] for name in ("meetings", "sync")]
    return [
        one["prepares"],
        *(each["prepares"] for items in several for each in items if each["uid"] == one["uid"]),
    ]


def test_what_a_meeting_prepares_is_named_to_who_may_see_it_alone(client, goal, preparing, confined):
    named = {
        "uid": str(goal.uid),
        "url": f"http://127.0.0.1:8000/api/v1/meetings/{goal.uid}/",
        "track": "transport",
    }
    assert prepared(client, preparing) == [named] * 3
    assert prepared(client, preparing, **confined) == [None] * 3
    assert prepared(client, preparing, **bearer(token(system(tracks=[health(), transport()])))) == [named] * 3
    filtered = client.get("/api/v1/meetings/?fields=uid,prepares", **confined).json()["items"]
    assert filtered == [{"uid": str(preparing.uid), "prepares": None}]


def test_a_tag_of_one_reader_says_nothing_of_what_another_is_shown(client, preparing, confined):
    address = f"/api/v1/meetings/{preparing.uid}/"
    tag = client.get(address, **bearer(token(system())))["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=tag, **confined).status_code == 200


def test_a_copy_follows_what_is_prepared_from_track_to_track(client, goal, preparing, confined):
    copy = Copy(through(client, **confined))
    copy.follow()
    assert copy.items[str(preparing.uid)]["prepares"] is None
    goal.track = health()
    save_meeting(goal)
    numbered()
    copy.follow()
    assert copy.items[str(preparing.uid)]["prepares"]["uid"] == str(goal.uid)


def test_more_meetings_cost_a_reader_of_some_tracks_no_more_queries(client, preparing, confined):
    counts = []
    for more in (0, 1, 8):
        for _n in range(more):
            meeting(track=health(), prepares=preparing)
        numbered()
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/meetings/", **confined)
        counts.append(len(queries))
    assert counts[1] == counts[2]
