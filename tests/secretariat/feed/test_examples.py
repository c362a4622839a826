"""The examples of the guide and of the reference are real answers.

To make one anew: put `null` into its file under secretariat/feed/examples/ and run this test, which writes it and fails.
"""

import json
from uuid import UUID

import pytest

from meetings.changes import announce
from meetings.models import Meeting
from secretariat.feed.schema import EXAMPLES

from .copies import Copy, through
from .factories import MARK, days, health, meeting
from .test_sync import numbered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_told(settings):
    settings.BASE_URL = "https://calendar.example.org"


@pytest.fixture
def forum(time_machine_at_mark):
    made = meeting(
        uid=UUID("0b2f6c7e-1f7a-4b0e-9c53-2d1f0a6e9b11"),
        titles={"en": "2nd Meeting of ministers of health", "zh": "第2次卫生部长会议"},
        ordinal=2,
        venue="Congress hall",
    )
    numbered()
    return made


@pytest.fixture
def time_machine_at_mark():
    import time_machine

    with time_machine.travel(MARK, tick=False):
        yield


def is_recorded(name, value):
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    file = EXAMPLES / name
    if file.read_text(encoding="utf-8").strip() == "null":
        file.write_text(text, encoding="utf-8")
        pytest.fail(f"{name} was written; look at it")
    return json.loads(file.read_text(encoding="utf-8")) == value


def test_the_meeting_is_an_answer(client, forum):
    assert is_recorded("meeting.json", client.get(f"/api/v1/meetings/{forum.uid}/").json())


def test_the_meeting_of_whole_days_is_an_answer(client, time_machine_at_mark):
    made = meeting(
        days("2027-06-16", "2027-06-17"),
        uid=UUID("3d9c1f40-6a8e-4f0b-8f57-5a1f3c7e2d24"),
        titles={"en": "3rd Meeting of ministers of health"},
        ordinal=3,
    )
    numbered()
    assert is_recorded("whole_days.json", client.get(f"/api/v1/meetings/{made.uid}/").json())


def test_the_increment_is_an_answer(client, forum):
    gone = meeting(uid=UUID("6f0a1c52-93d1-4a0e-8a52-77c1d8e0b0a4"), track=health())
    numbered()
    copy = Copy(through(client)).follow()
    Meeting.objects.filter(pk=forum.pk).update(status="cancelled", cancelled_at=MARK)
    announce([forum.pk])
    gone.delete()
    numbered()
    body = client.get("/api/v1/sync/", {"sync_token": copy.sync_token}).json()
    shown = ("uid", "title", "status", "updated")
    body["items"] = [{name: item[name] for name in shown} for item in body["items"]]
    body["sync_token"] = "eyJ…"  # the token is signed with the service's own key
    assert is_recorded("increment.json", body)


def test_the_problem_is_an_answer(client):
    assert is_recorded("problem.json", client.get("/api/v1/meetings/?trak=health").json())
