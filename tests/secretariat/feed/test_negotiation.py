"""Which form and which language a reader gets, by what it says it takes (RFC 9110 §12)."""

import re

import pytest

from secretariat.feed.urls import urlpatterns

from .factories import bearer, kazakhstan, meeting, system, token
from .papers import whole_meeting
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


def test_every_answer_says_its_language_by_the_code_that_lang_takes(client):
    """Django's own name for the reader's Chinese is zh-hans, and it stands where an answer says nothing."""
    made, paper = whole_meeting()
    values = {
        "uid": made.uid, "slug": "health", "code": "KZ", "key": paper.pk, "language": "ru", "secret": "unknown",
    }  # fmt: skip
    reader = bearer(token(system(states=[kazakhstan()]), scopes=["meetings:read", "deadlines:read"]))
    told = {}
    for pattern in filter(lambda each: each.name, urlpatterns):
        address = "/" + re.sub(r"<\w+:(\w+)>", lambda found: str(values[found[1]]), str(pattern.pattern))
        asked = {"until": "2035"} if str(pattern.name).startswith("turns") else {}
        answers = [
            client.get(address, asked, HTTP_ACCEPT_LANGUAGE="zh-CN,zh", **reader),
            client.get(address, {"nonsense": "1"}, HTTP_ACCEPT_LANGUAGE="zh-CN,zh", **reader),
        ]
        if address.startswith("/api/"):
            answers.append(client.options(address, HTTP_ACCEPT_LANGUAGE="zh-CN,zh"))
        told[pattern.name] = " ".join(each["Content-Language"] for each in answers)
    # What was asked for, a refusal, and what a browser asks before.
    usual = dict.fromkeys(told, "zh en en") | {"document-file": "ru en en", "meeting-page": "zh zh"}
    in_english = dict.fromkeys(("openapi", "docs", "guide"), "en en en")
    assert told == usual | in_english | dict.fromkeys(("live", "ready", "subscription"), "en en")
