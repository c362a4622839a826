"""Webhooks on the desk: made once, tried, paused, resumed; who may; and what a list costs."""

import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from secretariat.desk.today import today_shown
from secretariat.feed.models import Webhook, WebhookAttempt, WebhookMessage
from tests.acts import confirm
from tests.factories import UserFactory

from ..factories import meeting, system
from ..test_sync import numbered
from .conftest import active

pytestmark = pytest.mark.django_db
LISTS = ["admin:feed_webhook_changelist", "admin:feed_webhookmessage_changelist"]


def act(row, what):
    return reverse(f"admin:feed_webhook_{what}", args=[row.pk])


def secret_in(response):
    return re.findall(r"whsec_[A-Za-z0-9+/=]+", response.content.decode())


@pytest.fixture
def quiet():
    """An active webhook whose receiver nobody asks."""
    return active("https://calendar.mfa.example/hook")


@pytest.fixture
def told(quiet):
    meeting()
    numbered()
    message = WebhookMessage.objects.get()
    WebhookMessage.objects.update(state="taken", tries=1)
    WebhookAttempt.objects.create(
        message=message, state="taken", status=200, milliseconds=12, detail="<b>ok</b>"
    )
    return WebhookMessage.objects.get()


def test_a_webhook_is_made_its_secret_is_shown_once_and_signs(desk):
    values = {"system": system().pk, "url": "https://calendar.mfa.example/hook", "signing": "secret"}
    response = desk.post(reverse("admin:feed_webhook_add"), values, follow=True)
    (secret,) = secret_in(response)
    row = Webhook.objects.get()
    assert (row.state, row.created_by.username, Verifier(secret) is None) == ("unproved", "aida", False)
    page = desk.get(reverse("admin:feed_webhook_change", args=[row.pk]))
    assert (secret_in(page), page.status_code) == ([], 200)


@pytest.mark.parametrize(
    ("url", "said"),
    [("http://mfa.example/", "Only https"), ("https://10.0.0.1/", "not a number"), ("https://u:p@mfa.example/", "password"),
     ("https://mfa.example:8443/", "port 443"), ("https://db.internal/", "network of its own")],
)  # fmt: skip
def test_a_bad_address_is_refused_at_its_field_with_the_remedy(desk, settings, url, said):
    settings.WEBHOOK_TO_LOOPBACK = False
    response = desk.post(
        reverse("admin:feed_webhook_add"), {"system": system().pk, "url": url, "signing": "secret"}
    )
    assert said in response.context["adminform"].form.errors["url"][0]
    assert Webhook.objects.count() == 0


def test_the_same_address_twice_for_a_system_is_refused(desk, quiet):
    values = {"system": quiet.system.pk, "url": quiet.url, "signing": "secret"}
    response = desk.post(reverse("admin:feed_webhook_add"), values)
    assert b"This system has a webhook with this address already." in response.content


def test_pausing_and_resuming_are_acts_with_a_reason_that_stands_in_the_history(desk, quiet):
    assert desk.post(act(quiet, "pause"), {"reason": ""}).status_code == 200
    confirm(desk, act(quiet, "pause"), {"reason": "They asked for it."})
    quiet.refresh_from_db()
    assert quiet.state == "paused"
    history = desk.get(reverse("admin:feed_webhook_history", args=[quiet.pk]))
    assert b"They asked for it." in history.content
    confirm(desk, act(quiet, "resume"), {"reason": "They are back."})
    quiet.refresh_from_db()
    assert (quiet.state, WebhookMessage.objects.get().kind) == ("active", "resync")
    refused = desk.post(act(quiet, "resume"), {"reason": "Again."}, follow=True)
    assert b"This cannot be done with the webhook as it is now." in refused.content


def test_a_test_is_written_and_a_secret_is_replaced_and_shown_once(desk, quiet):
    confirm(desk, act(quiet, "ping"), {"reason": "New receiver."})
    asked = WebhookAttempt.objects.get()
    assert (asked.author.username, asked.detail) == ("aida", "asked for: New receiver.")
    (secret,) = secret_in(confirm(desk, act(quiet, "secret"), {"reason": "Yearly."}, follow=True))
    quiet.refresh_from_db()
    assert quiet.former_until > timezone.now() + timedelta(hours=23)
    assert secret != quiet.given
    confirm(desk, act(quiet, "secret"), {"reason": "It leaked.", "at_once": "on"})
    told = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert list(told) == ["ping: New receiver.", "secret: Yearly.", "secret: It leaked."]


def test_a_message_shows_its_attempts_as_text_and_is_sent_again(desk, told):
    page = desk.get(reverse("admin:feed_webhookmessage_change", args=[told.pk])).content.decode()
    assert ("&lt;b&gt;ok&lt;/b&gt;" in page, told.public_id in page, "12 ms" in page) == (True, True, True)
    confirm(desk, reverse("admin:feed_webhookmessage_again", args=[told.pk]), {"reason": "They lost it."})
    told.refresh_from_db()
    assert (told.state, told.tries) == ("pending", 0)


def test_who_may_only_look_looks_and_acts_not_and_others_see_nothing(client, quiet, told):
    looks, nobody = (UserFactory(username=name, is_staff=True) for name in ("looks", "nobody"))
    looks.user_permissions.set(
        Permission.objects.filter(codename__in=["view_webhook", "view_webhookmessage"])
    )
    pages = [
        *(reverse(name) for name in LISTS),
        reverse("admin:feed_webhook_change", args=[quiet.pk]),
        reverse("admin:feed_webhookmessage_change", args=[told.pk]),
    ]
    acts = [
        *(act(quiet, what) for what in ("ping", "pause", "resume", "secret")),
        reverse("admin:feed_webhookmessage_again", args=[told.pk]),
        reverse("admin:feed_webhook_add"),
    ]
    found = {}
    for person in (looks, nobody):
        client.force_login(person)
        answers = [client.get(page).status_code for page in pages]
        found[person.username] = (answers, [client.post(page, {"reason": "x"}).status_code for page in acts])
    assert found == {"looks": ([200] * 4, [403] * 6), "nobody": ([403] * 4, [403] * 6)}
    quiet.refresh_from_db()
    assert (quiet.state, WebhookMessage.objects.count()) == ("active", 1)


def test_nobody_edits_or_deletes(desk, quiet, told):
    for name, row in (("webhook", quiet), ("webhookmessage", told)):
        assert (
            desk.post(reverse(f"admin:feed_{name}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403
        )
        page = reverse(f"admin:feed_{name}_change", args=[row.pk])
        assert desk.post(page, {"url": "https://other.example/"}).status_code == 403


def cost(desk, address):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert desk.get(address).status_code == 200
    return len(queries)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_with_one_row_and_with_many(desk, told, name):
    one = cost(desk, reverse(name))
    for number in range(20):
        active(f"https://calendar{number}.mfa.example/")
    meeting()
    numbered()
    assert WebhookMessage.objects.count() == 22
    assert cost(desk, reverse(name)) == one


def test_the_start_page_tells_of_what_is_off_and_what_fails_to_who_may_look(desk, user, quiet):
    failing, off = active("https://two.mfa.example/"), active("https://three.mfa.example/")
    Webhook.objects.filter(pk=failing.pk).update(failing_since=timezone.now())
    Webhook.objects.filter(pk=off.pk).update(state="off", why_off="failing", off_at=timezone.now())
    page = desk.get("/admin/")
    assert {row.pk for row in page.context["webhooks"]} == {failing.pk, off.pk}
    assert b"it failed for days" in page.content
    assert today_shown(timezone.now(), UserFactory(is_staff=True))["webhooks"] is None
