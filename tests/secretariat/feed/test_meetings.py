"""The calendar as JSON."""

import json
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.changes import announce, announced_together
from meetings.models import Meeting
from meetings.schedule.dates import Precision, Span, month_span, year_span
from rotation.models import Membership, Side

from .factories import bearer, china, days, health, hours, kazakhstan, meeting, token

pytestmark = pytest.mark.django_db
LIST = "/api/v1/meetings/"


def uids(response):
    assert response.status_code == 200, response.content
    return [item["uid"] for item in response.json()["items"]]


def headers_of(response):
    return {
        name: value for name, value in response.headers.items() if name not in ("RateLimit", "X-Request-ID")
    }


def test_a_meeting_is_told_as_the_contract_says(client):
    made = meeting(titles={"en": "Health forum", "zh": "卫生论坛"}, ordinal=None, venue="Congress hall")
    body = client.get(f"{LIST}{made.uid}/?lang=zh").json()
    assert body == {
        "uid": str(made.uid),
        "url": f"http://127.0.0.1:8000/api/v1/meetings/{made.uid}/",
        "track": {"slug": "health", "name": "卫生部长会议", "lang": "zh"},
        "ordinal": None,
        "title": "卫生论坛",
        "lang": "zh",
        "titles": {"en": "Health forum", "zh": "卫生论坛"},
        "status": "confirmed",
        "format": "in person",
        "example": False,
        "start": "2027-05-18T09:00:00+05:00",
        "end": "2027-05-19T13:30:00+05:00",
        "zone": "Asia/Almaty",
        "all_day": False,
        "sequence": 0,
        "when": {
            "precision": "time",
            "value": "2027-05-18",
            "earliest": "2027-05-18",
            "latest": "2027-05-19",
        },
        "place": {
            "city": "Almaty",
            "country": {"code": "KZ", "name": "哈萨克斯坦", "lang": "zh"},
            "venue": "Congress hall",
            "geo": None,
        },
        "host": {"code": "KZ", "name": "哈萨克斯坦", "lang": "zh"},
        "participants": [],
        "summit": None,
        "prepares": None,
        "agenda": None,
        "documents": {"count": 0, "updated": None},
        "visibility": "public",
        "revision": 1,
        "created": "2026-03-01T12:00:00Z",
        "updated": "2026-03-01T12:00:00Z",
        "cancelled_at": None,
        "links": {
            "page": f"http://127.0.0.1:8000/meetings/{made.uid}/",
            "calendar": f"http://127.0.0.1:8000/api/v1/meetings/{made.uid}.ics",
            "agenda": f"http://127.0.0.1:8000/api/v1/meetings/{made.uid}/agenda/",
            "documents": f"http://127.0.0.1:8000/api/v1/meetings/{made.uid}/documents/",
        },
    }


def test_a_missing_translation_is_english_and_says_so(client):
    made = meeting(titles={"en": "Health forum"})
    body = client.get(f"{LIST}{made.uid}/?lang=ru").json()
    assert (body["title"], body["lang"]) == ("Health forum", "en")


@pytest.mark.parametrize(
    ("span", "when"),
    [
        (Span(Precision.NONE, None, None, "Asia/Almaty"), ("none", None, None, None)),
        (year_span(2028, "Asia/Almaty"), ("year", "2028", "2028-01-01", "2028-12-31")),
        (month_span(2028, 2, "Asia/Almaty"), ("month", "2028-02", "2028-02-01", "2028-02-29")),
        (days("2028-02-28", "2028-02-29"), ("day", "2028-02-28", "2028-02-28", "2028-02-29")),
    ],
)
def test_a_date_is_told_as_far_as_it_is_known(client, span, when):
    made = meeting(span)
    body = client.get(f"{LIST}{made.uid}/").json()
    assert tuple(body["when"].values()) == when
    has_day = when[0] == "day"
    assert (body["start"], body["end"], body["all_day"]) == (
        ("2028-02-28", "2028-03-01", True) if has_day else (None, None, False)
    )


@pytest.mark.parametrize("status", Meeting.Status.values)
@pytest.mark.parametrize(
    ("visibility", "readers"),
    [("public", {"public", "partners"}), ("partners", {"partners"}), ("internal", set())],
)
def test_every_exit_shows_a_meeting_to_its_audience_only(client, visibility, readers, status):
    made = meeting(visibility=visibility, status=status, titles={"en": "Quiet talks"})
    seen = readers if status != "idea" else set()
    secret = token()
    exits = [
        LIST, f"{LIST}{made.uid}/", f"{LIST}{made.uid}.ics", "/api/v1/calendar.ics",
        "/api/v1/tracks/health/calendar.ics", "/api/v1/states/KZ/calendar.ics",
    ]  # fmt: skip
    for audience, headers in (("public", {}), ("partners", bearer(secret))):
        shown = [b"Quiet talks" in client.get(address, **headers).content for address in exits]
        assert shown == [audience in seen] * len(exits)


def test_a_meeting_that_turns_internal_is_gone_at_once_even_before_its_item_is(client):
    made = meeting()
    Meeting.objects.filter(pk=made.pk).update(visibility="internal")
    assert uids(client.get(LIST)) == []


def test_an_invisible_and_an_absent_meeting_answer_alike(client):
    hidden, absent = meeting(visibility="internal").uid, UUID(int=10**6)
    for pattern in ("/api/v1/meetings/{}/", "/api/v1/meetings/{}.ics"):
        answers = [client.get(pattern.format(uid), HTTP_IF_NONE_MATCH="*") for uid in (hidden, absent)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        assert headers_of(answers[0]) == headers_of(answers[1])


def test_a_meeting_does_not_name_the_hidden_one_that_it_prepares(client):
    hidden = meeting(visibility="partners")
    made = meeting(prepares=hidden)
    address = f"{LIST}{made.uid}/"
    assert client.get(address).json()["prepares"] is None
    assert client.get(address, **bearer(token())).json()["prepares"]["uid"] == str(hidden.uid)
    Meeting.objects.filter(pk=hidden.pk).update(visibility="public")
    announce([hidden.pk])
    assert client.get(address).json()["prepares"]["uid"] == str(hidden.uid)


def test_an_example_says_so_to_people_and_to_programs(client):
    made = meeting(is_example=True, titles={"en": "Trial"})
    body = client.get(f"{LIST}{made.uid}/").json()
    assert (body["example"], body["title"]) == (True, "[EXAMPLE] Trial")


def test_filters_choose_exactly_what_they_name(client):
    spring, autumn = meeting(), meeting(hours("2027-10-05", "2027-10-06"), status="proposed")
    there = meeting(hours("2027-10-20", "2027-10-21"), host=china(), country=china(), city="Xi'an")
    vague, undated = (
        meeting(year_span(2027, "Asia/Almaty")),
        meeting(Span(Precision.NONE, None, None, "Asia/Almaty")),
    )
    expected = {
        "": [vague, spring, autumn, there, undated],
        "track=health": [vague, spring, autumn, there, undated],
        "state=CN": [there],
        "host=CN": [there],
        "host=CN&state=KZ": [],
        "from=2027-10": [vague, autumn, there],
        "from=2028": [],
        "to=2027-05": [vague, spring],
        "to=2026": [],
        "status=proposed": [autumn],
        "from=2027-06-01": [vague, autumn, there],
        "to=2027-06-01": [vague, spring],
        "from=2027-05-19&to=2027-05-19": [vague, spring],
        "q=XI%27AN": [there],
        "q=министры+алматы": [],
        "q=министры+almaty&status=proposed": [autumn],
        "order=-start&status=confirmed": [undated, there, spring, vague],
        "updated_since=2026-03-01T12:00:01Z": [],
    }
    found = {query: uids(client.get(f"{LIST}?{query}")) for query in expected}
    assert found == {query: [str(m.uid) for m in made] for query, made in expected.items()}


def test_fields_returns_the_members_named_and_the_uid(client):
    made = meeting()
    assert client.get(f"{LIST}?fields=status,zone").json()["items"] == [
        {"uid": str(made.uid), "status": "confirmed", "zone": "Asia/Almaty"}
    ]


@pytest.mark.parametrize("order", ["start", "-start", "updated"])
def test_pages_hold_each_meeting_once_while_others_come_and_go(client, order):
    made = [meeting() for _n in range(7)]
    seen, address = [], f"{LIST}?limit=2&order={order}"
    while address:
        response = client.get(address.replace("http://127.0.0.1:8000", ""))
        seen += uids(response)
        address = response.json()["next"]
        assert response.get("Link") == (f'<{address}>; rel="next"' if address else None)
        if len(seen) == 2:
            Meeting.objects.filter(uid=seen[0]).update(visibility="internal")
    assert sorted(seen) == sorted(str(m.uid) for m in made)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("trak=health", "trak"), ("format=xml", "format"), ("token=abc", "token"), ("access_token=abc", "access_token"),
        ("track=nothing", "track"), ("state=XX", "state"), ("status=idea", "status"), ("from=2027-5-1", "from"),
        ("from=2027-13", "from"), ("to=0000", "to"), ("host=XX", "host"),
        ("to=2027-02-30", "to"), ("updated_since=2027-01-01", "updated_since"), ("order=title", "order"),
        ("updated_since=2027-01-01T25:00:00Z", "updated_since"), ("fields=note", "fields"), ("lang=de", "lang"),
        ("limit=0", "limit"), ("limit=501", "limit"), ("limit=%C2%B2", "limit"), ("cursor=abc", "cursor"),
        ("q=a%00", "q"), ("q=a&q=b", "q"), ("status=", "status"),
    ],
)  # fmt: skip
def test_a_bad_parameter_is_named_with_its_remedy(client, query, parameter):
    response = client.get(f"{LIST}?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]
    assert response.json()["errors"][0]["remedy"]


def test_a_cursor_of_another_question_is_refused(client):
    for _n in range(3):
        meeting()
    following = client.get(f"{LIST}?limit=1").json()["next"]
    assert client.get(following + "&status=confirmed").status_code == 400


def test_a_page_costs_the_same_queries_for_one_meeting_and_for_fifty(client):
    address, costs = f"{LIST}?track=health&limit=500", []
    for more in (1, 49):
        with announced_together():
            for _n in range(more):
                meeting()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(uids(client.get(address))) == (1 if more == 1 else 50)
        costs.append(len(queries))
    assert costs == [4, 4]


def test_nothing_of_the_desk_is_in_the_feed(client):
    made = meeting(note="Do not tell", source="Cable 7", prepares=None)
    text = (
        json.dumps(client.get(f"{LIST}{made.uid}/").json())
        + client.get("/api/v1/calendar.ics").content.decode()
    )
    assert [secret for secret in ("Do not tell", "Cable 7") if secret in text] == []


def test_a_private_note_is_no_change_for_readers(client):
    made = meeting()
    before = client.get(f"{LIST}{made.uid}/").content
    made.note = "Seen by staff"
    made.save()
    announce([made.pk])
    assert client.get(f"{LIST}{made.uid}/").content == before


def test_a_new_name_of_a_track_reaches_its_meetings(client):
    made = meeting()
    track = health()
    track.names = {"en": "Ministers of health"}
    track.save()
    assert client.get(f"{LIST}{made.uid}/").json()["track"]["name"] == "Ministers of health"


def test_a_change_stamps_the_item_later_than_before(client):
    made = meeting()
    Meeting.objects.filter(pk=made.pk).update(city="Astana", updated_at=made.updated_at + timedelta(days=1))
    announce([made.pk])
    body = client.get(f"{LIST}{made.uid}/").json()
    assert (body["place"]["city"], body["updated"] > "2026-03-01T12:00:00Z") == ("Astana", True)


def test_the_members_of_the_mechanism_at_that_time_take_part(client):
    """Kazakhstan belongs from 2027 on, China to 2027 and no longer."""
    side = Side.objects.create(mechanism=health().mechanism, position=1, names={"en": "All"})
    Membership.objects.create(side=side, state=kazakhstan(), from_period="2027")
    Membership.objects.create(side=side, state=china(), until_period="2027")
    no_place = {"host": None, "country": None, "city": "", "format": "video"}
    years = {year: meeting(days(f"{year}-05-18", f"{year}-05-18"), **no_place) for year in (2025, 2027, 2029)}
    undated = meeting(Span(Precision.NONE, None, None, "Asia/Almaty"), **no_place)
    told = {year: client.get(f"{LIST}{made.uid}/").json()["participants"] for year, made in years.items()}
    # A period lasts for the mechanism's step of two years.
    assert told == {2025: ["CN"], 2027: ["CN", "KZ"], 2029: ["KZ"]}
    assert client.get(f"{LIST}{undated.uid}/").json()["participants"] == ["KZ"]
    assert uids(client.get(f"{LIST}?state=CN")) == [str(years[2025].uid), str(years[2027].uid)]
    assert uids(client.get(f"{LIST}?host=CN")) == []
    body = client.get("/api/v1/states/CN/calendar.ics").content.decode()
    assert body.count("BEGIN:VEVENT") == 2


def test_who_joins_the_mechanism_takes_part_at_once(client):
    made = meeting()
    side = Side.objects.create(mechanism=health().mechanism, position=1, names={"en": "All"})
    joined = Membership.objects.create(side=side, state=china())
    assert client.get(f"{LIST}{made.uid}/").json()["participants"] == ["CN"]
    joined.delete()
    assert client.get(f"{LIST}{made.uid}/").json()["participants"] == []
