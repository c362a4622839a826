"""The ledger follows what is ruled for all that is dated at once: the policy, and the states' calendars."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meetings.models import Committee, Due, Meeting, SilenceProcedure

from .ledger import OF_A_MEETING, reconcile_scopes, scopes_of
from .models import Delivery, ReminderRule
from .plan.wanted import NEWS
from .subjects import silences, terms


def open_meetings(now: datetime) -> list[int]:
    """The meetings of which something may have to be told."""
    owing = Q(pk__in=Due.objects.open().values("deadline__meeting"))
    meetings = Meeting.objects.filter(~Q(status=Meeting.Status.HELD, ends_at__lt=now - NEWS) | owing)
    return list(meetings.values_list("pk", flat=True))


def open_procedures(now: datetime) -> list[int]:
    procedures = SilenceProcedure.objects.filter(silences.worth_telling(now))
    return list(procedures.values_list("pk", flat=True))


def committees() -> list[int]:
    return list(Committee.objects.values_list("track_id", flat=True))


@transaction.atomic
def follow_policy() -> list[str]:
    """Plan anew all that is open, after the policy changed; returns what differed, in words."""
    now = timezone.now()
    meetings = open_meetings(now)
    of_meetings = [(subject, meetings) for subject in OF_A_MEETING]
    return reconcile_scopes([*of_meetings, (silences, open_procedures(now)), (terms, committees())])


@transaction.atomic
def follow_calendars(states: Collection[str]) -> list[str]:
    """Plan anew what keeps to the working days of these states, after a day of them changed."""
    if not ReminderRule.objects.filter(on_working_days=True, is_on=True).exists():
        return []
    rows = Delivery.objects.waiting().filter(contact__ministry__state__in=states).select_related("term__seat")
    return reconcile_scopes(list(scopes_of(rows.defer("text", "html"))))
