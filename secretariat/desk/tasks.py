"""What Celery runs for the desk."""

from celery import shared_task
from django.utils import timezone

from .signing_in.keeping import let_go_of_sign_ins


@shared_task(acks_late=True, ignore_result=True)
def let_go_of_old_sign_ins() -> None:
    """Keep the record of sign-ins as long as the settings say. Running it twice, or late, is harmless."""
    let_go_of_sign_ins(timezone.now())
