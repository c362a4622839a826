"""What is asked or written at the edge of the ordinary: as true as elsewhere, and never a failure."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as hour

import pytest
import time_machine
from django.db import connection
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from meetings.models import Committee, Track
from meetings.schedule.dates import Precision, Span
from secretariat.feed.cities import City
from secretariat.feed.models import Feed, Subscription
from secretariat.feed.subscribing import USE_GRAIN, make_subscription
from secretariat.feed.views import calendars
from secretariat.feed.views.sync import SyncView

from .factories import bearer, china, days, health, kazakhstan, meeting, system, token
from .test_access import refused
from .test_conditional import unpacked
from .test_sync import change, numbered, transport

pytestmark = pytest.mark.django_db
LIST = "/api/v1/meetings/"
CALENDAR = "/api/v1/calendar.ics"


def found(client, **question):
    response = client.get(LIST, {name.rstrip("_"): value for name, value in question.items()})
    assert response.status_code == 200
    return [item["uid"] for item in response.json()["items"]]


# --- Questions --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("since", "is_found"),
    [
        # The meeting changed at 2026-03-01T12:00:00Z.
        ("2026-03-02T11:00:00+23:00", True),
        ("2026-03-02T11:00:01+23:00", False),
        ("2026-02-28T12:01:00-23:59", True),
        ("2026-02-28T12:01:01-23:59", False),
        ("0001-01-01T00:00:00+23:00", True),
        ("0001-01-01T00:00:00Z", True),
        ("9999-12-31T23:59:59Z", False),
        ("9999-12-31T23:59:59-23:00", False),
    ],
)
def test_a_moment_is_the_same_moment_in_any_offset_and_any_year(client, since, is_found):
    meeting()
    assert len(found(client, updated_since=since)) == is_found


def test_words_are_looked_for_in_any_order_and_all_of_them_have_to_be_there(client):
    made = meeting(titles={"en": "Forum on water and energy"})
    meeting(titles={"en": "Forum on water"})
    for words in ("water energy", "ENERGY  on Water", "energy water energy forum " * 200):
        assert found(client, q=words) == [str(made.uid)]
    assert found(client, q="water energy steel") == []


def test_a_word_twice_is_looked_for_once_and_many_words_in_the_same_query(client):
    meeting()
    asked = []
    for words in ("water", "water WATER water", " ".join(f"w{n}" for n in range(1000))):
        with CaptureQueriesContext(connection) as queries:
            found(client, q=words)
        asked.append((len(queries), sum(query["sql"].count('"words"') for query in queries)))
    assert asked == [(3, 1), (3, 1), (3, 1000)]  # the feed before and after, and the items between


def test_a_long_question_costs_by_its_words_and_not_by_their_square(client):
    meeting()
    costs = []
    for words in (500, 4000):
        question = " ".join(str(number) for number in range(words))
        spent = []
        for _again in range(3):
            before = time.thread_time()
            found(client, q=question)
            spent.append(time.thread_time() - before)
        costs.append(min(spent))
    assert costs[1] / costs[0] < 16  # eight times the words; its square is sixty-four


def test_a_day_does_not_begin_with_a_meeting_that_ended_at_its_first_midnight(client):
    evening = meeting(
        Span(Precision.TIME, date(2027, 12, 31), date(2028, 1, 1), "Asia/Almaty", hour(20), hour(0))
    )
    night = meeting(
        Span(Precision.TIME, date(2027, 12, 31), date(2028, 1, 1), "Asia/Almaty", hour(20), hour(0, 30))
    )
    whole = meeting(days("2027-12-31", "2028-01-01"))
    after = {str(night.uid), str(whole.uid)}
    for day in ("2028", "2028-01", "2028-01-01"):
        assert set(found(client, from_=day)) == after
    assert set(found(client, from_="2027-12-31")) == {*after, str(evening.uid)}
    assert found(client, from_="2028-01-02") == []


# --- What is shown ----------------------------------------------------------------------------
def test_jscalendar_is_whole_however_many_meetings_it_holds(client, monkeypatch):
    made = [meeting(days(f"2027-05-{day}", f"2027-05-{day}")) for day in range(10, 20)]
    monkeypatch.setattr(calendars, "LONG", 3)
    body = client.get(CALENDAR, headers={"accept": "application/jscalendar+json"}).json()
    assert [entry["uid"] for entry in body["entries"]] == [str(each.uid) for each in made]


def test_a_city_that_is_entered_in_another_country_takes_its_place_on_the_map_along(client):
    city = City.objects.create(country=kazakhstan(), name="Almaty", latitude="43.25", longitude="76.95")
    here, there = meeting(), meeting(country=china())

    def geo():
        numbered()
        return [client.get(f"{LIST}{each.uid}/").json()["place"]["geo"] is not None for each in (here, there)]

    assert geo() == [True, False]
    city.country = china()
    city.save()
    assert geo() == [False, True]
    assert b"\r\nGEO:" not in client.get(f"{LIST}{here.uid}.ics").content
    city.delete()
    assert geo() == [False, False]


def test_an_example_is_marked_as_one_among_the_sessions_of_committees(client):
    made = meeting(is_example=True, titles={"en": "Forum", "ru": "Форум"})
    Committee.objects.get_or_create(track=made.track)
    for language, title in (("en", "[EXAMPLE] Forum"), ("ru", "[EXAMPLE] Форум")):
        items = client.get(f"/api/v1/committee/sessions/?lang={language}").json()["items"]
        assert [item["title"] for item in items] == [title]


def test_the_page_marks_an_example_also_as_what_another_meeting_prepares(client):
    goal = meeting(is_example=True, titles={"en": "Forum"})
    made = meeting(prepares=goal, is_example=True)
    assert ">[EXAMPLE] Forum</a>" in client.get(f"/meetings/{made.uid}/").content.decode()


def test_a_track_that_a_system_is_confined_to_is_not_deleted_which_would_open_all_others(client):
    track = transport()
    meeting(track=health())
    headers = bearer(token(system(tracks=[track])))
    with pytest.raises(ProtectedError):
        track.delete()
    with pytest.raises(ProtectedError):
        Track.objects.filter(pk=track.pk).delete()
    assert client.get(LIST, **headers).json()["items"] == []


def test_a_system_goes_with_its_choice_of_tracks_and_leaves_them(client):
    track = transport()
    confined = system(tracks=[track])
    confined.tracks.set([])
    track.delete()
    of_health = system(tracks=[health()])
    of_health.delete()
    assert list(Track.objects.all()) == [health()]


# --- Negotiation and conditions ---------------------------------------------------------------
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("identity;q=0", None), ("zstd;q=0, identity;q=0", None), ("gzip;q=0, identity;q=0", None),
        ("gzip;q=0, zstd;q=0, identity;q=0", None), ("zstd;q=0, *;q=0", None),
        ("identity;q=0, gzip", "gzip"), ("zstd;q=0, identity;q=0, *", "gzip"),
    ],
)  # fmt: skip
def test_a_body_is_packed_in_nothing_that_its_reader_did_not_accept(client, accepted, coding):
    for _n in range(5):
        meeting()
    response = client.get(LIST, HTTP_ACCEPT_ENCODING=accepted)
    assert (response.status_code, response.get("Content-Encoding")) == (200, coding)
    assert len(json.loads(unpacked(response))["items"]) == 5


@pytest.mark.parametrize(
    "condition",
    [{"HTTP_IF_MATCH": '"another"'}, {"HTTP_IF_UNMODIFIED_SINCE": "Sat, 28 Feb 2026 12:00:00 GMT"}],
)
@pytest.mark.parametrize("address", [LIST, CALENDAR])
def test_what_must_hold_first_is_asked_first_also_of_an_answer_given_a_moment_ago(
    client, bodies_kept, address, condition
):
    meeting()
    numbered()
    Feed.objects.update(changed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    tag = client.get(address)["ETag"]
    assert client.get(address, HTTP_IF_NONE_MATCH=tag).status_code == 304
    for others in ({"HTTP_IF_NONE_MATCH": tag}, {"HTTP_IF_NONE_MATCH": '"a"'}, {}):
        refused(client.get(address, **condition, **others), 412)


def test_a_condition_that_holds_leaves_the_tag_to_be_compared(client, bodies_kept):
    meeting()
    numbered()
    Feed.objects.update(changed_at=datetime(2026, 3, 1, 12, tzinfo=UTC))
    tag = client.get(LIST)["ETag"]
    unmodified = {"HTTP_IF_UNMODIFIED_SINCE": "Mon, 02 Mar 2026 12:00:00 GMT"}
    for condition in ({"HTTP_IF_MATCH": "*"}, unmodified):
        assert client.get(LIST, HTTP_IF_NONE_MATCH=tag, **condition).status_code == 304
        assert client.get(LIST, HTTP_IF_NONE_MATCH='"a"', **condition).status_code == 200


def test_a_first_page_during_which_somebody_commits_is_one_body_under_one_tag(
    client, monkeypatch, bodies_kept
):
    made = [meeting() for _n in range(5)]
    numbered()
    read, more = SyncView.body, [1]

    def slow(view):
        body = read(view)
        if more:
            more.pop()
            change(made[4], city="Astana")
        return body

    monkeypatch.setattr(SyncView, "body", slow)
    first = client.get("/api/v1/sync/?limit=2")
    bodies_kept.empty()  # as in another process
    again = client.get("/api/v1/sync/?limit=2")
    assert (first["ETag"], first.content) == (again["ETag"], again.content)


# --- Private calendars ------------------------------------------------------------------------
@pytest.mark.django_db(transaction=True)
def test_a_use_that_is_to_be_noted_just_when_a_long_calendar_is_read_waits_for_the_next(client, monkeypatch):
    for day in range(10, 15):
        meeting(days(f"2027-05-{day}", f"2027-05-{day}"))
    monkeypatch.setattr(calendars, "LONG", 3)
    made = Subscription(system=system(), holder="Desk", language="en")
    address = make_subscription(made, actor=None).https.removeprefix("http://127.0.0.1:8000")

    def noted():
        return Subscription.objects.get().last_used_at

    def whole():
        answer = client.get(address)
        assert (answer.status_code, answer.streaming) == (200, True)
        assert answer.getvalue().count(b"BEGIN:VEVENT") == 5
        answer.close()

    with time_machine.travel(timezone.now(), tick=False) as clock:
        whole()
        first = noted()
        clock.shift(USE_GRAIN)

        def snapshot_comes_late(execute, sql, params, many, context):
            if "READ ONLY" in sql:
                clock.shift(timedelta(seconds=1))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(snapshot_comes_late):
            whole()
        assert noted() == first
        whole()
        assert noted() == first + USE_GRAIN + timedelta(seconds=1)
