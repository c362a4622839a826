"""Following meetings: who follows more, less or otherwise is told so in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meetings.authorship import authored
from meetings.models import Meeting

from .follow import Follow
from .ledger import reconcile_deliveries
from .subjects import invitations


@transaction.atomic
def save_follows(follows: Collection[Follow], *, actor: Any, reason: str = "") -> list[str]:
    """Save what contacts follow, new or changed; returns what differs in the ledger by it, in words."""
    with authored(actor, reason):
        stored = list(Follow.objects.filter(pk__in=[row.pk for row in follows if row.pk]))
        for row in follows:
            row.save()
        return _reconcile([*stored, *follows])


@transaction.atomic
def remove_follows(follows: Collection[Follow], *, actor: Any, reason: str = "") -> list[str]:
    """Let contacts follow no longer; who was invited gets the CANCEL, since no change would reach it any more."""
    with authored(actor, reason):
        follows = list(follows)
        touched = _meetings_of(follows)
        Follow.objects.filter(pk__in=[row.pk for row in follows]).delete()
        return reconcile_deliveries(invitations, touched)


def _reconcile(follows: Iterable[Follow]) -> list[str]:
    return reconcile_deliveries(invitations, _meetings_of(follows))


def _meetings_of(follows: Iterable[Follow]) -> list[int]:
    """The meetings not over yet that these may cover."""
    covered = Q(pk__in=[])
    for row in follows:
        if row.meeting_id:
            covered |= Q(pk=row.meeting_id)
        elif row.track_id:
            covered |= Q(track=row.track_id)
        else:  # who takes part is not in the meeting's row
            covered = Q()
            break
    ahead = Meeting.objects.exclude(status=Meeting.Status.HELD).exclude(ends_at__lte=timezone.now())
    return list(ahead.filter(covered).values_list("pk", flat=True))
