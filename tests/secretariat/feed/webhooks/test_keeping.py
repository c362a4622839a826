"""How long it is kept what was told to webhooks."""

from datetime import timedelta

import pgtrigger
import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from secretariat.feed.models import WebhookAttempt, WebhookMessage
from secretariat.feed.tasks import look_after_the_feed
from secretariat.feed.webhooks import keeping
from secretariat.feed.webhooks.acts import ping
from secretariat.feed.webhooks.keeping import let_go_of_messages
from secretariat.feed.webhooks.reconciling import reconcile_webhooks

from ..factories import meeting
from .conftest import sent

pytestmark = pytest.mark.django_db(transaction=True)
ENDED = ("taken", "failed", "overtaken")


def told(hook, state, *, days):
    """A message of a webhook that came to this state so many days ago."""
    made = ping(hook.pk, actor=None)
    lease = {"token": made.uid, "lease_until": timezone.now()} if state == "claimed" else {}
    at = timezone.now() - timedelta(days=days)
    WebhookMessage.objects.filter(pk=made.pk).update(state=state, next_try_at=at, **lease)
    return made.pk


def test_what_ended_more_than_ninety_days_ago_goes_with_its_attempts_and_nothing_else_does(hook):
    gone = [told(hook, state, days=91) for state in ENDED]
    kept = [told(hook, state, days=89) for state in ENDED]
    kept += [told(hook, state, days=91) for state in ("pending", "deferred", "claimed")]
    look_after_the_feed()
    assert sorted(WebhookMessage.objects.values_list("pk", flat=True)) == sorted(kept)
    assert not WebhookAttempt.objects.filter(message__in=gone).exists()
    assert WebhookAttempt.objects.filter(message__in=kept).count() == len(kept)


def test_old_messages_go_in_batches_until_none_is_left(hook, monkeypatch, settings):
    monkeypatch.setattr(keeping, "BATCH", 2)
    settings.WEBHOOK_MESSAGES_KEPT_DAYS = 10
    for _n in range(5):
        told(hook, "taken", days=11)
    assert (let_go_of_messages(timezone.now()), let_go_of_messages(timezone.now())) == (5, 0)


def test_what_was_told_and_let_go_is_not_told_again(hook, receiver):
    meeting()
    assert (sent(), reconcile_webhooks()) == (1, 0)
    WebhookMessage.objects.update(next_try_at=timezone.now() - timedelta(days=91))
    assert let_go_of_messages(timezone.now()) == 1
    assert (reconcile_webhooks(), sent(), len(receiver.got)) == (0, 0, 1)


def test_nobody_else_deletes_a_message(hook):
    pk = told(hook, "taken", days=91)
    let_go_of_messages(timezone.now() - timedelta(days=30))
    for rows in (WebhookAttempt.objects.filter(message=pk), WebhookMessage.objects.filter(pk=pk)):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows._raw_delete(rows.db)


def test_the_service_lets_go_of_what_was_tried_ninety_days_ago_and_of_nothing_else(hook, as_service):
    """It may write when a message ended, and not when it was tried."""
    old, young = told(hook, "taken", days=91), told(hook, "taken", days=91)
    with pgtrigger.ignore("feed.WebhookAttempt:attempts_are_append_only"):
        WebhookAttempt.objects.filter(message=old).update(at=timezone.now() - timedelta(days=91))
    as_service()
    assert let_go_of_messages(timezone.now() + timedelta(days=3650)) == 1
    assert list(WebhookMessage.objects.values_list("pk", flat=True)) == [young]
