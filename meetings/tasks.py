"""What Celery runs on this floor: a bell. The table of silence procedures says what there is to close."""

from celery import shared_task

from .silences import adopt_expired


@shared_task(acks_late=True, ignore_result=True)
def close_silences() -> None:
    """Adopt the texts whose silence has closed. Running it twice, or late, is harmless."""
    adopt_expired()
