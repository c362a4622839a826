"""From a change to its message: in the same transaction, once, to who may see it, and to nobody else."""

import json
import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone
from standardwebhooks import Webhook as Verifier

from meetings.changes import announce
from meetings.models import Meeting
from secretariat.feed.keeping import begin_epoch
from secretariat.feed.models import Feed, FeedItem, Webhook, WebhookAttempt, WebhookMessage, WebhookNotice
from secretariat.feed.publish import publish_all
from secretariat.feed.webhooks.acts import WebhookRefused, make_webhook, pause, replace_secret, resume
from secretariat.feed.webhooks.reconciling import reconcile_webhooks

from ..factories import health, meeting, system
from ..test_sync import transport
from .conftest import active, sent

pytestmark = pytest.mark.django_db(transaction=True)


def change(made, **values):
    with transaction.atomic():
        Meeting.objects.filter(pk=made.pk).update(**values)
        announce([made.pk])


def told_of(receiver):
    return [(kind, data.get("meeting")) for kind, data in receiver.told]


def test_a_change_is_told_signed_and_names_where_to_read_and_no_more(hook, receiver):
    made = meeting(titles={"en": "Quiet talks"}, visibility="partners")
    assert sent() == 1
    headers, body = receiver.got[0]
    assert Verifier(hook.given).verify(body, headers)["data"] == {
        "feed": "partners",
        "meeting": str(made.uid),
        "sync": "https://calendar.example.org/api/v1/sync/",
        "url": f"https://calendar.example.org/api/v1/meetings/{made.uid}/",
    }
    assert (json.loads(body)["type"], b"Quiet" in body) == ("meeting.changed", False)
    assert sent() == 0
    assert WebhookMessage.objects.get().state == "taken"


def test_what_becomes_internal_is_a_removal_and_what_always_was_is_not_spoken_of(hook, receiver):
    made = meeting()
    meeting(visibility="internal"), meeting(status="idea")
    sent()
    change(made, visibility="internal")
    sent()
    change(made, city="Astana")
    sent()
    assert told_of(receiver) == [("meeting.changed", str(made.uid)), ("meeting.removed", str(made.uid))]
    assert "url" not in receiver.told[1][1]


def test_what_is_hidden_by_bulk_sql_is_a_removal_too(hook, receiver):
    made = meeting()
    sent()
    Meeting.objects.filter(pk=made.pk).update(visibility="internal")
    sent()
    assert told_of(receiver)[1] == ("meeting.removed", str(made.uid))


def test_what_is_hidden_before_its_change_was_told_is_told_as_removed_only(hook, receiver):
    made = meeting()
    change(made, visibility="internal")
    sent()
    assert told_of(receiver) == [("meeting.removed", str(made.uid))]


def test_a_public_system_and_one_of_other_tracks_are_told_of_theirs_alone(receiver):
    active(receiver.url + "?public", audience="public")
    active(receiver.url + "?health", tracks=[health()])
    active(receiver.url + "?transport", tracks=[transport()])
    shown, quiet = meeting(), meeting(visibility="partners")
    moved = meeting(track=transport())
    found = {
        (row.webhook.url.partition("?")[2], row.meeting)
        for row in WebhookMessage.objects.select_related("webhook")
    }
    assert found == {
        ("public", shown.uid), ("public", moved.uid), ("health", shown.uid), ("health", quiet.uid),
        ("transport", moved.uid),
    }  # fmt: skip


def test_a_meeting_that_leaves_the_tracks_of_a_system_is_a_removal_there(receiver):
    active(receiver.url, tracks=[health()])
    made = meeting()
    sent()
    change(made, track=transport())
    sent()
    assert told_of(receiver)[1] == ("meeting.removed", str(made.uid))


def test_a_system_that_is_narrowed_before_the_message_goes_is_not_told(hook, receiver):
    meeting()
    hook.system.tracks.set([transport()])
    sent()
    assert (receiver.got, WebhookMessage.objects.get().state) == ([], "overtaken")


def test_a_transaction_that_fails_leaves_no_message(hook):
    with transaction.atomic():
        meeting()
        transaction.set_rollback(True)
    assert WebhookMessage.objects.count() == 0


def test_ten_edits_in_a_row_are_told_once(hook, receiver, settings):
    settings.WEBHOOK_SETTLE_SECONDS = 60
    made = meeting()
    for number in range(10):
        change(made, city=f"City {number}")
    assert sent() == 0
    settings.WEBHOOK_SETTLE_SECONDS = 0
    assert (sent(), len(receiver.got)) == (1, 1)
    assert WebhookMessage.objects.filter(state="overtaken").count() == 10


def test_more_changes_than_are_told_one_by_one_are_one_request_to_sync(hook, receiver):
    made = [meeting(published=False) for _n in range(101)]
    publish_all()
    assert WebhookMessage.objects.count() == len(made)
    sent()
    assert receiver.told == [
        ("feed.changed", {"feed": "partners", "sync": "https://calendar.example.org/api/v1/sync/"})
    ]


def test_what_is_published_again_without_a_change_is_not_told_again(hook):
    meeting()
    publish_all()
    assert WebhookMessage.objects.count() == 1


def test_a_lost_message_is_seen_by_its_number_and_written_again(hook, receiver):
    meeting()
    lost = meeting()
    seq = FeedItem.objects.get(audience="partners", uid=lost.uid).seq
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE feed_webhookmessage DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM feed_webhookmessage WHERE seq = %s", [seq])
        cursor.execute("ALTER TABLE feed_webhookmessage ENABLE TRIGGER USER")
    assert (reconcile_webhooks(), reconcile_webhooks()) == (1, 0)
    hook.refresh_from_db()
    assert (hook.position, WebhookMessage.objects.filter(seq=seq).count()) == (seq, 1)


def test_while_it_is_paused_nothing_is_written_and_then_it_is_told_to_sync_once(hook, receiver):
    meeting()
    pause(hook.pk)
    with pytest.raises(WebhookRefused):
        pause(hook.pk)
    meeting()
    assert (sent(), WebhookMessage.objects.count(), reconcile_webhooks()) == (0, 1, 0)
    resume(hook.pk)
    with pytest.raises(WebhookRefused):
        resume(hook.pk)
    meeting()
    assert (reconcile_webhooks(), sent()) == (0, 2)
    assert [kind for kind, _data in receiver.told] == ["feed.changed", "meeting.changed"]


def test_after_a_restore_every_receiver_is_told_to_sync(hook, receiver):
    meeting()
    begin_epoch()
    reconcile_webhooks(), reconcile_webhooks()
    sent()
    assert [kind for kind, _data in receiver.told] == ["feed.changed"]


def test_one_that_has_not_proved_itself_is_told_nothing(receiver):
    made = Webhook(system=system(), url=receiver.url)
    make_webhook(made, actor=None)
    meeting()
    assert (sent(), WebhookMessage.objects.count(), receiver.got) == (0, 0, [])


def test_for_a_day_both_secrets_sign_then_the_new_one_alone(hook, receiver):
    given = replace_secret(hook.pk)
    meeting()
    sent()
    Webhook.objects.update(former_until=timezone.now() - timedelta(seconds=1))
    meeting()
    sent()
    for secret in (hook.given, given):
        Verifier(secret).verify(receiver.got[0][1], receiver.got[0][0])
    counts = [len(headers["webhook-signature"].split()) for headers, _body in receiver.got]
    assert counts == [2, 1]
    Verifier(given).verify(receiver.got[1][1], receiver.got[1][0])


def test_a_secret_that_leaked_signs_no_more_at_once(hook, receiver):
    replace_secret(hook.pk, at_once=True)
    meeting()
    sent()
    assert len(receiver.got[0][0]["webhook-signature"].split()) == 1


def test_the_database_holds_no_secret_and_the_log_tells_none(hook, receiver, caplog):
    meeting()
    sent()
    with connection.cursor() as cursor:
        cursor.execute("SELECT w::text FROM feed_webhook w UNION ALL SELECT e::text FROM feed_webhookevent e")
        dump = "\n".join(row[0] for row in cursor.fetchall())
    key = hook.given.removeprefix("whsec_")
    assert (key in dump, key in caplog.text, hook.url in dump) == (False, False, True)


def test_a_secret_opens_while_secret_key_is_replaced_and_without_the_former_one_nothing_is_sent(
    hook, receiver, settings
):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another"
    meeting()
    assert sent() == 1
    settings.SECRET_KEY_FALLBACKS = []
    meeting()
    assert (sent(), len(receiver.got)) == (0, 1)
    assert "Unreadable" in WebhookAttempt.objects.last().detail


# --- What the database refuses ----------------------------------------------------------------
BREAKERS = {
    "a_system_is_told_once_at_an_address": lambda hook, row: Webhook.objects.create(
        system=hook.system, url=hook.url, secret="x"
    ),
    "what_is_off_says_why_and_when": lambda hook, row: Webhook.objects.update(state="off"),
    "a_former_secret_ends": lambda hook, row: Webhook.objects.update(former_secret="x"),
    "a_change_is_one_message": lambda hook, row: WebhookMessage.objects.create(
        webhook=hook,
        kind="changed",
        meeting=row.meeting,
        seq=row.seq,
        epoch=row.epoch,
        next_try_at=timezone.now(),
    ),
    "a_message_of_a_change_names_its_meeting": lambda hook, row: WebhookMessage.objects.update(meeting=None),
    "who_has_a_message_has_a_token_and_a_lease": lambda hook, row: WebhookMessage.objects.update(
        token=uuid.uuid4()
    ),
    "one_mail_when_a_webhook_is_switched_off": lambda hook, row: [
        WebhookNotice.objects.create(
            webhook=hook, off_at=row.created_at, next_try_at=row.created_at, recipient="it@mfa.example"
        )
        for _n in range(2)
    ],
}


@pytest.mark.parametrize("name", BREAKERS)
def test_the_database_refuses_what_must_never_be(hook, name):
    meeting()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        BREAKERS[name](hook, WebhookMessage.objects.get())


def test_attempts_are_never_edited_and_nothing_of_the_record_is_deleted(hook, receiver):
    meeting()
    sent()
    Notice = WebhookNotice.objects
    Notice.create(webhook=hook, off_at=timezone.now(), next_try_at=timezone.now(), recipient="it@mfa.example")
    acts = [
        lambda: WebhookAttempt.objects.update(status=F("status")),
        lambda: WebhookAttempt.objects.all().delete(),
        lambda: WebhookMessage.objects.all()._raw_delete("default"),
        lambda: Notice.all()._raw_delete("default"),
    ]
    for act in acts:
        with pytest.raises(Exception, match=r"Cannot (update|delete)"), transaction.atomic():
            act()


def test_the_log_of_a_feed_goes_on_as_before(hook):
    before = Feed.objects.get(pk="partners").high_seq
    meeting(), meeting()
    assert Feed.objects.get(pk="partners").high_seq == before + 2
