"""Asking again costs almost nothing, and says truly whether something changed."""

import gzip
import json
from datetime import UTC, datetime

import pytest
import time_machine
from backports import zstd
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.changes import announce
from meetings.models import Meeting, Track
from secretariat.feed.deprecations import Deprecation
from secretariat.feed.models import Feed, PartnerToken
from secretariat.feed.tokens import revoke_token
from secretariat.feed.views.meetings import MeetingsView
from tests.factories import TrackFactory

from .factories import bearer, china, health, kazakhstan, meeting, system, token

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


def test_equal_tags_are_equal_bytes_in_every_process_and_every_packing(client, bodies_kept):
    for _n in range(3):
        meeting()
    numbered()
    for address in (*ADDRESSES, f"{ADDRESSES[0]}?limit=1", "/api/v1/sync/?limit=2"):
        seen = set()
        for coding in ("", "gzip", "zstd", "gzip", "identity"):
            response = client.get(address, HTTP_ACCEPT_ENCODING=coding)
            seen.add((response["ETag"], unpacked(response)))
            bodies_kept.empty()  # as in another process
        assert len(seen) == 1


UNPACK = {"gzip": gzip.decompress, "zstd": zstd.decompress, None: bytes}


def unpacked(response):
    return UNPACK[response.get("Content-Encoding")](response.content)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", None), ("gzip", "gzip"), ("zstd", "zstd"), ("gzip, deflate, br, zstd", "zstd"), ("*", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"), ("zstd;q=0, gzip", "gzip"), ("identity, gzip;q=0.5", None),
        ("gzip;q=0", None), ("br", None), ("gzip;q=x", None),
    ],
)  # fmt: skip
def test_a_body_is_packed_as_the_reader_accepts_it(client, accepted, coding):
    meeting()
    response = client.get(ADDRESSES[0], HTTP_ACCEPT_ENCODING=accepted)
    assert response.get("Content-Encoding") == coding
    assert json.loads(unpacked(response))["items"]
    assert "Accept-Encoding" in response["Vary"]
    head = client.head(ADDRESSES[0], HTTP_ACCEPT_ENCODING=accepted)
    assert (head.content, head.get("Content-Encoding")) == (b"", coding)


def test_a_tag_is_compared_as_a_list_weakly_and_as_anything(client):
    meeting()
    numbered()
    tag = client.get(ADDRESSES[0])["ETag"]
    assert tag.startswith('W/"')
    codes = {
        given: client.get(ADDRESSES[0], HTTP_IF_NONE_MATCH=given).status_code
        for given in (tag, tag.removeprefix("W/"), f'"a", {tag}, "b"', "*", '"a"', 'W/"a"')
    }
    assert list(codes.values()) == [304, 304, 304, 304, 200, 200]
    refused = client.get(ADDRESSES[0], HTTP_IF_MATCH='"a"')
    assert (refused.status_code, refused["Content-Type"]) == (412, "application/problem+json")


def test_last_modified_is_told_once_no_other_change_can_fall_into_the_same_second(client):
    meeting()
    numbered()
    assert "Last-Modified" not in client.get(ADDRESSES[0])
    Feed.objects.filter(pk="public").update(changed_at=datetime(2026, 3, 1, 12, 0, 0, 700_000, tzinfo=UTC))
    first = client.get(ADDRESSES[0])
    assert first["Last-Modified"] == "Sun, 01 Mar 2026 12:00:00 GMT"
    since = {"HTTP_IF_MODIFIED_SINCE": first["Last-Modified"]}
    again = client.get(ADDRESSES[0], **since)
    assert (again.status_code, again["Last-Modified"]) == (304, first["Last-Modified"])
    # The tag beats the moment.
    assert client.get(ADDRESSES[0], HTTP_IF_NONE_MATCH='"a"', **since).status_code == 200
    meeting()
    numbered()
    assert client.get(ADDRESSES[0], **since).status_code == 200


def test_a_body_belongs_to_its_tag_though_somebody_commits_while_it_is_made(client, monkeypatch, bodies_kept):
    meeting()
    numbered()
    read, more = MeetingsView.page, [1]

    def slow(view):
        found = read(view)
        if more:
            more.pop()
            meeting()
            numbered()
        return found

    monkeypatch.setattr(MeetingsView, "page", slow)
    first = client.get(ADDRESSES[0])
    assert len(first.json()["items"]) == 2
    assert client.get(ADDRESSES[0], HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 304


def test_scripts_of_any_origin_read_what_is_public_and_nothing_else(client):
    meeting()
    names = ("Access-Control-Allow-Origin", "Access-Control-Expose-Headers")
    public = client.get(ADDRESSES[0], HTTP_ORIGIN="https://portal.example")
    assert [public.get(name) for name in names] == [
        "*", "ETag, Link, RateLimit, RateLimit-Policy, Retry-After, Deprecation, Sunset",
    ]  # fmt: skip
    wrong = client.get(f"{ADDRESSES[0]}?x=1", HTTP_ORIGIN="https://portal.example")
    assert (wrong.status_code, wrong["Access-Control-Allow-Origin"]) == (400, "*")
    private = client.get(ADDRESSES[0], HTTP_ORIGIN="https://portal.example", **bearer(token()))
    assert [private.get(name) for name in names] == [None, None]
    asked = {"HTTP_ORIGIN": "https://portal.example", "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "GET"}
    preflight = client.options(ADDRESSES[0], **asked)
    assert (preflight.status_code, preflight["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
    assert "Authorization" not in preflight["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in preflight


def test_an_address_that_goes_away_says_so_a_year_ahead_and_is_then_gone(client, monkeypatch):
    going = Deprecation(
        since=datetime(2027, 1, 1, tzinfo=UTC),
        sunset=datetime(2027, 12, 31, 23, 59, 59, tzinfo=UTC),
        notice="https://calendar.example.org/api/v1/guide/#promise",
        successor="https://calendar.example.org/api/v2/meetings/",
    )
    monkeypatch.setattr("secretariat.feed.views.base.DEPRECATIONS", {"meetings": going})
    meeting(), meeting()
    with time_machine.travel(datetime(2027, 6, 1, tzinfo=UTC), tick=False):
        response = client.get(f"{ADDRESSES[0]}?limit=1")
    assert (response.status_code, response["Deprecation"]) == (200, "@1798761600")
    assert response["Sunset"] == "Fri, 31 Dec 2027 23:59:59 GMT"
    following = response.json()["next"]
    assert response["Link"] == (
        f'<{following}>; rel="next", '
        '<https://calendar.example.org/api/v1/guide/#promise>; rel="deprecation"; type="text/html", '
        '<https://calendar.example.org/api/v2/meetings/>; rel="successor-version"'
    )
    with time_machine.travel(datetime(2028, 1, 1, tzinfo=UTC), tick=False):
        gone = client.get(ADDRESSES[0])
    assert (gone.status_code, gone.json()["type"]) == (410, "urn:secretariat:problem:gone")
    assert "successor-version" in gone["Link"]
    assert "Deprecation" not in client.get("/api/v1/tracks/")


@pytest.mark.parametrize("audience", ["public", "partners"])
def test_the_shortest_way_to_304_knows_every_change_of_the_feed_and_of_the_reader(
    client, settings, bodies_kept, audience
):
    settings.FEED_REQUESTS_AN_HOUR = 100
    reader = system()
    secret = token(reader)
    headers = bearer(secret) if audience == "partners" else {}
    made = meeting()
    numbered()
    first = client.get(ADDRESSES[0], **headers)
    same = {"HTTP_IF_NONE_MATCH": first["ETag"], **headers}
    with CaptureQueriesContext(connection) as queries:
        again = client.get(ADDRESSES[0], **same)
    assert (again.status_code, len(queries), "Content-Security-Policy" in again) == (304, 1, False)
    assert int(again["RateLimit"].split("r=")[1].split(";")[0]) == 98
    names = ("ETag", "Cache-Control", "Vary", "Content-Language")
    assert [again.get(name) for name in names] == [first.get(name) for name in names]
    assert "Content-Type" not in again
    # Another question, another language, another tag: each goes the whole way.
    assert client.get(f"{ADDRESSES[0]}?limit=1", **same).status_code == 304
    assert client.get(ADDRESSES[0], **{**same, "HTTP_IF_NONE_MATCH": '"a"'}).status_code == 200
    assert client.get(ADDRESSES[0], HTTP_ACCEPT_LANGUAGE="ru", **same).status_code == 200
    Meeting.objects.filter(pk=made.pk).update(visibility="internal")
    numbered()
    assert client.get(ADDRESSES[0], **same).status_code == 200
    if audience == "partners":
        current = {"HTTP_IF_NONE_MATCH": client.get(ADDRESSES[0], **headers)["ETag"], **headers}
        reader.tracks.set([health()])
        assert client.get(ADDRESSES[0], **current).status_code == 200
        reader.tracks.clear()
        PartnerToken.objects.update(scopes=["deadlines:read"])
        assert client.get(ADDRESSES[0], **current).status_code == 403
        PartnerToken.objects.update(scopes=["meetings:read"])
        settings.FEED_REQUESTS_AN_HOUR = 1
        assert client.get(ADDRESSES[0], **current).status_code == 429
        revoke_token(PartnerToken.objects.get(), actor=None)
        assert client.get(ADDRESSES[0], **current).status_code == 401


@pytest.mark.parametrize("audience", ["public", "partners"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_the_same_question_again_is_answered_by_one_query_with_the_same_headers_and_bytes(
    client, bodies_kept, address, audience
):
    headers = bearer(token(system())) if audience == "partners" else {}
    for _n in range(8):
        made = meeting()
    numbered()
    counted = {"RateLimit", "X-Request-ID"}
    for accepted, coding in (("gzip", "gzip"), ("zstd", "zstd"), ("", None)):
        packing = {"HTTP_ACCEPT_ENCODING": accepted}
        first = client.get(address, **headers, **packing)
        with CaptureQueriesContext(connection) as queries:
            again = client.get(address, **headers, **packing)
        assert (again.status_code, again.content, len(queries)) == (200, first.content, 1)
        assert again.get("Content-Encoding") == coding
        assert {name: value for name, value in again.items() if name not in counted} == {
            name: value for name, value in first.items() if name not in counted
        }
        assert int(first["RateLimit"].split("r=")[1].split(";")[0]) == (
            int(again["RateLimit"].split("r=")[1].split(";")[0]) + 1
        )
    Meeting.objects.filter(pk=made.pk).update(visibility="internal")
    numbered()
    changed = client.get(address, **headers)
    assert (changed.status_code, str(made.uid) in changed.content.decode()) == (200, False)
    assert changed["ETag"] != first["ETag"]


def test_what_is_asked_otherwise_than_before_goes_the_whole_way(client, bodies_kept):
    secret = token(system())
    meeting()
    numbered()
    address = ADDRESSES[0]
    first = client.get(address)
    client.get(address, **bearer(secret))
    assert client.get(address, HTTP_AUTHORIZATION="").status_code == 401
    assert client.get(address, HTTP_AUTHORIZATION=f"Basic {secret}").status_code == 401
    assert client.get(address, HTTP_AUTHORIZATION="Bearer").status_code == 401
    assert client.get(address, HTTP_IF_NONE_MATCH="*").status_code == 304
    assert client.get(address, HTTP_IF_MATCH='"another"').status_code == 412
    assert client.get(address, HTTP_IF_NONE_MATCH='"another"').content == first.content
    assert client.head(address).content == b""
    assert client.post(address).status_code == 405


def test_an_answer_whose_state_nobody_knows_is_not_repeated(client, bodies_kept, monkeypatch):
    """Something was committed at each reading, so the tag is that of the bytes and of no state of the feed."""
    meeting()
    numbered()
    read = MeetingsView.body

    def meanwhile(view, *args, **kwargs):
        body = read(view, *args, **kwargs)
        meeting()
        numbered()
        return body

    monkeypatch.setattr(MeetingsView, "body", meanwhile)
    old = client.get(ADDRESSES[0])
    monkeypatch.setattr(MeetingsView, "body", read)
    assert client.get(ADDRESSES[0], HTTP_IF_NONE_MATCH=old["ETag"]).status_code == 200
    assert client.get(ADDRESSES[0]).content != old.content


@pytest.mark.parametrize("audience", ["public", "partners"])
def test_a_new_name_of_a_track_or_state_that_no_meeting_shows_is_another_tag(client, audience):
    headers = bearer(token()) if audience == "partners" else {}
    meeting(track=TrackFactory(mechanism=health().mechanism), host=china(), country=china())
    for row, address in (
        (health(), "/api/v1/tracks/health/calendar.ics"),
        (kazakhstan(), "/api/v1/states/KZ/calendar.ics"),
    ):
        numbered()
        first = client.get(address, **headers)
        moment = Feed.objects.get(pk=audience).changed_at
        row.save()
        type(row).objects.filter(pk=row.pk).update(names=row.names)
        numbered()
        same = {"HTTP_IF_NONE_MATCH": first["ETag"], **headers}
        assert client.get(address, **same).status_code == 304
        type(row).objects.filter(pk=row.pk).update(names={"en": "Another name"})
        numbered()
        answer = client.get(address, **same)
        assert (answer.status_code, b"NAME;LANGUAGE=en:Another name" in answer.content) == (200, True)
        assert Feed.objects.get(pk=audience).changed_at > moment


def test_a_new_name_is_nothing_to_sync_and_leaves_tokens_good(client):
    made = meeting(track=health())
    other = TrackFactory(mechanism=made.track.mechanism)
    numbered()
    page = client.get("/api/v1/sync/").json()
    Track.objects.filter(pk=other.pk).update(names={"en": "Another name"})
    numbered()
    answer = client.get("/api/v1/sync/", {"sync_token": page["sync_token"]}).json()
    assert (answer["items"], answer["removed"], answer["has_more"]) == ([], [], False)
    meeting()
    numbered()
    answer = client.get("/api/v1/sync/", {"sync_token": answer["sync_token"]}).json()
    assert len(answer["items"]) == 1
