"""What a message says: what changed and where to read it, never the meeting itself. Whoever reads is asked for a token
there, so nothing leaves unasked, order and loss do no harm, and a leaked address tells nobody anything."""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core import signing

from ..models import FeedItem, PartnerSystem
from ..readers import Reader
from .models import Webhook, WebhookMessage

Kind = WebhookMessage.Kind


def reader_of(webhook: Webhook) -> Reader:
    """It is told of what its system may see, and never of more."""
    tracks = PartnerSystem.tracks.through.objects.filter(partnersystem=webhook.system_id)
    chosen = frozenset(tracks.values_list("track_id", flat=True))
    return Reader(webhook.system.feed, webhook.system_id, chosen or None)


def body_of(message: WebhookMessage, reader: Reader) -> bytes | None:
    """The body as it is true now; None where there is nothing to say any more.

    By the same rule as a sync: what is not shown to this reader (any more) is a removal, in the same shape whatever the
    reason; a meeting that never was in its tracks is not spoken of.
    """
    if message.kind == Kind.PING:
        return _json("webhook.ping", message.created_at, {"challenge": challenge_of(message)})
    if message.kind == Kind.RESYNC:
        return _json(
            "feed.changed", message.created_at, {"feed": reader.feed.audience, "sync": _url("sync/")}
        )
    named = {"uid": message.meeting, "seq": message.seq}
    item = FeedItem.objects.filter(audience=reader.feed.audience, **named).first()
    if item is None or message.epoch != reader.feed.epoch or not _ever_told(item, reader.tracks):
        return None
    data = {"feed": reader.feed.audience, "meeting": str(item.uid), "sync": _url("sync/")}
    if not reader.items.filter(pk=item.pk).exists():
        return _json("meeting.removed", item.changed_at, data)
    return _json("meeting.changed", item.changed_at, data | {"url": _url(f"meetings/{item.uid}/")})


def _ever_told(item: FeedItem, tracks: Collection[int] | None) -> bool:
    return tracks is None or bool(set(tracks) & set(item.tracks_seen))


def challenge_of(message: WebhookMessage) -> str:
    """What the receiver has to answer a test with, to show that somebody there reads our messages."""
    return signing.Signer(salt="feed.webhooks.challenge").signature(message.uid.hex)


def is_proof(answer: bytes, message: WebhookMessage) -> bool:
    """Whether this answer is `{"challenge": …}` with the challenge of the test. An echo of all we sent is none."""
    try:
        told = json.loads(answer)
    except ValueError:
        return False
    found = told.get("challenge") if isinstance(told, dict) else None
    return isinstance(found, str) and hmac.compare_digest(found.encode(), challenge_of(message).encode())


def _url(path: str) -> str:
    return f"{settings.BASE_URL}/api/v1/{path}"


def _json(kind: str, at: datetime, data: dict[str, Any]) -> bytes:
    stamp = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return json.dumps({"type": kind, "timestamp": stamp, "data": data}, separators=(",", ":")).encode()
