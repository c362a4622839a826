"""What Celery runs for the feed."""

from celery import shared_task
from django.utils import timezone

from ..alone import alone
from .keeping import purge
from .publish import publish_all, publish_unpublished
from .token_warnings import warn_of_ending_tokens
from .webhooks.keeping import let_go_of_messages
from .webhooks.notices import send_notices
from .webhooks.reconciling import reconcile_webhooks as reconcile_all_webhooks
from .webhooks.sending import send_due


@shared_task(acks_late=True, ignore_result=True)
def look_after_the_feed() -> None:
    """Prove that the feed says what the meetings say, repair what differs, let go of what is old; warn of tokens."""
    publish_all()
    purge(timezone.now())
    let_go_of_messages(timezone.now())
    warn_of_ending_tokens(timezone.now())


@shared_task(acks_late=True, ignore_result=True)
def publish_what_was_written_otherwise() -> None:
    """Let the feed say what bulk SQL wrote. Running it twice, or late, is harmless."""
    publish_unpublished()


@shared_task(acks_late=True, ignore_result=True)
def send_webhooks() -> None:
    """Send what is due to webhooks, and the mails about those switched off. Running it twice, or late, is harmless.

    One at a time in the whole service, by its lanes: receivers that do not answer never hold more than one worker
    from the mail.
    """
    with alone("webhooks") as is_ours:
        if is_ours:
            send_due()
            send_notices()


@shared_task(acks_late=True, ignore_result=True)
def reconcile_webhooks() -> None:
    """Prove that every change has its message for each webhook, and write those that are missing."""
    reconcile_all_webhooks()
