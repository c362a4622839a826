"""What Celery runs for the feed."""

from celery import shared_task
from django.utils import timezone

from .keeping import purge
from .publish import publish_all


@shared_task(acks_late=True, ignore_result=True)
def look_after_the_feed() -> None:
    """Prove that the feed says what the meetings say, repair what differs, and let go of old removals."""
    publish_all()
    purge(timezone.now())
