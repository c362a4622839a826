"""How long it is known who tried a password from where: addresses are personal, and the table grows with every guess."""

from __future__ import annotations

from datetime import datetime, timedelta

import pgtrigger
from django.conf import settings
from django.db import transaction

from ..models import SignIn
from .rules import KNOWN_DAYS

BATCH = 1000


def let_go_of_sign_ins(now: datetime) -> int:
    """Delete the tries that are older than they are kept; returns how many.

    Never those by which an account is known at an address. In batches, each a transaction: a worker that dies has let
    go of some, and the next one goes on.
    """
    before = now - timedelta(days=max(settings.SIGN_INS_KEPT_DAYS, KNOWN_DAYS))
    found = 0
    while gone := _let_go(before):
        found += gone
    return found


@transaction.atomic
def _let_go(before: datetime) -> int:
    old = SignIn.objects.filter(at__lt=before).order_by("at")
    ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
    # The one deletion here: the table refuses it to everybody else.
    with pgtrigger.ignore("desk.SignIn:sign_ins_are_append_only"):
        SignIn.objects.filter(pk__in=ids).delete()
    return len(ids)
