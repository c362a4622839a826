"""What has no body says so: to the web server, which would warn of one, and to the reader, by no length (RFC 9110)."""

from http import HTTPStatus

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory

from .feed.factories import meeting
from .feed.papers import whole_meeting

pytestmark = pytest.mark.django_db
LIST = "/api/v1/meetings/"


def sent(method, address, **headers):
    """Status, headers and body as the web server gets them; Django's test client would drop the body itself."""
    response = WSGIHandler().get_response(RequestFactory().generic(method, address, headers=headers))
    return response.status_code, response.headers, b"".join(response)


def paper():
    made, issued = whole_meeting(visibility="public")
    return f"{LIST}{made.uid}/documents/{issued.pk}/zh/"


@pytest.mark.parametrize(
    "address", [LIST, "/api/v1/calendar.ics", "/api/v1/nope", "/health/live", "/admin/login/", paper]
)
def test_head_says_how_long_the_body_is_and_sends_none(address):
    meeting()
    address = address if isinstance(address, str) else address()
    status, headers, body = sent("GET", address)
    assert headers["Content-Length"] == str(len(body))
    head = sent("HEAD", address)
    assert (head[0], head[2]) == (status, b"")
    for name in ("Content-Length", "Content-Type"):
        assert head[1][name] == headers[name]


@pytest.mark.parametrize("address", [LIST, "/api/v1/calendar.ics", "/api/v1/states/", paper])
def test_what_is_unchanged_has_neither_length_nor_type(address):
    meeting()
    address = address if isinstance(address, str) else address()
    tag = sent("GET", address)[1]["ETag"]
    status, headers, body = sent("GET", address, if_none_match=tag)
    assert (status, body, headers["ETag"]) == (HTTPStatus.NOT_MODIFIED, b"", tag)
    assert {"Content-Length", "Content-Type"} & headers.keys() == set()


def test_a_preflight_has_neither():
    status, headers, body = sent("OPTIONS", LIST, origin="https://portal.example")
    assert (status, body) == (HTTPStatus.NO_CONTENT, b"")
    assert {"Content-Length", "Content-Type"} & headers.keys() == set()
