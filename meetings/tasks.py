"""What Celery runs on this floor: bells. The tables say what there is to close, and to erase."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from .papers.orphans import StandsStill, sweep_orphans
from .people.retaining import apply_contact_retention, apply_retention
from .silence.acts import adopt_expired


@shared_task(acks_late=True, ignore_result=True)
def close_silences() -> None:
    """Adopt the texts whose silence has closed. Running it twice, or late, is harmless."""
    adopt_expired()


@shared_task(acks_late=True, ignore_result=True)
def erase_what_is_kept_too_long() -> None:
    """Apply the retention rules, and sweep the files that no paper names. Running it twice, or late, is harmless."""
    apply_retention(timezone.localdate())
    apply_contact_retention(timezone.localdate())
    with suppress(StandsStill):  # which is said in the log
        sweep_orphans(timezone.now())
