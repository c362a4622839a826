"""A tag that a reader holds hides no fault of its question: what would be refused or not found is not "unchanged"."""

from datetime import UTC, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from secretariat.feed.models import Feed

from .factories import health, kazakhstan, meeting
from .test_access import refused
from .test_conditional import numbered

pytestmark = pytest.mark.django_db
LIST = "/api/v1/meetings/"
FAULTS = {
    "from": "garbage", "to": "2027-13", "updated_since": "yesterday", "status": "idea", "order": "size",
    "fields": "secret", "limit": "9999", "cursor": "x", "track": "nope", "state": "ZZ", "host": "ZZ", "lang": "xx",
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_question_that_cannot_be_answered_is_refused_though_the_tag_is_current(client, bodies_kept, name):
    meeting()
    numbered()
    current = client.get(LIST)["ETag"]
    for tag in (current, "*"):
        for _again in range(2):
            answer = refused(client.get(LIST, {name: FAULTS[name]}, HTTP_IF_NONE_MATCH=tag), 400)
            assert [error["parameter"] for error in answer.json()["errors"]] == [name]


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ("/api/v1/tracks/health/calendar.ics", "/api/v1/tracks/nope/calendar.ics"),
        ("/api/v1/states/KZ/calendar.ics", "/api/v1/states/ZZ/calendar.ics"),
    ],
)
@time_machine.travel(datetime(2026, 11, 20, tzinfo=UTC), tick=False)
def test_a_calendar_that_does_not_exist_is_not_unchanged(client, bodies_kept, known, unknown):
    meeting(track=health(), host=kazakhstan())
    numbered()
    tags = [client.get(each)["ETag"] for each in ("/api/v1/calendar.ics", known)]
    for tag in (*tags, "*"):
        refused(client.get(unknown, HTTP_IF_NONE_MATCH=tag), 404)
    Feed.objects.update(changed_at=datetime(2026, 3, 1, tzinfo=UTC))
    since = {"HTTP_IF_MODIFIED_SINCE": "Tue, 10 Nov 2026 00:00:00 GMT"}
    assert client.get(known, **since).status_code == 304
    refused(client.get(unknown, **since), 404)
    assert client.get(known, HTTP_IF_NONE_MATCH="*").status_code == 304
    with CaptureQueriesContext(connection) as queries:
        assert client.get(known, HTTP_IF_NONE_MATCH=tags[1]).status_code == 304
    assert len(queries) == 1


def test_a_question_without_a_filter_costs_one_query_and_a_track_one_more(client):
    meeting()
    numbered()
    costs = {}
    for question in ("", "from=2027&limit=7&fields=title&order=updated", "track=health"):
        tag = client.get(f"{LIST}?{question}")["ETag"]
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{LIST}?{question}", HTTP_IF_NONE_MATCH=tag).status_code == 304
        costs[question] = len(queries)
    assert list(costs.values()) == [1, 1, 2]
