"""What is refused is refused in one form, whoever asks and however badly: a problem document, never a page or a 500."""

import pytest
from django.db import OperationalError
from django.db.backends.postgresql.base import DatabaseWrapper

from .factories import bearer, meeting, token
from .test_access import refused
from .test_conditional import numbered

pytestmark = pytest.mark.django_db
LIST = "/api/v1/meetings/"


@pytest.mark.parametrize("secret", ["x", "é", ""])
def test_a_token_that_is_not_good_hides_no_other_fault_of_the_request(client, secret):
    wrong = {"HTTP_AUTHORIZATION": f"Bearer {secret}"}
    refused(client.get("/api/v1/nope", **wrong), 404)
    refused(client.get("/api/v1/meetings", **wrong), 404)
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
