"""What is refused is refused in one form, whoever asks and however badly: a problem document, never a page or a 500."""

import pytest
from django.db import OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client

from .factories import bearer, meeting, token
from .test_access import refused
from .test_conditional import numbered

pytestmark = pytest.mark.django_db
LIST = "/api/v1/meetings/"


@pytest.mark.parametrize("secret", ["x", "é", ""])
def test_a_token_that_is_not_good_hides_no_other_fault_of_the_request(client, secret):
    wrong = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    refused(client.get("/api/v1/nope", **wrong), 404)
    refused(client.get("/api/v1/meetings/nope", **wrong), 404)
    assert refused(client.post(LIST, **wrong), 405)["Allow"] == "GET, HEAD, OPTIONS"
    refused(client.get(LIST, HTTP_ACCEPT="text/html", **wrong), 406)
    refused(client.get(LIST, **wrong), 401)
    preflight = client.options(LIST, HTTP_ORIGIN="https://portal.example", **wrong)
    assert (preflight.status_code, preflight["Allow"]) == (204, "GET, HEAD, OPTIONS")


# --- The database is away ---------------------------------------------------------------------
@pytest.fixture
def lost(monkeypatch):
    """Call it, and from then on nobody reaches the database; the list holds each attempt."""
    attempts = []

    def away(_self):
        attempts.append("asked")
        raise OperationalError("connection refused")

    with monkeypatch.context() as patched:  # undone before the test's own connection is closed

        def lose():
            for name in ("connect", "ensure_connection", "cursor"):
                patched.setattr(DatabaseWrapper, name, away)
            return attempts

        yield lose


def unavailable(response):
    assert refused(response, 503)["Retry-After"] == "60"
    return response


@pytest.mark.parametrize("address", [LIST, "/api/v1/calendar.ics"])
def test_who_asks_again_while_the_database_is_away_is_told_so_after_one_attempt(
    client, bodies_kept, lost, address
):
    meeting()
    numbered()
    tag = client.get(address)["ETag"]
    attempts = lost()
    response = unavailable(client.get(address, HTTP_IF_NONE_MATCH=tag))
    assert (attempts, response["Vary"], response["Access-Control-Allow-Origin"]) == (
        ["asked"],
        "Authorization, Accept, Accept-Encoding, Accept-Language",
        "*",
    )


def test_a_good_token_too_is_told_after_one_attempt_that_the_database_is_away(client, lost):
    headers = bearer(token())
    attempts = lost()
    unavailable(client.get(LIST, **headers))
    assert attempts == ["asked"]


# --- Parameters and paths ---------------------------------------------------------------------
FILTERS = {
    LIST: ("track", "state", "host", "status", "from", "to", "updated_since", "order", "fields", "lang", "limit",
           "cursor"),
    "/api/v1/sync/": ("sync_token", "page_token", "lang", "limit"),
    "/api/v1/committee/sessions/": ("track", "lang"),
    "/api/v1/rotation/turns/": ("until", "known_on", "mechanism", "lang"),
    "/api/v1/calendar.ics": ("lang", "tz", "partial", "days", "alarm"),
    "/api/v1/states/KZ/calendar.ics": ("as",),
}  # fmt: skip


@pytest.mark.parametrize(("address", "name"), [(a, name) for a, names in FILTERS.items() for name in names])
def test_a_parameter_without_a_value_is_refused_by_its_name(client, address, name):
    meeting()
    question = {"until": "2030", name: ""} if "turns" in address else {name: ""}
    answer = refused(client.get(address, question), 400).json()
    assert [error["parameter"] for error in answer["errors"]] == [name]


def test_an_empty_search_asks_for_everything(client):
    made = meeting()
    assert [each["uid"] for each in client.get(f"{LIST}?q=").json()["items"]] == [str(made.uid)]


@pytest.mark.parametrize("name", ["state", "status", "from", "to", "limit", "cursor"])
def test_a_filter_of_deadlines_without_a_value_is_refused_too(client, name):
    headers = bearer(token(scopes=["deadlines:read"]))
    answer = refused(client.get("/api/v1/deadlines/", {name: ""}, **headers), 400).json()
    assert [error["parameter"] for error in answer["errors"]] == [name]


def test_an_address_with_a_character_that_no_text_may_hold_is_not_found(client):
    refused(client.get("/api/v1/states/%00/calendar.ics"), 404)
    refused(client.get("/api/v1/states/K%00Z/calendar.ics"), 404)
    refused(client.get("/calendar/%00.ics"), 404)


@pytest.mark.parametrize(
    ("address", "right"),
    [
        ("/api/v1/meetings", "/api/v1/meetings/"),
        ("/api/v1/sync?limit=5&lang=ru", "/api/v1/sync/?limit=5&lang=ru"),
        ("/api/v1/guide", "/api/v1/guide/"),
        ("/api/v1/committee/sessions", "/api/v1/committee/sessions/"),
        ("/api/v1/meetings/00000000-0000-0000-0000-000000000001", "/api/v1/meetings/00000000-0000-0000-0000-000000000001/"),
        ("/api/v1/calendar.ics/?tz=utc", "/api/v1/calendar.ics?tz=utc"),
        ("/api/v1/openapi.json/", "/api/v1/openapi.json"),
    ],
)  # fmt: skip
def test_an_address_with_the_other_ending_is_shown_the_right_one(client, address, right):
    for headers in ({}, bearer("wrong")):
        response = refused(client.get(address, **headers), 308)
        assert (response["Location"], response["Access-Control-Allow-Origin"]) == (right, "*")
        assert response.json()["detail"].endswith(f" This one is {right}")


def test_what_is_nowhere_is_not_found_with_the_way_to_what_there_is(client):
    for address in ("/api/", "/api/v1/", "/api/v1/meeting", "/api/v1/meetings//", "/api/v1/nope/"):
        answer = refused(client.get(address), 404).json()
        assert answer["documentation"] == "http://127.0.0.1:8000/api/v1/docs/"


def test_the_turns_answer_with_the_slash_and_as_they_were_first_promised(client):
    told = [client.get(f"/api/v1/rotation/turns{end}?until=2030") for end in ("/", "")]
    assert [each.status_code for each in told] == [200, 200]
    assert told[0].content == told[1].content


def test_more_parameters_than_are_read_are_refused(client):
    question = "&".join(f"x{number}=1" for number in range(1001))
    for address in (LIST, "/api/v1/calendar.ics", "/api/v1/states/", "/api/v1/openapi.json"):
        refused(client.get(f"{address}?{question}"), 400)


# --- Before any view --------------------------------------------------------------------------
def test_another_hosts_name_is_refused_in_the_same_form(client):
    wrong = {"headers": {"host": "evil.example"}}
    for address in (LIST, "/api/v1/calendar.ics", "/api/v1/nope"):
        refused(client.get(address, **wrong), 400)
    page = client.get("/admin/", **wrong)
    assert (page.status_code, page["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_nobody_writes_to_a_probe_or_a_page():
    strict = Client(enforce_csrf_checks=True)
    for address in ("/health/live", "/health/ready", "/meetings/00000000-0000-0000-0000-000000000001/"):
        answer = strict.post(address)
        assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")
