"""Who runs a partner system learns in time that its token ends."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine

from secretariat.feed.token_warnings import ending, warn_of_ending_tokens
from secretariat.feed.tokens import make_token, replace_token, revoke_token

from ..reminders.conftest import sink as sink
from .factories import meeting, system

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(NOW, tick=False):
        yield


def token(days):
    """Of a system of its own: the row and its secret."""
    return make_token(system(), expires_at=NOW + timedelta(days=days), actor=None)


def warn(**later):
    return warn_of_ending_tokens(NOW + timedelta(**later))


def test_the_owner_is_told_once_thirty_days_before(sink):
    row, _secret = token(days=31)
    assert (warn(hours=23), sink.recipients) == (0, [])
    assert (warn(days=1), warn(days=2), sink.recipients) == (1, 0, [row.system.contact])
    mail = message_from_bytes(sink.accepted[0].content, policy=policy.default)
    first = f"The token {row.prefix}… with which “{row.system.name}” reads our calendar ends on 1 April 2027."
    assert mail.get_content().startswith(first)


@pytest.mark.parametrize("answer", ["451 4.7.1 later", "550 5.1.1 nobody here"])
def test_a_mail_that_was_not_taken_goes_again_with_the_same_name(sink, answer):
    row, _secret = token(days=9)
    sink.answers[row.system.contact] = answer
    assert warn() == 0
    del sink.answers[row.system.contact]
    assert (warn(days=1), len(sink.accepted)) == (1, 1)
    assert f"Message-ID: <token-{row.prefix}@".encode() in sink.accepted[0].content


def test_a_token_that_was_replaced_or_ended_is_not_warned_of(sink):
    old, _secret = token(days=9)
    replace_token(old, expires_at=NOW + timedelta(days=300), actor=None)
    gone, _secret = token(days=9)
    revoke_token(gone, actor=None)
    token(days=300)
    assert list(ending(NOW)) == []


def test_its_answers_say_when_a_token_ends_in_its_last_thirty_days(client):
    meeting()
    _row, soon = token(days=29)
    _row, later = token(days=31)
    told = [
        client.get("/api/v1/meetings/", headers={"authorization": f"Bearer {secret}"}).get("Token-Expires")
        for secret in (soon, later)
    ]
    assert told == ["Tue, 30 Mar 2027 08:00:00 GMT", None]
    assert "Token-Expires" not in client.get("/api/v1/meetings/")
