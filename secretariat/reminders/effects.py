"""What a change does to the mail that is planned, before it is made: it is made, looked at and taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone

from meetings.models import Due

from .models import Delivery

# What goes within minutes is gone before anybody can hold it.
SOON = timedelta(minutes=10)


@contextmanager
def taken_back() -> Iterator[None]:
    """All that is written in it is seen in it and nowhere else."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@dataclass(frozen=True, slots=True)
class Effect:
    """How many mails are planned by it, how many cancelled, and how many of those planned go at once.

    silent: how many deadlines ahead are left without any reminder before them that had one, and states: whose (codes).
    """

    planned: int
    cancelled: int
    at_once: int
    silent: int
    states: tuple[str, ...]

    @property
    def is_any(self) -> bool:
        return bool(self.planned or self.cancelled)


def effect_of(change: Callable[[], object]) -> Effect:
    """What `change` would do."""
    with taken_back():
        before, reminded = set(_waiting()), _reminded()
        change()
        after = set(_waiting())
        soon = Delivery.objects.filter(
            pk__in=after - before, is_item=False, next_try_at__lte=timezone.now() + SOON
        )
        silent = Due.objects.filter(pk__in=reminded - _reminded()).values_list("state", flat=True)
        return Effect(
            planned=len(after - before),
            cancelled=len(before - after),
            at_once=soon.count(),
            silent=len(silent),
            states=tuple(sorted(set(silent))),
        )


@dataclass(frozen=True, slots=True)
class Notices:
    """What one state (its code) is told as it happens: how many mails, to how many people, and when the first goes."""

    state: str
    mails: int
    people: int
    first_at: datetime


def watch_notices() -> Callable[[], list[Notices]]:
    """Called before a change; what it returns, called after it, says what the change tells as it happens, by state.

    Reminders to come are not among it.
    """
    before = set(_waiting())

    def look() -> list[Notices]:
        new = Delivery.objects.waiting().filter(is_item=False, is_held=False).exclude(pk__in=before)
        rows = (
            new.exclude(kind__in=[*Delivery.COUNTED, Delivery.Kind.DIGEST])
            .values_list("contact__ministry__state")
            .annotate(mails=Count("pk"), people=Count("contact", distinct=True), first_at=Min("next_try_at"))
            .order_by("contact__ministry__state")
        )
        return [Notices(*row) for row in rows]

    return look


def _waiting() -> list[int]:
    return list(Delivery.objects.waiting().values_list("pk", flat=True))


def _reminded() -> set[int]:
    """The dues before which somebody will be reminded."""
    rows = Delivery.objects.waiting().filter(kind=Delivery.Kind.REMINDER, due__isnull=False)
    return set(rows.values_list("due", flat=True))
