"""Writes the delegations of a meeting as the record has them; what the desk entered stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from ..models import Delegate, Delegation, Meeting
from ..people.delegations import Person, add_delegate, change_delegate


def write_delegations(meeting: Meeting, entries: Sequence[dict[str, Any]], before: Mapping[str, str]) -> None:
    """Make the heads of delegation those of the record.

    before: digests of the entries of the last load, by state. A head that the record did not enter is the desk's,
    and stays; so does what the record no longer names, and what was erased.
    """
    for entry in entries:
        delegation, _created = Delegation.objects.get_or_create(
            meeting=meeting, state_id=entry["state"], defaults={"source": meeting.source}
        )
        head = delegation.delegates.filter(role=Delegate.Role.HEAD, is_withdrawn=False).first()
        person = Person(
            role=Delegate.Role.HEAD,
            rank=entry["rank"],
            names=entry.get("name", {}),
            offices=entry["office"],
            substitute_for=entry.get("substitute_for", {}),
        )
        if head is None:
            add_delegate(delegation.pk, person, actor=None)
        elif before.get(entry["state"], digest_of(entry)) != digest_of(entry) and not _is_erased(head):
            change_delegate(head.pk, person, actor=None)


def digest_of(entry: Mapping[str, Any]) -> str:
    """What tells one entry from a corrected one, and says nothing of a person."""
    return hashlib.sha256(json.dumps(entry, sort_keys=True).encode()).hexdigest()


def _is_erased(delegate: Delegate) -> bool:
    return delegate.particulars.filter(number=delegate.version, erasure__isnull=False).exists()
