"""The signature of the Standard Webhooks scheme (1.0): HMAC-SHA256 over id, time and body, as they go over the wire."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "whsec_"
SECRET_BYTES = 32  # the scheme wants 24 to 64


def secret_of(key: bytes) -> str:
    """The secret as it is given to the receiver. Raises ValueError for a key of another length than 24 to 64."""
    if not 24 <= len(key) <= 64:
        raise ValueError("a key of 24 to 64 bytes is needed")
    return PREFIX + base64.b64encode(key).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises ValueError for what is no secret of this scheme."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def signed(message_id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The three headers of a message. timestamp: seconds since 1970, of this attempt.

    secrets: the present one first; while one is being replaced a signature by each, separated by blanks.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{_hmac(key_of(secret), content)}" for secret in secrets),
    }


def _hmac(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
