"""Asking again costs almost nothing, and says truly whether something changed."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.changes import announce
from meetings.models import Meeting

from .factories import bearer, meeting, token

pytestmark = pytest.mark.django_db
ADDRESSES = ["/api/v1/meetings/", "/api/v1/calendar.ics", "/api/v1/tracks/health/calendar.ics"]


def numbered():
    """A test's transaction never commits: number the changes as a commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@pytest.mark.parametrize("address", ADDRESSES)
@pytest.mark.parametrize("audience", ["public", "partners"])
def test_an_unchanged_feed_is_told_by_one_query(client, address, audience):
    meeting()
    numbered()
    headers = bearer(token()) if audience == "partners" else {}
    first = client.get(address, **headers)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(address, HTTP_IF_NONE_MATCH=f'"other", {first["ETag"]}', **headers)
    assert (again.status_code, again.content, len(queries)) == (304, b"", 1)
    kind = "private" if headers else "public"
    assert again["Cache-Control"] == first["Cache-Control"] == f"{kind}, no-cache"
    assert again["ETag"] == first["ETag"]
    assert again["Vary"] == first["Vary"] == "Authorization, Accept, Accept-Encoding, Accept-Language"


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_tag_is_another_after_each_change_that_this_reader_sees(client, address):
    made = meeting()
    numbered()
    tags = [client.get(address)["ETag"]]
    for change in (
        {"city": "Astana"},
        {"status": "cancelled"},
        {"visibility": "partners"},
        {"visibility": "public"},
    ):
        Meeting.objects.filter(pk=made.pk).update(**change)
        announce([made.pk])
        numbered()
        tags.append(client.get(address)["ETag"])
    assert len(set(tags)) == 5


def test_a_change_that_only_partners_see_leaves_the_public_tag(client):
    meeting()
    numbered()
    before = client.get(ADDRESSES[0])["ETag"]
    meeting(visibility="partners")
    numbered()
    assert client.get(ADDRESSES[0])["ETag"] == before


@pytest.mark.parametrize("address", [*ADDRESSES, "/api/v1/states/", "/api/v1/tracks/", "/api/v1/summits/"])
def test_head_says_what_get_says_without_the_body(client, address):
    meeting()
    numbered()
    got, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    names = ("ETag", "Cache-Control", "Content-Type", "Content-Language", "Vary")
    assert [head[name] for name in names] == [got[name] for name in names]


def test_each_language_has_its_own_tag_and_says_which_it_is(client):
    meeting()
    answers = [
        client.get(ADDRESSES[0], HTTP_ACCEPT_LANGUAGE=wanted) for wanted in ("zh-CN,en;q=0.5", "ru", "fr")
    ]
    assert [answer["Content-Language"] for answer in answers] == ["zh", "ru", "en"]
    assert len({answer["ETag"] for answer in answers}) == 3
    assert client.get(f"{ADDRESSES[0]}?lang=ru", HTTP_ACCEPT_LANGUAGE="zh")["Content-Language"] == "ru"


def test_one_meeting_has_a_tag_of_its_own(client):
    made = meeting()
    numbered()
    address = f"/api/v1/meetings/{made.uid}/"
    tag = client.get(address)["ETag"]
    meeting()
    numbered()
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 304
    Meeting.objects.filter(pk=made.pk).update(city="Astana")
    announce([made.pk])
    numbered()
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_a_small_list_is_not_sent_twice(client):
    meeting()
    tag = client.get("/api/v1/states/")["ETag"]
    assert client.get("/api/v1/states/", HTTP_IF_NONE_MATCH=tag).status_code == 304
