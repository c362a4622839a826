"""What mails about restricted papers say is withheld from who may not read those: their words, and whatever quotes them.

That they wait, went, failed or came back, and to whom they go, is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext

from meetings.models import Document
from meetings.papers.naming import reads_all

from .models import TITLED, Delivery

# The Message-IDs of what the ledger sends, and of the tests of it.
OURS = re.compile(r"<(?:rem-|test-[0-9a-f]+(?:\.(?P<of>[0-9a-f]{32}))?@)")


def asks_for_words(model: type[models.Model], lookup: str) -> bool:
    """Whether a list is asked, in its address, for words of its own: an answer would tell whether they are there."""
    try:
        field: Any = model._meta.get_field(lookup.partition("__")[0])
    except FieldDoesNotExist:
        return False
    field = getattr(field, "output_field", field)
    return isinstance(field, (models.CharField, models.TextField)) and not field.choices


def withheld_keys() -> list[int]:
    """The mails whose words are not for who reads: none for most, and never many."""
    if reads_all():
        return []
    silences = Document.objects.restricted().filter(silences__isnull=False).values("silences")
    return list(Delivery.objects.filter(silence__in=silences).order_by().values_list("pk", flat=True))


def withheld_in_mailbox(message_ids: Iterable[str]) -> dict[str, str]:
    """Of mails in a mailbox, by their Message-IDs, those that are withheld, each with what it is called instead.

    One that is ours by its name, but not in the ledger any more, may speak of anything. One query.
    """
    ours = {each: found for each in message_ids if (found := OURS.match(each))} if not reads_all() else {}
    if not ours:
        return {}
    tested = {UUID(hex=found["of"]) for found in ours.values() if found["of"]}
    rows = Delivery.objects.filter(Q(message_id__in=ours) | Q(uid__in=tested)).prefetch_related(*TITLED)
    by_key = {
        key: row for row in rows.defer("text", "html", "calendar") for key in (row.message_id, row.uid.hex)
    }
    known = {each: by_key.get(found["of"] or each) for each, found in ours.items()}
    return {
        each: row.heading if row else gettext("a mail that the record does not know")
        for each, row in known.items()
        if row is None or row.is_withheld
    }
