"""Incremental sync: what a reader holds is what the server shows, whatever happened in between."""

import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.changes import announce, announced_together
from meetings.models import Meeting, Track
from meetings.schedule.moves import move_meeting
from secretariat.feed.keeping import purge
from secretariat.feed.models import Feed, FeedItem
from secretariat.feed.tasks import publish_what_was_written_otherwise
from tests.factories import day_span

from .copies import Copy, through
from .factories import bearer, health, meeting, system, token

pytestmark = pytest.mark.django_db
SYNC = "/api/v1/sync/"


def numbered():
    """A test's transaction never commits: number the changes as a commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def change(made, **values):
    Meeting.objects.filter(pk=made.pk).update(**values)
    announce([made.pk])
    numbered()


def transport():
    track = health()
    return Track.objects.get_or_create(
        slug="transport",
        defaults={"mechanism": track.mechanism, "names": {"en": "Transport"}, "level": "ministers"},
    )[0]


def shown(client, **headers):
    body = client.get("/api/v1/meetings/", {"limit": 500}, **headers).json()
    return {item["uid"]: item for item in body["items"]}


def refused(client, status, kind, question, **headers):
    response = client.get(SYNC, question, **headers)
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert response.json()["type"] == f"urn:secretariat:problem:{kind}"
    return response


@pytest.fixture
def calendar():
    made = [meeting() for _n in range(5)]
    numbered()
    return made


def test_a_first_sync_holds_all_and_the_next_one_only_what_changed(client, calendar):
    copy = Copy(through(client), limit=2).follow()
    assert copy.told == [(2, []), (2, []), (1, [])]
    assert copy.items == shown(client)
    copy.told.clear()
    copy.follow()
    assert copy.told == [(0, [])]
    change(calendar[3], city="Astana")
    copy.told.clear()
    copy.follow()
    assert copy.told == [(1, [])]
    assert copy.items == shown(client)


def test_ten_edits_of_one_meeting_are_one_change(client, calendar):
    copy = Copy(through(client)).follow()
    for number in range(10):
        change(calendar[0], city=f"City {number}")
    copy.told.clear()
    copy.follow()
    assert copy.told == [(1, [])]


def test_what_becomes_internal_is_a_removal_and_what_is_cancelled_stays(client, calendar):
    hidden, deleted, cancelled, *_rest = calendar
    copy = Copy(through(client)).follow()
    change(hidden, visibility="internal")
    deleted.delete()
    change(cancelled, status="cancelled")
    copy.told.clear()
    copy.follow()
    assert copy.told == [(1, [(str(hidden.uid), "hidden"), (str(deleted.uid), "deleted")])]
    assert copy.items == shown(client)
    assert copy.items[str(cancelled.uid)]["status"] == "cancelled"


def test_each_audience_is_told_of_its_own_loss_and_gain(client, calendar):
    public, partner = Copy(through(client)), Copy(through(client, **bearer(token())))
    public.follow(), partner.follow()
    public.told.clear(), partner.told.clear()
    change(calendar[0], visibility="partners")
    quiet = meeting(visibility="partners")
    numbered()
    public.follow(), partner.follow()
    assert (public.told, partner.told) == ([(0, [(str(calendar[0].uid), "hidden")])], [(2, [])])
    assert str(quiet.uid) in partner.items
    change(quiet, visibility="public")
    change(calendar[0], visibility="public")
    public.told.clear()
    assert public.follow().told == [(2, [])]


def test_nobody_is_told_of_the_end_of_a_meeting_that_was_never_shown(client, calendar):
    copy = Copy(through(client)).follow()
    secret = meeting(visibility="internal")
    change(secret, city="Astana")
    secret.delete()
    numbered()
    copy.told.clear()
    assert copy.follow().told == [(0, [])]


def test_a_meeting_that_goes_while_a_first_sync_turns_its_pages_arrives_as_a_removal(client, calendar):
    copy = Copy(through(client), limit=2)
    copy.step()
    first = next(iter(copy.items))
    Meeting.objects.get(uid=first).delete()
    numbered()
    copy.follow()
    assert copy.items == shown(client)
    assert (first, "deleted") in copy.told[-1][1]


def test_a_first_sync_is_not_told_of_what_had_gone_before_it(client, calendar):
    calendar[0].delete()
    change(calendar[1], visibility="internal")
    assert Copy(through(client)).follow().told == [(3, [])]


def test_a_token_may_be_used_again_and_an_increment_goes_on_after_a_crash(client, calendar):
    copy = Copy(through(client), limit=1).follow()
    for made in calendar[:3]:
        change(made, city="Astana")
    before = copy.sync_token
    copy.step()
    assert copy.page_token
    lost = Copy(through(client), limit=1)
    lost.items, lost.sync_token, lost.page_token = dict(copy.items), before, copy.page_token
    assert lost.follow().items == shown(client)
    copy.sync_token, copy.page_token = before, None
    assert copy.follow().items == shown(client)


def test_a_reader_of_some_tracks_is_told_when_a_meeting_leaves_them_and_of_no_other(client, calendar):
    of_health = bearer(token(system(tracks=[health()])))
    other = meeting(track=transport())
    numbered()
    copy = Copy(through(client, **of_health)).follow()
    assert set(copy.items) == {str(made.uid) for made in calendar}
    copy.told.clear()
    change(calendar[0], track=transport())
    change(other, city="Astana")
    copy.follow()
    assert copy.told == [(0, [(str(calendar[0].uid), "hidden")])]
    change(other, track=health())
    copy.follow()
    assert copy.items == shown(client, **of_health)
    assert str(other.uid) in copy.items


def test_bulk_sql_that_hides_a_meeting_reaches_the_reader(client, calendar):
    copy = Copy(through(client)).follow()
    tag = client.get("/api/v1/meetings/")["ETag"]
    Meeting.objects.filter(pk=calendar[0].pk).update(visibility="internal")
    numbered()
    copy.told.clear()
    assert copy.follow().told == [(0, [(str(calendar[0].uid), "hidden")])]
    assert client.get("/api/v1/meetings/", HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_what_bulk_sql_writes_is_published_within_a_minute(client, calendar):
    copy = Copy(through(client)).follow()
    Meeting.objects.filter(pk=calendar[0].pk).update(city="Hotan")
    publish_what_was_written_otherwise()
    numbered()
    copy.told.clear()
    assert copy.follow().told == [(1, [])]
    assert copy.items == shown(client)
    assert "Hotan" in json.dumps(copy.items[str(calendar[0].uid)])
    publish_what_was_written_otherwise()
    numbered()
    copy.told.clear()
    assert copy.follow().told == [(0, [])]


def test_what_a_service_wrote_waits_for_nobody(calendar):
    move_meeting(calendar[0].pk, to=day_span("2027-09-01"), actor=None, reason="Agreed.")
    assert not FeedItem.objects.filter(renderer=0, removed=False).exists()


def test_a_reader_below_the_floor_is_told_to_begin_anew_and_finds_the_way(client, calendar):
    copy = Copy(through(client)).follow()
    late = copy.sync_token
    calendar[0].delete()
    numbered()
    current = copy.follow().sync_token
    assert purge(timezone.now()) == 0
    FeedItem.objects.filter(removed=True).update(changed_at=timezone.now() - timedelta(days=401))
    assert purge(timezone.now()) == 2
    response = refused(client, 410, "sync-token-expired", {"sync_token": late})
    assert response.json()["resync"] == "http://127.0.0.1:8000/api/v1/sync/"
    anew = Copy(through(client)).follow()
    assert anew.items == shown(client)
    assert client.get(SYNC, {"sync_token": current}).status_code == 200


def test_a_first_sync_that_outlasts_a_purge_begins_anew(client, calendar):
    copy = Copy(through(client), limit=1)
    copy.step()
    Meeting.objects.get(uid=next(iter(copy.items))).delete()
    numbered()
    FeedItem.objects.filter(removed=True).update(changed_at=timezone.now() - timedelta(days=401))
    purge(timezone.now())
    refused(client, 410, "sync-token-expired", {"page_token": copy.page_token})


def test_after_a_restore_every_token_ends_and_not_all_come_back_at_once(client, calendar, capsys):
    copy = Copy(through(client)).follow()
    tag = client.get(SYNC, {"sync_token": copy.sync_token})["ETag"]
    call_command("after_restore")
    response = refused(client, 410, "sync-token-expired", {"sync_token": copy.sync_token})
    assert 1 <= int(response["Retry-After"]) <= 300
    assert client.get(SYNC, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_a_token_from_the_future_is_of_a_database_that_is_no_more(client, calendar):
    copy = Copy(through(client)).follow()
    Feed.objects.filter(pk="public").update(high_seq=2)
    refused(client, 410, "sync-token-expired", {"sync_token": copy.sync_token})


def test_a_system_that_may_see_more_or_less_than_before_begins_anew(client, calendar):
    reader = system()
    headers = bearer(token(reader))
    copy = Copy(through(client, **headers)).follow()
    tag = client.get("/api/v1/meetings/", **headers)["ETag"]
    reader.tracks.set([transport()])
    refused(client, 410, "sync-token-expired", {"sync_token": copy.sync_token}, **headers)
    again = client.get("/api/v1/meetings/", HTTP_IF_NONE_MATCH=tag, **headers)
    assert (again.status_code, again.json()["items"]) == (200, [])
    reader.tracks.clear()
    reader.feed_id = "public"
    reader.save()
    refused(client, 410, "sync-token-expired", {"sync_token": copy.sync_token}, **headers)


def test_a_token_of_another_reader_a_forged_one_and_a_mixed_question_are_refused(client, calendar):
    mine, other = bearer(token()), bearer(token())
    copy = Copy(through(client, **mine), limit=3)
    copy.step()
    page = copy.page_token
    whole = copy.follow().sync_token
    assert len(page) <= 512
    assert len(whole) <= 512
    refused(client, 403, "sync-token-of-another-reader", {"sync_token": whole}, **other)
    refused(client, 403, "sync-token-of-another-reader", {"sync_token": whole})
    forged = whole[:-1] + ("a" if whole[-1] != "a" else "b")
    for question in (
        {"sync_token": forged}, {"sync_token": "abc"}, {"sync_token": ""}, {"sync_token": page}, {"page_token": whole},
        {"sync_token": whole, "track": "health"}, {"track": "health"},
        {"sync_token": whole, "lang": "ru"}, {"sync_token": whole, "limit": "0"},
    ):  # fmt: skip
        refused(client, 400, "bad-request", question, **mine)


def test_readers_who_see_the_same_are_each_given_tokens_of_their_own(client, calendar, bodies_kept):
    alone = [system(), system(), system("public")]
    in_track = [system(tracks=[calendar[0].track]), system(tracks=[calendar[0].track])]
    readers = [{}, *(bearer(token(each)) for each in (*alone, *in_track))]
    copies = [Copy(through(client, **headers), limit=2) for headers in readers]
    for _turn in range(3):
        for copy in copies:
            copy.follow()


def test_an_increment_speaks_the_language_of_its_first_sync(client, calendar):
    copy = Copy(through(client)).follow()
    change(calendar[0], city="Astana")
    response = client.get(SYNC, {"sync_token": copy.sync_token}, HTTP_ACCEPT_LANGUAGE="ru")
    assert (response["Content-Language"], response.json()["items"][0]["track"]["lang"]) == ("en", "en")


def test_nothing_new_is_told_by_one_query_and_the_same_state_by_the_same_bytes(client, calendar, bodies_kept):
    question = {"sync_token": Copy(through(client)).follow().sync_token}
    first = client.get(SYNC, question)
    with CaptureQueriesContext(connection) as queries:
        again = client.get(SYNC, question, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, len(queries)) == (304, b"", 1)
    bodies_kept.empty()  # as in another process
    second = client.get(SYNC, question)
    assert (second["ETag"], second.content) == (first["ETag"], first.content)


def test_a_page_costs_the_same_queries_for_one_change_and_for_fifty(client, calendar):
    costs, copy = [], Copy(through(client)).follow()
    for more in (1, 49):
        with announced_together():
            for _n in range(more):
                meeting()
        numbered()
        with CaptureQueriesContext(connection) as queries:
            body = json.loads(client.get(SYNC, {"sync_token": copy.sync_token}).content)
        costs.append((len(body["items"]), len(queries)))
    assert costs == [(1, 4), (50, 4)]
