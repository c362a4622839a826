"""Which form and which language a reader gets, by what it says it takes (RFC 9110 §12)."""

import pytest

from .factories import kazakhstan, meeting
from .test_access import refused

pytestmark = pytest.mark.django_db
LIST, CALENDAR = "/api/v1/meetings/", "/api/v1/calendar.ics"
ICALENDAR, JSCALENDAR = "text/calendar; charset=utf-8", "application/jscalendar+json;type=group"


@pytest.mark.parametrize(
    "accept",
    ["", " ", "*/*", "application/*", "application/json", "application/json; charset=utf-8", "application/json;q=0.1",
     "text/html, application/xhtml+xml, */*;q=0.8", "*/*;q=0, application/json", "text/html;q=0, */*;q=0.1",
     "application/json;q=x", ",", "APPLICATION/JSON"],
)  # fmt: skip
def test_json_is_given_to_who_takes_it(client, accept):
    answer = client.get(LIST, HTTP_ACCEPT=accept)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "accept",
    ["application/json;q=0", "*/*;q=0", "application/json;q=0, */*", "application/*;q=0.0, text/html", "text/html",
     "application/json; q=0.000", "nonsense"],
)  # fmt: skip
def test_who_does_not_take_json_is_refused(client, accept):
    refused(client.get(LIST, HTTP_ACCEPT=accept), 406)
    refused(client.get("/api/v1/states/", HTTP_ACCEPT=accept), 406)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("application/jscalendar+json", JSCALENDAR),
        ("application/jscalendar+json;type=group", JSCALENDAR),
        ("Application/JSCalendar+JSON; type=group; q=0.5", JSCALENDAR),
        ("text/calendar;q=0.5, application/jscalendar+json;type=group", JSCALENDAR),
        ("application/jscalendar+json, */*;q=0.1", JSCALENDAR),
        ("application/jscalendar+json, */*", JSCALENDAR),
        ("application/jscalendar+json;type=event", ICALENDAR),
        ("application/jscalendar+json;q=0", ICALENDAR),
        ("application/jscalendar+json;q=0.5, text/calendar; charset=utf-8", ICALENDAR),
        ("text/calendar, application/jscalendar+json;q=0.9", ICALENDAR),
        ("application/json, text/plain, */*", ICALENDAR),
        ("application/*", ICALENDAR),
        ("*/*;q=0", ICALENDAR),
        ("text/html", ICALENDAR),
        ("", ICALENDAR),
    ],
)
def test_a_calendar_is_jscalendar_for_who_asks_for_it_by_name_and_icalendar_for_everybody_else(
    client, accept, form
):
    assert client.get(CALENDAR, HTTP_ACCEPT=accept)["Content-Type"] == form


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("ru;q=0", "en"), ("ru;q=0, zh;q=0.1", "zh"), ("zh-CN;q=0.0, ru", "ru"), ("ru;q=0, *", "en"), ("ru", "ru"),
     ("*, ru;q=0.5", "en"), ("", "en")],
)  # fmt: skip
def test_a_language_that_the_reader_refuses_is_not_given(client, accepted, language):
    made = meeting(host=kazakhstan())
    for address in (LIST, CALENDAR, f"/meetings/{made.uid}/"):
        assert client.get(address, HTTP_ACCEPT_LANGUAGE=accepted)["Content-Language"] == language
