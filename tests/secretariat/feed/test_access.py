"""Who reads, how often, and what is said to who may not."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone
from redis import Redis

from meetings.models import Meeting
from secretariat.feed import counters, throttles
from secretariat.feed.models import PartnerToken
from secretariat.feed.tokens import digest_of, revoke_token

from .factories import bearer, meeting, token

pytestmark = pytest.mark.django_db
LIST = "/api/v1/meetings/"


def refused(response, status):
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert list(response.json())[:5] == ["type", "title", "status", "detail", "errors"]
    assert response.json()["status"] == status
    return response


def test_a_token_is_kept_as_its_hash_only():
    secret = token()
    row = PartnerToken.objects.get()
    stored = [str(value) for value in PartnerToken.objects.values_list().get()]
    assert (row.digest, [value for value in stored if secret in value]) == (digest_of(secret), [])
    assert secret.startswith(row.prefix)
    assert len(secret.split("_", 2)[2]) == 43


def test_unknown_expired_revoked_and_malformed_tokens_are_refused_alike(client):
    expired, revoked = token(expires_at=timezone.now() + timedelta(days=1)), token()
    PartnerToken.objects.filter(digest=digest_of(expired)).update(
        created_at=datetime(2020, 1, 1, tzinfo=UTC), expires_at=datetime(2020, 2, 1, tzinfo=UTC)
    )
    assert revoke_token(PartnerToken.objects.get(digest=digest_of(revoked)), actor=None)
    headers = [f"Bearer {s}" for s in ("unknown", expired, revoked, "é", "")] + ["Basic abc", "Bearer", ""]
    answers = [refused(client.get(LIST, HTTP_AUTHORIZATION=header), 401) for header in headers]
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer["WWW-Authenticate"] for answer in answers} == {'Bearer realm="secretariat"'}


def test_a_token_without_the_scope_may_not_read(client):
    refused(client.get(LIST, **bearer(token(scopes=["webhooks:manage"]))), 403)


def test_a_use_is_noted_once_an_hour(client):
    headers = bearer(token())
    client.get(LIST, **headers)
    first = PartnerToken.objects.get().last_used_at
    client.get(LIST, **headers)
    assert first is not None
    assert PartnerToken.objects.get().last_used_at == first


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "address", [LIST, "/api/v1/calendar.ics", "/api/v1/states/", "/api/v1/openapi.json", "/api/v1/docs/"]
)
def test_nothing_is_written_through_the_feed(client, method, address):
    made = meeting()
    response = refused(getattr(client, method)(address), 405)
    assert response["Allow"] == "GET, HEAD, OPTIONS"
    assert Meeting.objects.filter(pk=made.pk).exists()


def test_options_names_the_methods(client):
    response = client.options(LIST)
    assert (response.status_code, response["Allow"]) == (204, "GET, HEAD, OPTIONS")


def test_a_form_that_we_do_not_speak_is_refused(client):
    refused(client.get(LIST, HTTP_ACCEPT="application/xml"), 406)


@pytest.mark.parametrize("path", ["/api/", "/api/v2/meetings/", "/api/v1/meetings/7/", "/api/v1/meeting"])
def test_an_address_that_does_not_exist_is_a_problem_document(client, path):
    refused(client.get(path), 404)


def test_a_failure_is_a_problem_document_that_tells_nothing_of_the_inside(client, monkeypatch, caplog):
    def broken(*_args, **_kwargs):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("secretariat.feed.views.meetings.query.filtered", broken)
    response = refused(client.get(LIST), 500)
    assert "hunter2" not in response.content.decode()
    assert "hunter2" in caplog.text


def test_who_asks_too_often_is_told_when_to_come_back(client, settings):
    settings.FEED_REQUESTS_AN_HOUR = 2
    answers = [client.get(LIST) for _n in range(3)]
    assert [answer.status_code for answer in answers[:2]] == [200, 200]
    assert 0 < int(refused(answers[2], 429)["Retry-After"]) <= 3600
    assert client.get(LIST, **bearer(token())).status_code == 200


def test_who_guesses_tokens_is_slowed_down(client, monkeypatch):
    monkeypatch.setattr("secretariat.feed.throttles.FAILURES_AN_HOUR", 2)
    codes = [client.get(LIST, **bearer("guess")).status_code for _n in range(3)]
    assert codes == [401, 401, 429]


def test_a_broken_broker_does_not_close_the_calendar_and_each_process_counts_for_itself(
    client, settings, monkeypatch
):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    settings.FEED_REQUESTS_AN_HOUR = 2
    monkeypatch.setattr(counters, "server", lambda: Redis.from_url(settings.REDIS_URL))
    monkeypatch.setattr(throttles, "counters", counters.Counters())
    assert [client.get(LIST).status_code for _n in range(3)] == [200, 200, 429]


def test_processes_know_of_each_other_within_a_second():
    clock, window, key = [0.0], time.time_ns(), "public.a"
    one, other = (counters.Counters(lambda: clock[0]) for _process in range(2))
    assert [one.count(key, window, 60), other.count(key, window, 60)] == [1, 2]
    assert [one.count(key, window, 60) for _n in range(3)] == [2, 3, 4]
    clock[0] = 1.0
    assert [one.count(key, window, 60), other.count(key, window, 60)] == [6, 7]
    assert one.count(key, window + 1, 60) == 1


@pytest.fixture
def desk(client):
    client.force_login(
        get_user_model().objects.create_superuser("chief", password="a long enough passphrase")
    )
    return client


def test_the_desk_shows_a_new_token_once(desk):
    token()
    system = PartnerToken.objects.get().system
    expires = timezone.now() + timedelta(days=100)
    values = {
        "system": system.pk,
        "scopes": ["meetings:read"],
        "expires_at_0": expires.date().isoformat(),
        "expires_at_1": "09:00:00",
    }
    response = desk.post(reverse("admin:feed_partnertoken_add"), values, follow=True)
    shown = [str(message) for message in response.context["messages"]]
    made = PartnerToken.objects.latest("pk")
    secret = next(word for word in shown[0].split() if word.startswith(made.prefix))
    assert (digest_of(secret), made.scopes, made.created_by.username) == (
        made.digest,
        ["meetings:read"],
        "chief",
    )
    again = desk.get(reverse("admin:feed_partnertoken_changelist"))
    assert secret not in again.content.decode()


def test_the_desk_revokes_tokens_and_edits_none(desk, client):
    secret = token()
    row = PartnerToken.objects.get()
    change = reverse("admin:feed_partnertoken_change", args=[row.pk])
    assert desk.post(change, {"system": row.system_id}).status_code == 403
    desk.post(
        reverse("admin:feed_partnertoken_changelist"), {"action": "revoke", "_selected_action": [row.pk]}
    )
    row.refresh_from_db()
    assert (row.revoked_at is not None, row.revoked_by.username) == (True, "chief")
    assert client.get(LIST, **bearer(secret)).status_code == 401
    assert revoke_token(row, actor=None) is False
