"""What is promised in OpenAPI is what is answered; the probes say what is wrong."""

import gzip
import json

import jsonschema
import pytest
from django.core.management import call_command

from meetings.schedule.dates import month_span
from secretariat.feed.schema import example
from tests.factories import TrackFactory

from .factories import bearer, days, health, kazakhstan, meeting, system, token
from .papers import whole_meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(client):
    return client.get("/api/v1/openapi.json").json()


def check(document, path, response):
    operation = document["paths"][path]["get"]
    media = operation["responses"][str(response.status_code)]["content"]
    schema = media[response["Content-Type"].split(";")[0]]["schema"]
    jsonschema.Draft202012Validator(
        {**schema, "components": document["components"]}, format_checker=jsonschema.FormatChecker()
    ).validate(response.json())


def test_the_document_is_openapi_3_1_and_raises_no_warning(document, tmp_path):
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))
    assert document["openapi"] == "3.1.0"


def test_a_generated_client_learns_where_the_service_is_and_how_to_log_in(document):
    assert document["servers"][0] == {"url": "http://127.0.0.1:8000"}
    scheme = document["components"]["securitySchemes"]["partnerToken"]
    assert (scheme["type"], scheme["scheme"]) == ("http", "bearer")
    named = {
        name
        for path in document["paths"].values()
        for each in path["get"]["security"]
        for name in each
    }  # fmt: skip
    assert named == {"partnerToken"}
    assert document["paths"]["/api/v1/deadlines/"]["get"]["security"] == [{"partnerToken": []}]
    assert document["paths"]["/api/v1/meetings/"]["get"]["security"] == [{"partnerToken": []}, {}]


def test_what_belongs_together_stands_together(document):
    tags = {path: each["get"]["tags"] for path, each in document["paths"].items()}
    assert [path for path, each in tags.items() if len(each) != 1] == []
    assert {path: tags[path][0] for path in (
        "/api/v1/meetings/", "/api/v1/meetings/{uid}.ics", "/api/v1/sync/", "/api/v1/tracks/", "/api/v1/deadlines/",
    )} == {
        "/api/v1/meetings/": "meetings", "/api/v1/meetings/{uid}.ics": "calendars", "/api/v1/sync/": "sync",
        "/api/v1/tracks/": "mechanism", "/api/v1/deadlines/": "deadlines",
    }  # fmt: skip
    assert {each[0] for each in tags.values()} == {tag["name"] for tag in document["tags"]}


def test_every_address_ends_with_a_slash_or_is_a_file(document):
    assert [path for path in document["paths"] if not path.endswith(("/", ".ics"))] == []


@pytest.mark.parametrize("query", ["lang=%00", "lang=../x", "format=yaml"])
def test_the_document_knows_its_parameters(client, query):
    assert client.get(f"/api/v1/openapi.json?{query}").status_code == 400


def test_the_document_is_made_once_and_told_like_all_that_is_public(client, django_assert_num_queries):
    address = "/api/v1/openapi.json"
    first = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert {name: first[name] for name in ("Content-Type", "Content-Encoding", "Cache-Control")} == {
        "Content-Type": "application/json", "Content-Encoding": "gzip", "Cache-Control": "public, max-age=3600",
    }  # fmt: skip
    assert (first["Access-Control-Allow-Origin"], first["RateLimit"].split(";")[1]) == ("*", "r=599")
    with django_assert_num_queries(0):
        again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert client.head(address)["ETag"] == first["ETag"]
    # It is in English whoever asks: in another language two shapes had other names.
    asked = [
        client.get(address),
        client.get(f"{address}?lang=ru"),
        client.get(address, HTTP_ACCEPT_LANGUAGE="zh"),
    ]
    assert {(each.content, each["Content-Language"]) for each in asked} == {
        (gzip.decompress(first.content), "en")
    }
    typed = client.get(address, headers={"Accept": "application/vnd.oai.openapi+json"})
    assert typed["Content-Type"] == "application/vnd.oai.openapi+json"


def test_the_document_publishes_the_limits(document):
    told = document["info"]["description"]
    assert [
        limit for limit in ("500 items", "16 KiB", "431", "request body", "32 KiB") if limit not in told
    ] == []
    meeting = document["components"]["schemas"]["Meeting"]["properties"]
    assert (meeting["title"]["maxLength"], meeting["titles"]["additionalProperties"]["maxLength"]) == (
        520,
        520,
    )
    responses = document["paths"]["/api/v1/meetings/"]["get"]["responses"]
    assert "431" in responses
    assert "Token-Expires" in responses["200"]["headers"]


def test_the_longest_title_that_can_be_entered_is_within_the_published_limit(client, document):
    names = dict.fromkeys(("en", "zh", "ru"), "я" * 500)
    track = TrackFactory(names=names)
    made = meeting(track=track, is_example=True)
    for language in ("en", "zh", "ru"):
        response = client.get(f"/api/v1/meetings/{made.uid}/?lang={language}")
        assert len(response.json()["title"]) > 500
        check(document, "/api/v1/meetings/{uid}/", response)


def test_the_document_is_not_made_oftener_than_anybody_may_ask(client, settings):
    settings.FEED_REQUESTS_AN_HOUR = 1
    assert [client.get("/api/v1/openapi.json").status_code for _n in range(2)] == [200, 429]


def test_the_page_of_the_document_refuses_what_it_does_not_know_as_the_document_does(client):
    response = client.get("/api/v1/docs/?foo=1")
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    assert response.json()["errors"][0]["parameter"] == "foo"


def test_every_address_of_the_document_answers_as_it_says(client, document):
    made, paper = whole_meeting()
    meeting(days("2028-02-28", "2028-02-29"))
    meeting(month_span(2028, 1, "Asia/Almaty"), host=None, country=None, city="", ordinal=None)
    values = {
        "{uid}": str(made.uid), "{slug}": "health", "{code}": "KZ", "{key}": str(paper.pk), "{language}": "zh",
    }  # fmt: skip
    reader = bearer(token(system(states=[kazakhstan()]), scopes=["meetings:read", "deadlines:read"]))
    for path in document["paths"]:
        address = path
        for name, value in values.items():
            address = address.replace(name, value)
        good = client.get(address, {"until": "2035"} if path.endswith("turns/") else {}, **reader)
        assert good.status_code == 200, path
        if good["Content-Type"].startswith("application/json"):
            check(document, path, good)
        check(document, path, client.get(address, {"nonsense": "1"}))
        check(document, path, client.get(address, **bearer("wrong")))


def test_the_example_of_the_document_is_a_meeting(document):
    schema = {"$ref": "#/components/schemas/Meeting", "components": document["components"]}
    jsonschema.Draft202012Validator(schema).validate(json.loads(example("meeting.json")))


def test_the_page_holds_no_script_or_style_of_its_own_and_no_other_host(client):
    page = client.get("/api/v1/docs/").content.decode()
    assert [part for part in ("<style", "style=", "http://", "https://", "<script>") if part in page] == []
    script = client.get("/api/v1/docs/?script=")
    assert script["Content-Type"].startswith("application/javascript")
    assert "/api/v1/openapi.json" in script.content.decode()


def test_small_lists_hold_what_is_stored_and_cost_one_query(client, django_assert_num_queries):
    health(), meeting()
    token()
    with django_assert_num_queries(1):
        tracks = client.get("/api/v1/tracks/?lang=ru").json()
    assert tracks["items"] == [
        {
            "slug": "health",
            "name": "Министры здравоохранения",
            "lang": "ru",
            "names": {"en": "Health ministers", "ru": "Министры здравоохранения", "zh": "卫生部长会议"},
            "mechanism": "c5",
            "level": "ministers",
            "host_rule": "by_offer",
            "basis": None,
            "links": {
                "calendar": "http://127.0.0.1:8000/api/v1/tracks/health/calendar.ics",
                "webcal": "webcal://127.0.0.1:8000/api/v1/tracks/health/calendar.ics",
            },
        }
    ]
    with django_assert_num_queries(1):
        states = client.get("/api/v1/states/").json()
    assert [state["code"] for state in states["items"]] == ["KZ"]


def test_live_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/health/live")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
