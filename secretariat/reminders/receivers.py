"""When something that is told of changes, its ledger follows in the same transaction."""

from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver
from django.utils import timezone

from meetings.changes import (
    audience_changed,
    calendars_changed,
    committee_changed,
    meetings_changed,
    silence_changed,
)
from meetings.models import Contact, SilenceProcedure

from .following import reconcile_followed
from .ledger import reconcile_deliveries, reconcile_meetings, reconcile_scopes
from .replanning import follow_calendars
from .subjects import silences, terms


@receiver(meetings_changed)
def ledger_follows_meetings(*, meeting_ids: frozenset[int], **_kwargs: Any) -> None:
    reconcile_meetings(meeting_ids)


@receiver(silence_changed)
def ledger_follows_silence(*, procedure_id: int, **_kwargs: Any) -> None:
    reconcile_deliveries(silences, [procedure_id])


@receiver(committee_changed)
def ledger_follows_committee(*, track_id: int, **_kwargs: Any) -> None:
    reconcile_deliveries(terms, [track_id])


@receiver(audience_changed)
def ledger_follows_audience(*, track_ids: frozenset[int], **_kwargs: Any) -> None:
    told = SilenceProcedure.objects.filter(
        silences.worth_telling(timezone.now()), document__track__in=track_ids
    )
    reconcile_scopes([(silences, list(told.values_list("pk", flat=True))), (terms, track_ids)])


@receiver(post_save, sender=Contact)
def ledger_follows_who_follows(*, instance: Contact, created: bool, **_kwargs: Any) -> None:
    """Who follows meetings may do so for a ministry that answers for no track."""
    if not created:
        reconcile_followed(instance)


@receiver(calendars_changed)
def ledger_follows_calendars(*, states: frozenset[str], **_kwargs: Any) -> None:
    follow_calendars(states)
