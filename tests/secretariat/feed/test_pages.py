"""The page of a public meeting, for people: what an entry in a calendar leads to."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from meetings.models import Meeting
from rotation.models import Membership, Side

from .factories import bearer, china, days, health, kazakhstan, meeting, token
from .papers import agenda, frozen, issued
from .test_sync import numbered

pytestmark = pytest.mark.django_db
BASE = "http://127.0.0.1:8000"


@pytest.fixture
def two_members():
    side = Side.objects.create(mechanism=health().mechanism, names={"en": "All"}, position=1)
    for state in (kazakhstan(), china()):
        Membership.objects.create(side=side, state=state)


def page_of(made, question=""):
    return f"/meetings/{made.uid}/{question}"


def text_of(client, made, question="", **headers):
    response = client.get(page_of(made, question), **headers)
    assert response.status_code == 200
    return response.content.decode()


def test_a_calendar_entry_leads_a_person_to_the_page_and_a_program_to_the_data(client):
    made = meeting()
    numbered()
    entry = client.get(f"/api/v1/meetings/{made.uid}.ics").content.decode().replace("\r\n ", "")
    assert f"\r\nURL:{BASE}{page_of(made)}\r\n" in entry
    assert f"Details: {BASE}{page_of(made)}" in entry
    body = client.get(f"/api/v1/meetings/{made.uid}/").json()
    assert (body["url"], body["links"]["page"]) == (
        f"{BASE}/api/v1/meetings/{made.uid}/",
        BASE + page_of(made),
    )
    accept = {"HTTP_ACCEPT": "application/jscalendar+json"}
    links = client.get("/api/v1/calendar.ics", **accept).json()["entries"][0]["links"]
    assert {link["href"]: link["rel"] for link in links.values()} == {
        body["url"]: "describedby",
        body["links"]["page"]: "about",
    }


def test_the_page_says_when_and_where_and_what_hour_that_is_elsewhere(client, two_members):
    made = meeting(venue="Congress Hall")
    text = text_of(client, made)
    assert "18 May 2027 – 19 May 2027" in text or "18–19 May 2027" in text
    assert "09:00–13:30 Asia/Almaty" in text
    assert "Congress Hall, Almaty, Kazakhstan" in text
    assert "18 May 2027, 12:00, Asia/Shanghai (UTC+8)" in text
    assert f'href="{BASE}/api/v1/meetings/{made.uid}.ics"' in text
    assert "webcal://127.0.0.1:8000/api/v1/tracks/" in text


def test_a_developer_is_led_from_the_page_to_the_guide(client):
    assert '<footer><a href="/api/v1/guide/" hreflang="en">' in text_of(client, meeting())


def test_without_an_hour_there_are_no_clocks(client):
    assert "clock" not in text_of(client, meeting(days("2027-05-18", "2027-05-18")))


@pytest.mark.parametrize(
    ("question", "accept", "language", "said"),
    [
        ("", "zh-CN,zh;q=0.9", "zh", "卫生部长会议"),
        ("?lang=ru", "zh-CN", "ru", "Министры здравоохранения"),
        ("?lang=tlh&utm_source=mail", "ru", "ru", "Министры здравоохранения"),
        ("", "", "en", "Health ministers"),
    ],
)
def test_the_page_speaks_its_readers_language(client, question, accept, language, said):
    response = client.get(page_of(meeting(), question), HTTP_ACCEPT_LANGUAGE=accept)
    assert (response.status_code, response["Content-Language"]) == (200, language)
    assert said in response.content.decode()
    assert "Accept-Language" in response["Vary"]


def test_agenda_and_papers_stand_on_the_page_as_far_as_they_are_public(client):
    made = meeting()
    general, limited = issued(made, distribution="general"), issued(made)
    row = agenda(made, {})
    assert "Item 1" not in text_of(client, made)
    frozen(row)
    text = text_of(client, made)
    assert "Item 1" in text
    assert general.symbol_id in text
    assert limited.symbol_id not in text
    assert f"{BASE}/api/v1/meetings/{made.uid}/documents/{general.pk}/zh/" in text


@pytest.mark.parametrize("visibility", ["partners", "internal"])
def test_what_is_not_public_has_no_page_also_for_who_may_see_it(client, visibility):
    made = meeting(visibility=visibility)
    numbered()
    response = client.get(page_of(made), HTTP_ACCEPT_LANGUAGE="ru", **bearer(token()))
    assert (response.status_code, response["Cache-Control"]) == (404, "no-store")
    assert made.title() not in response.content.decode()
    assert "Такой страницы нет" in response.content.decode()
    if visibility == "partners":
        body = client.get(f"/api/v1/meetings/{made.uid}/", **bearer(token())).json()
        assert body["links"]["page"] is None
        entry = client.get(f"/api/v1/meetings/{made.uid}.ics", **bearer(token())).content.decode()
        assert f"URL:{body['url']}" in entry.replace("\r\n ", "")


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_that_it_does_not_take_place_is_said_first(client, status):
    made = meeting()
    Meeting.objects.filter(pk=made.pk).update(status=status)
    text = text_of(client, made)
    assert f"This meeting is {status}" in text
    assert text.index(f"This meeting is {status}") < text.index("18–19 May 2027")


def test_an_unchanged_page_is_not_sent_again(client):
    made = meeting()
    first = client.get(page_of(made))
    again = client.get(page_of(made), HTTP_IF_NONE_MATCH=first["ETag"])
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", "public, no-cache")
    Meeting.objects.filter(pk=made.pk).update(city="Astana")
    assert client.get(page_of(made), HTTP_IF_NONE_MATCH=first["ETag"]).status_code == 200


def test_a_name_is_shown_as_it_is_written(client):
    made = meeting(city="<script>alert(1)</script>")
    assert "<script>alert" not in text_of(client, made)


def test_who_opens_pages_without_end_is_told_to_wait(client, settings):
    settings.FEED_REQUESTS_AN_HOUR = 1
    made = meeting()
    text_of(client, made)
    response = client.get(page_of(made))
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "Too many requests" in response.content.decode()


def test_only_reading_is_allowed_and_a_page_costs_few_queries(client, two_members):
    made = meeting()
    assert client.post(page_of(made)).status_code == 405
    assert client.head(page_of(made)).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        text_of(client, made)
    before = len(queries)
    for _n in range(5):
        issued(made, distribution="general")
    with CaptureQueriesContext(connection) as queries:
        text_of(client, made)
    assert len(queries) <= before + 1  # the versions of papers, where there are papers


@pytest.mark.parametrize(("visibility", "is_shown"), [("public", True), ("partners", False)])
def test_the_desk_leads_to_the_page_of_a_public_meeting(desk, visibility, is_shown):
    made = meeting(visibility=visibility)
    text = desk.get(f"/admin/meetings/meeting/{made.pk}/change/").content.decode()
    assert (f'href="{page_of(made)}"' in text) is is_shown
