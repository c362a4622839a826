"""The guide's receiver, copied from the page, receives what a really running sender sends; the reference says what."""

import json
import os
import subprocess
import sys
import time
import types
import urllib.error
import urllib.request
from uuid import UUID

import pytest

from secretariat.feed.models import FeedItem, Webhook, WebhookMessage
from secretariat.feed.schema import example
from secretariat.feed.webhooks.acts import make_webhook, ping, replace_secret, send_again
from secretariat.feed.webhooks.bodies import body_of, reader_of
from secretariat.feed.webhooks.rules.signature import signed
from secretariat.localstack.processes import free_port

from ...reminders.test_crashes import wait_until
from ..factories import MARK, meeting, system
from ..test_guide import GUIDE, blocks
from ..test_sync import numbered
from .conftest import active, sent

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def code(client, db):
    return next(block for block in blocks(client.get(GUIDE).content.decode()) if "def verified(" in block)


@pytest.fixture
def copied(code, monkeypatch):
    monkeypatch.setenv("WEBHOOK_SECRET", SECRET)
    module = types.ModuleType("copied")
    exec(compile(code, "copied.py", "exec"), module.__dict__)
    return module


def test_the_code_of_the_page_takes_what_is_signed_and_refuses_what_is_not_or_is_old(copied):
    now, body = int(time.time()), b'{"type":"x"}'
    good = signed("msg_1", now, body, [SECRET])
    other = signed("msg_1", now, body, ["whsec_" + "A" * 32])
    both = {**good, "webhook-signature": other["webhook-signature"] + " " + good["webhook-signature"]}
    assert copied.verified(good, body) == copied.verified(both, body) == {"type": "x"}
    bad = [
        (good, body + b" "), (other, body), ({}, body), ({**good, "webhook-id": "msg_2"}, body),
        ({**good, "webhook-timestamp": str(now + 1)}, body), ({**good, "webhook-timestamp": "x"}, body),
        ({**good, "webhook-signature": ""}, body), ({**good, "webhook-signature": "v1,é"}, body),
        (signed("msg_1", now - 301, body, [SECRET]), body), (signed("msg_1", now + 301, body, [SECRET]), body),
    ]  # fmt: skip
    for headers, sent_body in bad:
        with pytest.raises(copied.Refused):
            copied.verified(headers, sent_body)
    assert [copied.is_new("msg_1"), copied.is_new("msg_1"), copied.is_new("msg_2")] == [True, False, True]


@pytest.mark.django_db(transaction=True)
def test_the_receiver_of_the_page_proves_itself_and_is_told_each_change_once(code, tmp_path, user):
    port = free_port()
    row = Webhook(system=system(), url=f"http://127.0.0.1:{port}/hook")
    secret = make_webhook(row, actor=user)
    (tmp_path / "receiver.py").write_text(code)
    env = {**os.environ, "WEBHOOK_SECRET": secret, "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    process = subprocess.Popen(
        [sys.executable, "receiver.py"], cwd=tmp_path, env=env, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    try:
        wait_until(lambda: answers(port) == 401)  # it is up, and refuses what is not signed
        ping(row.pk, actor=user)
        assert sent() == 1
        made = meeting()
        assert sent() == 1
        send_again(WebhookMessage.objects.get(kind="changed").pk, actor=user, reason="They lost it.")
        replace_secret(row.pk)  # the receiver has the former one, which signs beside the new one
        assert sent() == 1
        gone = meeting()
        gone.delete()
        assert sent() == 1
    finally:
        process.terminate()
    said = process.communicate(timeout=10)[0].splitlines()
    assert said == [f"meeting.changed {made.uid}", f"meeting.removed {gone.uid}"]


def answers(port):
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/", data=b"{}", timeout=5)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


@pytest.mark.django_db
def test_the_example_is_what_is_sent():
    row = active("https://calendar.mfa.example/hook")
    meeting(uid=UUID("0b2f6c7e-1f7a-4b0e-9c53-2d1f0a6e9b11"))
    numbered()
    FeedItem.objects.update(changed_at=MARK)
    body = json.loads(body_of(WebhookMessage.objects.get(), reader_of(row)))
    assert json.loads(example("webhook.json")) == {**body, "timestamp": "2026-11-25T09:00:00.000Z"}


@pytest.mark.django_db
def test_the_reference_and_the_guide_tell_of_webhooks_in_the_same_words(client):
    document = client.get("/api/v1/openapi.json").json()
    told = document["webhooks"]["change"]["post"]
    schema = told["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    assert set(document["components"]["schemas"][schema]["properties"]) == {"type", "timestamp", "data"}
    assert set(told["responses"]) == {"2XX", "410"}
    page = client.get(GUIDE).content.decode()
    for kind in ("meeting.changed", "meeting.removed", "feed.changed", "webhook.ping"):
        assert kind in page
