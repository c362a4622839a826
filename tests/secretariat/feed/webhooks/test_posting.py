"""One POST: to the address that was checked and no other, within a time, with nothing followed and little read."""

import json
import threading
import time

import pytest

from secretariat.feed.webhooks import posting
from secretariat.feed.webhooks.posting import post
from secretariat.feed.webhooks.rules.addresses import Target, target_of

from .receivers import Receiver, certificate


def told(receiver, *, seconds=2, **more):
    target = target_of(receiver.url, may_loop=True)
    return post(target, b'{"data":{}}', {"webhook-id": "msg_1"}, seconds=seconds, may_loop=True, **more)


@pytest.mark.parametrize("status", [200, 204, 400, 404, 410, 429, 500, 503])
def test_an_answer_is_told_with_its_status_and_its_beginning(receiver, status):
    receiver.answers = [(status, {"retry-after": "7"}, "" if status == 204 else "as told")]
    answer = told(receiver)
    assert (answer.status, answer.text, answer.wish) == (status, "" if status == 204 else "as told", "7")
    headers, body = receiver.got[0]
    assert (headers["host"], headers["webhook-id"], body) == (
        f"localhost:{receiver.port}",
        "msg_1",
        b'{"data":{}}',
    )


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("where", ["http://169.254.169.254/latest/", "other", "/again"])
def test_a_redirect_is_not_followed(receiver, status, where):
    other = Receiver()
    receiver.answers = [(status, {"location": other.url if where == "other" else where}, "")]
    answer = told(receiver)
    other.close()
    assert (answer.status, len(receiver.got), other.got) == (status, 1, [])


@pytest.mark.parametrize(("how", "status"), [("hang", None), ("drip", None), ("drop", None), ("huge", 200)])
def test_a_receiver_that_hangs_drips_drops_or_floods_costs_its_time_and_no_more(receiver, how, status):
    receiver.answers = [how]
    begun = time.monotonic()
    answer = told(receiver, seconds=1)
    assert (answer.status, time.monotonic() - begun < 2, len(answer.body) <= 4096) == (status, True, True)
    if how in ("hang", "drip"):
        assert answer.text == "no answer within 1 seconds"


def test_nobody_there_is_no_answer():
    answer = post(Target("http", "localhost", 1, "/"), b"{}", {}, seconds=2, may_loop=True)
    assert answer.status is None
    assert "refused" in answer.text


def test_a_resolver_that_hangs_costs_its_time_and_no_more(receiver):
    woken = threading.Event()

    def hanging(_host, _port):
        woken.wait(30)
        return ["127.0.0.1"]

    begun = time.monotonic()
    answer = told(receiver, seconds=1, resolve=hanging)
    woken.set()
    assert (answer.status, answer.text) == (None, "the name was not resolved within 1 seconds")
    assert (time.monotonic() - begun < 2, receiver.got) == (True, [])


def test_a_slow_resolver_leaves_the_receiver_what_is_left_of_the_time(receiver):
    receiver.answers = ["hang"]

    def slow(_host, _port):
        time.sleep(0.6)
        return ["127.0.0.1"]

    begun = time.monotonic()
    answer = told(receiver, seconds=1, resolve=slow)
    assert (answer.text, time.monotonic() - begun < 1.4) == ("no answer within 1 seconds", True)


def test_a_name_that_is_not_known_is_no_answer():
    answer = post(target_of("https://nowhere.invalid.example/"), b"{}", {}, seconds=5)
    assert (answer.status, answer.text.split(":")[0]) == (None, "the name is not known")


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"], ["::1"], ["::ffff:127.0.0.1"], ["169.254.169.254"], ["10.0.0.1"], ["8.8.8.8", "127.0.0.1"],
        ["64:ff9b::7f00:1"], ["2002:7f00:1::"], ["fe80::1%1"], ["0.0.0.0"], [],
    ],
)  # fmt: skip
def test_a_name_that_leads_inside_is_not_connected_to(receiver, addresses):
    target = Target("http", "calendar.mfa.example", receiver.port, "/")
    answer = post(target, b"{}", {}, seconds=2, resolve=lambda _host, _port: addresses)
    assert (answer.status, receiver.got) == (None, [])
    assert answer.text.startswith("not sent: ")


def test_a_name_that_changes_its_mind_after_the_check_is_not_asked_again(receiver, monkeypatch):
    """DNS rebinding: the first answer is good, every later one leads to this machine."""
    asked, reached = [], []

    def rebinding(_host, _port):
        asked.append(1)
        return ["93.184.216.34"] if len(asked) == 1 else ["127.0.0.1"]

    def refused(address, timeout):
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(posting.socket, "create_connection", refused)
    monkeypatch.setattr(
        posting.socket, "getaddrinfo", lambda *_a, **_k: pytest.fail("the name was asked again")
    )
    target = Target("http", "calendar.mfa.example", receiver.port, "/")
    assert post(target, b"{}", {}, seconds=2, resolve=rebinding).status is None
    assert (asked, reached, receiver.got) == ([1], [("93.184.216.34", receiver.port)], [])
    answer = post(target, b"{}", {}, seconds=2, resolve=rebinding)
    assert (answer.text, reached[1:]) == ("not sent: private address 127.0.0.1", [])


def test_a_proxy_of_the_environment_is_not_used(receiver, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    receiver.answers = [200]
    assert told(receiver).status == 200


def test_https_is_spoken_to_the_checked_address_under_its_own_name(tmp_path, monkeypatch):
    both, cert = certificate(tmp_path, "calendar.mfa.example")
    receiver = Receiver(both)
    receiver.answers = [200]
    target = Target("https", "calendar.mfa.example", receiver.port, "/hook")

    def here(_host, _port):
        return ["127.0.0.1"]

    untrusted = post(target, b"{}", {}, seconds=2, may_loop=True, resolve=here)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    good = post(target, json.dumps({"data": {}}).encode(), {}, seconds=2, may_loop=True, resolve=here)
    misnamed = post(
        Target("https", "other.example", receiver.port, "/"),
        b"{}",
        {},
        seconds=2,
        may_loop=True,
        resolve=here,
    )
    receiver.close()
    assert (good.status, untrusted.status, misnamed.status) == (200, None, None)
    assert "certificate" in untrusted.text.lower()
    assert "other.example" in misnamed.text
    assert receiver.got[0][0]["host"] == f"calendar.mfa.example:{receiver.port}"
    assert len(receiver.got) == 1
