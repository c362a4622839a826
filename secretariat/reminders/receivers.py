"""When a meeting changes, its ledger follows in the same transaction."""

from typing import Any

from django.dispatch import receiver

from meetings.changes import meetings_changed

from .ledger import reconcile_deliveries


@receiver(meetings_changed)
def ledger_follows(*, meeting_ids: frozenset[int], **_kwargs: Any) -> None:
    reconcile_deliveries(meeting_ids)
