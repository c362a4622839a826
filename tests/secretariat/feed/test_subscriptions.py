"""Private calendar addresses: what they show, to whom, and that nothing of the secret stays anywhere."""

import logging
import re
from uuid import NAMESPACE_URL, uuid5

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from meetings.models import Meeting
from secretariat.feed.counters import counters
from secretariat.feed.models import Feed, PartnerSystem, Subscription
from secretariat.feed.subscribing import make_subscription, revoke_subscription
from secretariat.feed.views.subscriptions import REQUESTS_AN_HOUR
from secretariat.redaction import Redacted
from tests.factories import TrackFactory

from .factories import china, kazakhstan, meeting

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(db):
    feed = Feed.objects.get_or_create(audience="partners")[0]
    return PartnerSystem.objects.create(name="Portal", operator="MFA", contact="it@mfa.example", feed=feed)


def address_of(system, **values):
    """The path of a new private address."""
    made = Subscription(**{"system": system, "holder": "Desk", "language": "en", **values})
    return make_subscription(made, actor=None).https.removeprefix("http://127.0.0.1:8000")


def uids(response):
    assert response.status_code == 200
    return {str(event["UID"]) for event in Calendar.from_ical(response.content).walk("VEVENT")}


def test_it_shows_what_the_partner_may_see_and_nothing_else(client, system):
    public, partners = meeting(), meeting(visibility="partners")
    meeting(visibility="internal")
    meeting(status="idea", visibility="public")
    assert uids(client.get(address_of(system))) == {str(public.uid), str(partners.uid)}
    system.tracks.add(TrackFactory())
    assert uids(client.get(address_of(system))) == set()


def test_it_may_show_one_track_or_one_state_only(client, system):
    made = meeting()
    other = meeting(track=TrackFactory(mechanism=made.track.mechanism), host=china(), country=china())
    assert uids(client.get(address_of(system, track=made.track))) == {str(made.uid)}
    assert uids(client.get(address_of(system, state=china()))) == {str(other.uid)}
    assert uids(client.get(address_of(system, state=kazakhstan(), track=other.track))) == set()
    assert b"NAME;LANGUAGE=en:Health ministers" in client.get(address_of(system, track=made.track)).content


def test_it_speaks_its_own_language_whatever_the_reader_sends(client, system):
    meeting(titles={"en": "Talks", "ru": "Переговоры"})
    address = address_of(system, language="ru")
    assert "Переговоры" in client.get(address, headers={"Accept-Language": "en"}).content.decode()
    assert "Talks" in client.get(f"{address}?lang=en").content.decode()


def test_each_is_a_calendar_of_its_own_whose_identity_says_nothing_of_the_secret(client, system):
    first, second = address_of(system), address_of(system)
    asked = {"Accept": "application/jscalendar+json"}
    found = [client.get(at, headers=asked).json()["uid"] for at in (first, second, first)]
    # uuid5 of the namespace of URLs and http://127.0.0.1:8000/calendar/ with the row's number.
    rows = Subscription.objects.order_by("pk").values_list("pk", flat=True)
    expected = [str(uuid5(NAMESPACE_URL, f"http://127.0.0.1:8000/calendar/{pk}")) for pk in rows]
    assert found == [*expected, expected[0]]


def test_unknown_and_revoked_are_the_same_404_at_once(client, system, user):
    address = address_of(system)
    tag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    row = Subscription.objects.get()
    assert (revoke_subscription(row, actor=user), revoke_subscription(row, actor=None)) == (True, False)
    row.refresh_from_db()
    assert row.revoked_by == user
    revoked, unknown = client.get(address), client.get("/calendar/nothing-like-it.ics")
    assert (revoked.status_code, unknown.status_code) == (404, 404)
    assert revoked.content == unknown.content
    assert client.get(address, headers={"If-None-Match": tag}).status_code == 404


def test_the_secret_is_kept_nowhere_and_said_in_no_answer(client, system):
    meeting()
    address = address_of(system)
    secret = re.fullmatch(r"/calendar/([\w-]{43})\.ics", address)[1]
    assert secret not in client.get(address).content.decode()
    body = client.get(address, headers={"Accept": "application/jscalendar+json"}).content.decode()
    assert (secret in body, '"source"' in body) == (False, False)
    with connection.cursor() as cursor:
        for table in ("feed_subscription", "feed_subscriptionevent"):
            cursor.execute(f"SELECT t::text FROM {table} t")
            assert [row for row in cursor.fetchall() if secret in row[0]] == []
    response = client.get(address)
    assert {name: response[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")} == {
        "Cache-Control": "private, no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex",
    }
    assert [name for name in response.headers if name.startswith("Access-Control-")] == []


def test_logs_show_that_an_address_was_asked_for_and_not_which():
    record = logging.makeLogRecord({"msg": "Not Found: %s", "args": ("/calendar/s3cr-t_x.ics?lang=en",)})
    assert Redacted().filter(record)
    assert record.getMessage() == "Not Found: /calendar/….ics?lang=en"
    other = logging.makeLogRecord({"msg": "GET %s", "args": ("/api/v1/calendar.ics",)})
    Redacted().filter(other)
    assert other.getMessage() == "GET /api/v1/calendar.ics"


def test_a_poll_that_finds_nothing_new_costs_one_query(client, system):
    meeting()
    address = address_of(system)
    tag = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    assert len(queries) == 1


def test_each_address_may_be_asked_sixty_times_an_hour(client, system):
    address, other = address_of(system), address_of(system)
    answers = [client.get(address).status_code for _n in range(REQUESTS_AN_HOUR + 1)]
    assert answers == [200] * REQUESTS_AN_HOUR + [429]
    assert client.get(other).status_code == 200
    assert client.get(address)["Retry-After"]


def test_addresses_that_open_nothing_are_counted_by_who_asks_for_them(client, system, monkeypatch):
    """A counter for each guess would limit none, and fill the broker's server with one key each."""
    monkeypatch.setattr("secretariat.feed.throttles.FAILURES_AN_HOUR", 3)
    names = []
    real = counters.count
    monkeypatch.setattr(counters, "count", lambda key, *rest: names.append(key) or real(key, *rest))
    address = address_of(system)
    guesses = [client.get(f"/calendar/guess-{number}.ics") for number in range(5)]
    assert [each.status_code for each in guesses] == [404, 404, 404, 429, 429]
    assert len(set(names)) == 1
    assert guesses[-1]["Retry-After"]
    assert guesses[-1]["Content-Type"] == "application/problem+json"
    # Who guesses from a ministry's one machine takes nothing from those who know their address.
    assert client.get(address).status_code == 200
    assert client.get("/calendar/guess.ics", REMOTE_ADDR="203.0.113.9").status_code == 404


def test_of_ipv6_a_whole_network_is_one_caller(client, monkeypatch):
    monkeypatch.setattr("secretariat.feed.throttles.FAILURES_AN_HOUR", 1)
    callers = [
        "2001:db8:1:2::1",
        "2001:db8:1:2:ffff::9",
        "2001:db8:1:3::1",
        "::ffff:203.0.113.7",
        "203.0.113.7",
    ]
    told = [client.get("/calendar/guess.ics", REMOTE_ADDR=caller).status_code for caller in callers]
    assert told == [404, 429, 404, 404, 429]


def test_it_ignores_what_is_added_to_get_by_a_cache(client, system):
    meeting()
    address = address_of(system)
    assert client.get(f"{address}?t=1764460800").content == client.get(address).content


def test_it_is_read_only_and_takes_no_token(client, system):
    address = address_of(system)
    assert client.post(address).status_code == 405
    assert client.get(address, headers={"Authorization": "Bearer nonsense"}).status_code == 200


def test_staff_make_one_see_it_once_and_revoke_it(desk, client, system, user):
    page = reverse("admin:feed_subscription_add")
    answer = desk.post(page, {"system": system.pk, "holder": "Protocol desk", "language": "en"}, follow=True)
    text = answer.content.decode()
    secret = re.search(r"http://127\.0\.0\.1:8000/calendar/([\w-]{43})\.ics", text)[1]
    assert f"webcal://127.0.0.1:8000/calendar/{secret}.ics" in text
    listed = reverse("admin:feed_subscription_changelist")
    assert secret not in desk.get(listed).content.decode()
    row = Subscription.objects.get()
    assert (row.created_by, row.prefix) == (user, secret[:6])
    desk.post(listed, {"action": "revoke", "_selected_action": [row.pk]})
    assert client.get(f"/calendar/{secret}.ics").status_code == 404
    assert Meeting.objects.count() == 0


def test_who_revoked_it_is_named_with_the_moment(system, user):
    address_of(system)
    with pytest.raises(IntegrityError), transaction.atomic():
        Subscription.objects.update(revoked_by=user)
