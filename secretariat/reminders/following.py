"""Following meetings: who follows more, less or otherwise is told so in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from copy import copy
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meetings.authorship import authored
from meetings.models import Contact, Meeting

from .effects import taken_back
from .follow import Follow
from .ledger import reconcile_deliveries
from .models import Delivery
from .subjects import invitations
from .subjects.invitations import INVITATIONS


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


def reconcile_followed(contact: Contact) -> list[str]:
    """Let the ledger follow what a contact takes of the meetings that it follows."""
    follows = list(Follow.objects.filter(contact=contact))
    return _reconcile(follows) if follows else []


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


def follows_of(
    contacts: Iterable[Contact], targets: Iterable[Mapping[str, Any]], *, part: str, **days: date | None
) -> list[Follow]:
    """The rows by which each contact follows each target, such as {"track": …}; not saved.

    days: `valid_from` and `valid_until`; what is followed already gets these. part: of a state.
    """
    contacts = list(contacts)
    stored = {_key(row): row for row in Follow.objects.filter(contact__in=contacts)}
    rows = []
    for contact in contacts:
        for target in targets:
            new = Follow(contact=contact, **target)
            row = stored.get(_key(new), new)
            row.part = part if "state" in target else ""
            row.valid_from, row.valid_until = days["valid_from"], days["valid_until"]
            rows.append(row)
    return rows


def _key(row: Follow) -> tuple[Any, ...]:
    return (row.contact_id, row.track_id, row.state_id, row.meeting_id)


def planned_by(follows: Collection[Follow]) -> list[Delivery]:
    """The mails that saving these would plan, in the order in which they go; writes nothing."""
    with taken_back():
        known = Delivery.objects.filter(INVITATIONS, state__in=Delivery.UNSENT)
        before = set(known.values_list("pk", flat=True))
        save_follows([copy(row) for row in follows], actor=None)
        rows = known.exclude(pk__in=before).select_related("meeting__track", "contact__ministry")
        return list(rows.order_by("planned_at", "pk"))
