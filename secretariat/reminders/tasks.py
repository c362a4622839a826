"""What Celery runs: bells. The ledger says what there is to do."""

from celery import shared_task

from .. import ticks
from ..stopping import goes_on
from .bounces.mailboxes import collect_bounces
from .reconciling import reconcile
from .restoration import notice_restoration
from .sending import send_due


@shared_task(acks_late=True, ignore_result=True)
def deliver_due() -> None:
    """Send all that is due, until the worker is told to stop. Running it twice, or late, is harmless."""
    send_due(keep_on=goes_on_sending)
    ticks.note()


def goes_on_sending() -> bool:
    """Asked between mails: a worker that sends for minutes still ticks, and goes on until it is told to stop."""
    ticks.note_now_and_then()
    return goes_on()


@shared_task(acks_late=True, ignore_result=True)
def notice_restored_database() -> None:
    """Who sends looks by itself; this tells the feed also where nothing is to be sent."""
    notice_restoration()


@shared_task(acks_late=True, ignore_result=True)
def reconcile_all() -> None:
    """Prove that derived rows equal what the rules say today; repair and report any difference."""
    reconcile()


@shared_task(acks_late=True, ignore_result=True)
def read_returned_mail() -> None:
    """Record what came back. Running it twice, or at once with another, is harmless."""
    collect_bounces()
