"""The envelope's sender of each mail, by which one that comes back names its delivery (VERP)."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

# In lower-case letters alone, since servers on the way may change the case.
LOCAL = re.compile(r"\+([0-9a-f]{32})([0-9a-f]{16})@")


def return_path(uid: UUID) -> str:
    """`bounce+…@domain`: the delivery and a seal, since Message-IDs, which name deliveries too, are no secret."""
    local, _at, domain = settings.BOUNCE_ADDRESS.rpartition("@")
    return f"{local}+{uid.hex}{_seal(uid)}@{domain}"


def returned_to(addresses: Iterable[str]) -> UUID | None:
    """The delivery that one of these addresses names; None where none is ours."""
    for address in addresses:
        found = LOCAL.search(address)
        if found is None:
            continue
        uid = UUID(found[1])
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
            if hmac.compare_digest(_seal(uid, key), found[2]):
                return uid
    return None


def _seal(uid: UUID, key: str | None = None) -> str:
    return salted_hmac("reminders.bounce", uid.hex, secret=key, algorithm="sha256").hexdigest()[:16]
