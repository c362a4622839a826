"""The rules of webhooks: signatures, answers, pauses, addresses."""

import json
import time
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from secretariat.feed.webhooks.rules.addresses import BadAddress, checked, is_public, target_of
from secretariat.feed.webhooks.rules.retries import (
    LASTING,
    PAUSES,
    TRIES,
    Verdict,
    is_lasting,
    pause_after,
    verdict_on,
    wish_in,
)
from secretariat.feed.webhooks.rules.signature import key_of, secret_of, signed

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
KEYS = st.binary(min_size=24, max_size=64)


# --- Signatures -------------------------------------------------------------------------------
def test_the_published_vector_is_signed_as_published():
    secret, body = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", b'{"test": 2432232314}'
    assert signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, body, [secret]) == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@given(KEYS, st.dictionaries(st.text(), st.integers()))
def test_the_schemes_own_library_takes_what_we_sign_and_nothing_that_was_changed(key, data):
    body = json.dumps(data).encode()
    headers = signed("msg_1", int(time.time()), body, [secret_of(key)])
    verifier = Verifier(secret_of(key))
    assert verifier.verify(body, headers) == data
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body + b" ", headers)
    with pytest.raises(WebhookVerificationError):
        verifier.verify(body, headers | {"webhook-id": "msg_2"})


@given(KEYS, KEYS)
def test_while_a_secret_is_replaced_both_verify(former, present):
    headers = signed("msg_1", int(time.time()), b"{}", [secret_of(present), secret_of(former)])
    assert Verifier(secret_of(former)).verify(b"{}", headers) == {}
    assert Verifier(secret_of(present)).verify(b"{}", headers) == {}


@given(KEYS)
def test_a_secret_gives_its_key_back(key):
    assert key_of(secret_of(key)) == key


def test_a_key_that_is_too_short_or_too_long_makes_no_secret():
    for length in (0, 23, 65):
        with pytest.raises(ValueError, match="24 to 64"):
            secret_of(b"x" * length)
    with pytest.raises(ValueError, match="whsec_"):
        key_of("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")


# --- Answers and pauses -----------------------------------------------------------------------
def test_only_2xx_is_success_and_410_asks_for_no_more():
    minute = timedelta(minutes=1)
    answers = (200, 204, 299, 301, 302, 308, 400, 404, 410, 500, 429, 502, 504, None)
    assert {status: verdict_on(status) for status in answers} == {
        **dict.fromkeys((200, 204, 299), Verdict("taken")),
        **dict.fromkeys((301, 302, 308, 400, 404, 500), Verdict("retry")),
        410: Verdict("gone"),
        **dict.fromkeys((429, 502, 504, None), Verdict("retry", minute)),
    }


@given(st.integers(1, 30), st.floats(0, 1))
def test_a_pause_lies_within_a_fifth_of_its_place_in_the_schedule_and_the_last_try_has_none(tries, chance):
    pause = pause_after(tries, chance)
    if tries >= TRIES:
        assert pause is None
    else:
        assert PAUSES[tries - 1] * 0.799 <= pause <= PAUSES[tries - 1] * 1.201


def test_the_schedule_is_the_one_that_the_guide_tells_and_ends_before_a_receiver_is_switched_off():
    hours = [pause.total_seconds() / 3600 for pause in PAUSES]
    assert hours == [5 / 3600, 5 / 60, 0.5, 2, 5, 10, 14, 20, 24]
    assert sum(PAUSES, timedelta()) * 1.2 < LASTING


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120), (" 7 ", 7), ("0", 0), ("99999999999999", 86400), ("Wed, 25 Nov 2026 09:05:00 GMT", 300),
        ("Wed, 25 Nov 2020 09:05:00 GMT", 0), ("Wed, 25 Nov 2099 09:05:00 GMT", 86400),
        (None, None), ("", None), ("soon", None), ("-5", None), ("٣", None), ("1.5", None),
    ],
)  # fmt: skip
def test_retry_after_is_honoured_within_a_day(header, seconds):
    assert wish_in(header, NOW) == (None if seconds is None else timedelta(seconds=seconds))


@given(st.text(max_size=40))
@example("Mon, 99 Xxx 0000 00:00:00 +9999")
def test_no_retry_after_breaks_us(header):
    wish = wish_in(header, NOW)
    assert wish is None or timedelta(0) <= wish <= timedelta(days=1)


def test_a_receiver_that_failed_for_five_days_failed_lastingly():
    assert [is_lasting(since, NOW) for since in (None, NOW, NOW - LASTING)] == [False, False, True]


# --- Addresses --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://mfa.example/", "scheme"), ("ftp://mfa.example/", "scheme"), ("file:///etc/passwd", "form"),
        ("https://mfa.example:8443/", "port"), ("https://mfa.example:22/", "port"), ("https://mfa.example:x/", "form"),
        ("https://u:p@mfa.example/", "userinfo"), ("https://mfa.example@127.0.0.1/", "userinfo"),
        ("https://127.0.0.1/", "literal"), ("https://169.254.169.254/latest/meta-data", "literal"),
        ("https://2130706433/", "literal"), ("https://0177.0.0.1/", "literal"), ("https://0x7f.1/", "literal"),
        ("https://0x7f000001/", "literal"), ("https://127.1/", "literal"), ("https://8.8.8.8/", "literal"),
        ("https://[::1]/", "literal"), ("https://[::ffff:127.0.0.1]/", "literal"), ("https://127.0.0.1./", "literal"),
        ("https://localhost/", "name"), ("https://a.localhost/", "private"), ("https://db.internal/", "private"),
        ("https://printer.local/", "private"), ("https://intranet/", "name"), ("https://a..example/", "name"),
        ("https://mfa.example/#x", "form"), ("https://mfa.example/\r\nHost: x", "form"), ("https:///x", "form"),
        ("https://mfa.example\\@127.0.0.1/", "form"), ("https://мид.example/", "form"), ("", "form"),
        ("https://" + "a" * 500 + ".example/", "form"), ("https://-a.example/", "name"),
    ],
)  # fmt: skip
def test_an_address_that_is_none_for_a_webhook_is_refused_with_its_reason(url, code):
    with pytest.raises(BadAddress) as refusal:
        target_of(url)
    assert refusal.value.code == code


def test_a_good_address_is_taken_as_it_is():
    assert (
        target_of("https://Calendar.MFA.example:443/hook?x=1").url == "https://calendar.mfa.example/hook?x=1"
    )
    assert target_of("https://xn--d1abbgf6aiiy.xn--p1ai").url == "https://xn--d1abbgf6aiiy.xn--p1ai/"


def test_only_where_it_is_allowed_this_machine_is_a_target_and_nothing_else_becomes_one():
    assert target_of("http://127.0.0.1:8123/x", may_loop=True).port == 8123
    for url in ("http://mfa.example/", "http://10.0.0.1:80/", "https://169.254.169.254/"):
        with pytest.raises(BadAddress):
            target_of(url, may_loop=True)


INSIDE = [
    "127.0.0.1", "127.255.255.255", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",
    "169.254.169.254", "100.64.0.1", "100.127.255.255", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255",
    "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "192.88.99.1",
    "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1",
    "2002:7f00:1::", "2002:808:808::", "2001::1", "2001:db8::1", "2001:20::1", "fe80::1", "fe80::1%1", "2a00::1%1",
    "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "ff0e::1", "100::1", "3fff::1", "5f00::1", "nonsense", "",
]  # fmt: skip


@pytest.mark.parametrize("address", INSIDE)
def test_no_address_inside_a_house_or_leading_into_one_is_public(address):
    assert not is_public(address)
    with pytest.raises(BadAddress, match="private"):
        checked(["8.8.8.8", address])


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "2a00:1450:4001:81b::200e"])
def test_an_address_of_the_internet_is_public(address):
    assert checked([address, address]) == [address]


@given(
    st.sampled_from(["10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "100.64.0.0/10", "224.0.0.0/4"]),
    st.data(),
)
def test_nothing_of_a_closed_network_is_public_in_any_of_its_guises(network, data):
    net = ip_network(network)
    four = IPv4Address(data.draw(st.integers(int(net[0]), int(net[-1]))))
    guises = [four, *(IPv6Address((prefix << 32) + int(four)) for prefix in (0, 0xFFFF, 0x64FF9B << 64))]
    guises.append(IPv6Address((0x2002 << 112) + (int(four) << 80)))
    assert [is_public(str(each)) for each in guises] == [False] * 5


def test_a_name_without_an_address_leads_nowhere_and_this_machine_only_where_it_is_allowed():
    with pytest.raises(BadAddress, match="unknown"):
        checked([])
    assert checked(["127.0.0.1", "::1"], may_loop=True) == ["127.0.0.1", "::1"]
    with pytest.raises(BadAddress, match="private"):
        checked(["127.0.0.1", "10.0.0.1"], may_loop=True)
