"""What becomes of a message: answers, pauses, switching off, two workers at once, and a worker that is killed."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from secretariat.feed.models import Webhook, WebhookAttempt, WebhookMessage, WebhookNotice
from secretariat.feed.tasks import send_webhooks
from secretariat.feed.webhooks.acts import WebhookRefused, make_webhook, ping, resume, send_again
from secretariat.feed.webhooks.notices import send_notices
from secretariat.feed.webhooks.sending import claim, reap, release, send_due

from ...reminders.conftest import sink as sink
from ...reminders.test_crashes import WORKER, beat, kill, wait_until
from ..factories import meeting, system
from .conftest import active, sent
from .receivers import Receiver

pytestmark = pytest.mark.django_db(transaction=True)


def message():
    return WebhookMessage.objects.order_by("pk").last()


def due_now():
    """The clock goes on until what waits is due."""
    past = timezone.now() - timedelta(seconds=1)
    WebhookMessage.objects.filter(state="deferred").update(next_try_at=past)
    Webhook.objects.update(rests_until=None)


def other_session():
    """Another process's session with the database; left behind as by one that is killed."""
    return psycopg.connect(**connection.get_connection_params(), autocommit=True)


@pytest.mark.parametrize("answer", [301, 302, 307, 400, 404, 429, 500, 503, "drop"])
def test_what_is_not_taken_is_tried_again_with_the_same_id(hook, receiver, answer):
    receiver.answers = [answer, 200]
    meeting()
    assert (sent(), message().state, message().tries) == (0, "deferred", 1)
    due_now()
    assert (sent(), message().state, message().tries) == (1, "taken", 2)
    ids = {headers["webhook-id"] for headers, _body in receiver.got}
    assert (ids, len(receiver.got)) == ({message().public_id}, 2)
    status = None if answer == "drop" else answer
    assert list(WebhookAttempt.objects.values_list("state", "status")) == [
        ("deferred", status),
        ("taken", 200),
    ]


def test_a_name_whose_resolver_hangs_is_a_try_that_failed_and_another_follows(hook, receiver, settings):
    settings.WEBHOOK_TIMEOUT = 1
    woken = threading.Event()

    def hanging(_host, _port):
        woken.wait(30)
        raise OSError

    meeting()
    assert (send_due(resolve=hanging), message().state, message().tries) == (0, "deferred", 1)
    woken.set()
    due_now()
    assert (sent(), message().state, len(receiver.got)) == (1, "taken", 1)


def test_retry_after_is_waited_for_by_the_whole_receiver(hook, receiver):
    receiver.answers = [(429, {"retry-after": "3600"}, "slowly")]
    meeting(), meeting()
    sent()
    wait = message().next_try_at - timezone.now()
    hook.refresh_from_db()
    rest = hook.rests_until - timezone.now()
    assert (len(receiver.got), sent()) == (1, 0)
    assert timedelta(minutes=59) < rest < timedelta(hours=1)
    first = WebhookMessage.objects.order_by("pk").first()
    assert timedelta(minutes=59) < first.next_try_at - timezone.now() < timedelta(hours=1)
    assert wait < timedelta(0)  # the second one was given back as it was


def test_one_message_that_is_refused_does_not_stop_the_others(hook, receiver):
    receiver.answers = [400, 200]
    meeting(), meeting()
    sent()
    assert Counter(WebhookMessage.objects.values_list("state", flat=True)) == {"deferred": 1, "taken": 1}


def test_410_switches_off_at_once_with_a_mail_and_the_rest_is_not_sent(hook, receiver, sink):
    receiver.answers = [410]
    meeting(), meeting()
    send_webhooks()
    hook.refresh_from_db()
    assert (hook.state, hook.why_off, len(receiver.got)) == ("off", "gone", 1)
    mail = sink.accepted[0].content.decode()
    assert (sink.recipients, len(sink.accepted)) == (["it@mfa.example"], 1)
    assert hook.url in mail.replace("=\r\n", "")
    assert "Auto-Submitted: auto-generated" in mail
    send_webhooks()
    assert (len(receiver.got), len(sink.accepted)) == (1, 1)


def test_after_days_of_failure_it_is_switched_off_with_one_mail_and_resumed_it_is_told_to_sync(
    hook,
    receiver,
    sink,
):
    receiver.answers = [500]
    meeting()
    sent()
    Webhook.objects.update(failing_since=timezone.now() - timedelta(days=5, minutes=1))
    send_webhooks()
    hook.refresh_from_db()
    assert (hook.state, hook.why_off, sink.recipients) == ("off", "failing", ["it@mfa.example"])
    assert list(Webhook.objects.in_trouble()) == [hook]
    receiver.answers = [200]
    meeting()
    resume(hook.pk)
    send_webhooks()
    assert [kind for kind, _data in receiver.told][1:] == ["feed.changed"]
    assert len(sink.accepted) == 1
    assert list(Webhook.objects.in_trouble()) == []


def test_a_success_ends_the_count_of_days(hook, receiver):
    receiver.answers = [500, 200]
    meeting()
    sent()
    hook.refresh_from_db()
    assert hook.failing_since is not None
    due_now()
    sent()
    hook.refresh_from_db()
    assert (hook.failing_since, hook.taken_at is None) == (None, False)


def test_after_the_last_try_a_message_is_given_up_and_the_next_success_asks_for_a_sync(hook, receiver):
    receiver.answers = [400, 200, 200]
    meeting()
    WebhookMessage.objects.update(tries=9)
    sent()
    assert message().state == "failed"
    meeting()
    sent()
    sent()
    assert [kind for kind, _data in receiver.told] == ["meeting.changed", "meeting.changed", "feed.changed"]


def test_a_mail_that_the_server_refuses_for_now_is_tried_again_with_the_same_id(hook, receiver, sink):
    receiver.answers = [410]
    sink.answers["it@mfa.example"] = "451 later"
    meeting()
    send_webhooks()
    assert WebhookNotice.objects.get().sent_at is None
    sink.answers.clear()
    WebhookNotice.objects.update(next_try_at=timezone.now())
    assert (send_notices(), send_notices(), sink.recipients) == (1, 0, ["it@mfa.example"])


# --- The proof --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("answer", "state"),
    [("proof", "active"), (200, "unproved"), (302, "unproved"), (404, "unproved"), ("drop", "unproved"),
     ((200, {}, '{"challenge": null}'), "unproved"), ((200, {}, '{"data": {"challenge": "x"}}'), "unproved")],
)  # fmt: skip
def test_a_new_webhook_is_told_of_changes_once_its_test_was_answered_with_the_challenge(
    receiver, answer, state
):
    made = Webhook(system=system(), url=receiver.url)
    make_webhook(made, actor=None)
    receiver.answers = [answer]
    ping(made.pk, actor=None)
    sent()
    made.refresh_from_db()
    assert (made.state, [kind for kind, _data in receiver.told]) == (state, ["webhook.ping"])
    assert message().state == ("taken" if state == "active" else "failed")


def test_a_test_of_an_active_one_needs_no_challenge_and_its_failure_is_none_of_the_webhook(hook, receiver):
    receiver.answers = [200, 500]
    ping(hook.pk, actor=None)
    assert (sent(), message().state) == (1, "taken")
    ping(hook.pk, actor=None)
    assert (sent(), message().state) == (0, "failed")
    hook.refresh_from_db()
    assert (hook.state, hook.failing_since) == ("active", None)


def test_a_message_sent_again_keeps_its_id(hook, receiver, user):
    meeting()
    sent()
    send_again(message().pk, actor=user, reason="They lost it.")
    with pytest.raises(WebhookRefused):
        send_again(message().pk, actor=user, reason="Twice.")
    sent()
    assert len({headers["webhook-id"] for headers, _body in receiver.got}) == 1
    assert len(receiver.got) == 2


# --- Leases -----------------------------------------------------------------------------------
def test_two_workers_at_once_send_each_message_once_and_one_at_a_time_to_a_receiver(hook, receiver, settings):
    settings.WEBHOOK_LANES = 3
    for _n in range(12):
        meeting()
    receiver.answers = [200]
    busy, most = [0], [0]
    say = receiver.say

    def slowly(*arguments):
        busy[0] += 1
        most[0] = max(most[0], busy[0])
        time.sleep(0.02)
        busy[0] -= 1
        say(*arguments)

    receiver.say = slowly
    workers = [threading.Thread(target=_worker) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    ids = Counter(headers["webhook-id"] for headers, _body in receiver.got)
    assert (Counter(ids.values()), most) == ({1: 12}, [1])


def _worker():
    try:
        sent()
    finally:
        connection.close()


def test_what_a_worker_says_after_its_lease_ran_out_is_not_believed(hook, receiver, monkeypatch):
    meeting()
    webhook, rows = claim()
    assert claim() == (None, [])  # nobody else serves it meanwhile
    WebhookMessage.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    reap()
    assert (message().state, WebhookAttempt.objects.get().detail) == ("pending", "its worker is gone")
    release(rows)
    from secretariat.feed.webhooks.posting import Answer
    from secretariat.feed.webhooks.sending import _record

    assert not _record(rows[0], "taken", Answer(200, "", 1))
    assert (message().state, webhook) == ("pending", hook)


def test_receivers_that_do_not_answer_do_not_stop_the_others(settings):
    settings.WEBHOOK_TIMEOUT, settings.WEBHOOK_LANES = 2, 2
    slow, quick = Receiver(), Receiver()
    slow.answers, quick.answers = ["hang"], [200]
    active(slow.url)
    for number in range(3):
        active(f"{quick.url}?{number}")
    for _n in range(4):
        meeting()
    begun = time.monotonic()
    sent()
    took, quickest = time.monotonic() - begun, max(quick.moments) - begun
    got = (len(slow.got), len(quick.got))
    slow.close(), quick.close()
    assert got == (1, 12)  # the slow one rests after its first time-out
    assert quickest < took


def test_one_process_sends_at_a_time_and_one_that_is_gone_is_in_nobodys_way(hook, receiver):
    meeting()
    with other_session() as other:
        other.execute("SELECT pg_advisory_lock(hashtext('alone webhooks'))")
        send_webhooks()
        assert receiver.got == []
    # The database notices in its own time that somebody is gone.
    wait_until(lambda: send_webhooks() or receiver.got)
    assert len(receiver.got) == 1
    with other_session() as other:
        assert other.execute("SELECT pg_try_advisory_lock(hashtext('alone webhooks'))").fetchone() == (True,)


def test_a_worker_killed_while_it_sends_loses_nothing_and_what_comes_twice_has_one_id(
    hook, receiver, tmp_path
):
    for _n in range(10):
        meeting()
    receiver.answers = [200, 200, 200, "hang"]
    database = connection.settings_dict
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**database)
    env = {**os.environ, "DATABASE_URL": url, "LEASE_SECONDS": "4", "TICK_SECONDS": "1", "WEBHOOK_TO_LOOPBACK": "1",
           "WEBHOOK_SETTLE_SECONDS": "0", "WEBHOOK_TIMEOUT": "30"}  # fmt: skip

    def start(*command):
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen([sys.executable, *command], env=env, start_new_session=True, **quiet)

    running = [start(*WORKER), start(*beat(tmp_path, "one"))]
    try:
        wait_until(lambda: len(receiver.got) == 4)
        os.killpg(running[0].pid, signal.SIGKILL)  # the fourth is with the receiver, unanswered
        receiver.answers = [200]
        running.append(start(*WORKER))
        wait_until(lambda: WebhookMessage.objects.filter(state="taken").count() == 10)
    finally:
        for process in running:
            kill(process)
    ids = Counter(headers["webhook-id"] for headers, _body in receiver.got)
    assert sorted(ids.values()) == [1] * 9 + [2]
    assert WebhookAttempt.objects.filter(detail="its worker is gone").count() >= 1
