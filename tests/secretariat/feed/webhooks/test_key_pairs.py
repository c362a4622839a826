"""Webhooks signed by a key pair (Standard Webhooks 1.0, v1a): the receiver shares no secret with us."""

import base64
import re
import time
import types

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.urls import reverse

from secretariat.feed.models import Webhook
from secretariat.feed.webhooks.acts import activate, make_webhook, replace_secret
from secretariat.feed.webhooks.rules.signature import new_private_key, public_key_of, signed
from tests.acts import confirm

from ..factories import meeting, system
from ..test_guide import GUIDE, blocks
from .conftest import sent

# RFC 8032 §7.1, test 1.
SEED = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
PUBLIC = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")


def is_signed(public_key, headers, body):
    """By hand, as the standard says: any v1a signature over id, time and body, with dots between, will do."""
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key.removeprefix("whpk_")))
    content = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    for each in headers["webhook-signature"].split(" "):
        version, _comma, text = each.partition(",")
        try:
            if version == "v1a":
                key.verify(base64.b64decode(text, validate=True), content)
                return True
        except InvalidSignature:
            continue
    return False


@pytest.fixture
def hook(receiver):
    row = Webhook(system=system(), url=receiver.url, signing="keys")
    given = make_webhook(row, actor=None)
    activate(row)
    row.refresh_from_db()
    row.given = given
    return row


def test_a_public_key_is_that_of_the_published_pair_and_is_written_as_the_standard_says():
    private = "whsk_" + base64.b64encode(SEED).decode()
    assert public_key_of(private) == "whpk_" + base64.b64encode(PUBLIC).decode()
    assert len(base64.b64decode(new_private_key().removeprefix("whsk_"))) == 32


def test_a_signature_holds_for_these_bytes_by_this_key_and_for_no_others():
    private, body = new_private_key(), b'{"a":"\xe4\xbc\x9a"}'
    headers = signed("msg_1", 1700000000, body, [private])
    public = public_key_of(private)
    assert re.fullmatch(r"v1a,[A-Za-z0-9+/]{86}==", headers["webhook-signature"])
    assert is_signed(public, headers, body)
    wrong = [
        (public_key_of(new_private_key()), headers, body),
        (public, headers, body + b" "),
        (public, headers | {"webhook-id": "msg_2"}, body),
        (public, headers | {"webhook-timestamp": "1700000001"}, body),
    ]
    assert [is_signed(*each) for each in wrong] == [False] * 4


@pytest.mark.django_db(transaction=True)
def test_what_is_sent_is_signed_by_the_key_shown_and_while_it_is_replaced_by_both(hook, receiver):
    meeting()
    assert (sent(), hook.given.startswith("whpk_")) == (1, True)
    new = replace_secret(hook.pk)
    meeting()
    sent()
    newest = replace_secret(hook.pk, at_once=True)
    meeting()
    sent()
    found = [[is_signed(key, *got) for key in (hook.given, new, newest)] for got in receiver.got]
    assert found == [[True, False, False], [True, True, False], [False, False, True]]
    assert {len(headers["webhook-signature"].split()) for headers, _body in receiver.got} == {1, 2}


@pytest.mark.django_db(transaction=True)
def test_the_private_key_lies_nowhere_open_and_the_public_one_stands_on_the_page_at_any_time(desk, settings):
    values = {"system": system().pk, "url": "https://calendar.mfa.example/hook", "signing": "keys"}
    said = desk.post(reverse("admin:feed_webhook_add"), values, follow=True).content.decode()
    row = Webhook.objects.get()
    page = reverse("admin:feed_webhook_change", args=[row.pk])
    (first,) = set(re.findall(r"whpk_[A-Za-z0-9+/=]+", said))
    assert shown(desk, page) == [first]
    confirm(desk, reverse("admin:feed_webhook_keys", args=[row.pk]), {"reason": "Yearly."})
    both = shown(desk, page)
    assert (len(both), both[1]) == (2, first)
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM feed_webhook w UNION ALL SELECT e::text FROM feed_webhookevent e")
        dump = "".join(text for (text,) in cursor.fetchall())
    assert "whsk_" not in said + dump
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", []
    row.refresh_from_db()
    desk.force_login(row.created_by)
    assert "replace the key pair" in desk.get(page).content.decode()


def shown(desk, page):
    return re.findall(r"<code>(whpk_[A-Za-z0-9+/=]+)</code>", desk.get(page).content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize(("signing", "act"), [("keys", "secret"), ("secret", "keys")])
def test_only_what_a_webhook_signs_with_is_replaced(desk, signing, act):
    row = Webhook(system=system(), url="https://calendar.mfa.example/hook", signing=signing)
    make_webhook(row, actor=None)
    answer = desk.post(
        reverse(f"admin:feed_webhook_{act}", args=[row.pk]), {"reason": "Yearly."}, follow=True
    )
    assert b"This cannot be done with the webhook as it is now." in answer.content
    assert Webhook.objects.get().former_secret == ""


@pytest.mark.django_db
def test_the_code_of_the_page_takes_what_is_signed_by_the_key_and_refuses_what_is_not_or_is_old(
    client, monkeypatch
):
    private, now, body = new_private_key(), int(time.time()), b'{"type":"x"}'
    monkeypatch.setenv("WEBHOOK_PUBLIC_KEY", public_key_of(private))
    code = next(block for block in blocks(client.get(GUIDE).content.decode()) if "Ed25519PublicKey" in block)
    copied = types.ModuleType("copied")
    exec(compile(code, "copied.py", "exec"), copied.__dict__)
    good = signed("msg_1", now, body, [private])
    other = signed("msg_1", now, body, [new_private_key()])
    both = signed("msg_1", now, body, [new_private_key(), private])
    assert copied.verified(good, body) == copied.verified(both, body) == {"type": "x"}
    bad = [
        (good, body + b" "), (other, body), ({}, body), ({**good, "webhook-id": "msg_2"}, body),
        ({**good, "webhook-signature": "v1a,x"}, body), ({**good, "webhook-signature": "v1a,é"}, body),
        (signed("msg_1", now, body, ["whsec_" + "A" * 32]), body), (signed("msg_1", now - 301, body, [private]), body),
    ]  # fmt: skip
    for headers, sent_body in bad:
        with pytest.raises(copied.Refused):
            copied.verified(headers, sent_body)
