"""The signatures of the Standard Webhooks scheme (1.0) over id, time and body, as they go over the wire.

v1 is HMAC-SHA256 by a secret that the receiver has too. v1a is ed25519 by a key pair of which the receiver has the public
half only, so that it shares no secret with us and can show others who has signed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

PREFIX = "whsec_"
PRIVATE_PREFIX, PUBLIC_PREFIX = "whsk_", "whpk_"
SECRET_BYTES = 32  # the scheme wants 24 to 64


def secret_of(key: bytes) -> str:
    """The secret as it is given to the receiver. Raises ValueError for a key of another length than 24 to 64."""
    if not 24 <= len(key) <= 64:
        raise ValueError("a key of 24 to 64 bytes is needed")
    return PREFIX + base64.b64encode(key).decode()


def new_private_key() -> str:
    """The private half of a new key pair; it never leaves the service."""
    return PRIVATE_PREFIX + base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()


def public_key_of(private_key: str) -> str:
    """The half that everybody may see, for one of `new_private_key`."""
    return PUBLIC_PREFIX + base64.b64encode(_pair(private_key).public_key().public_bytes_raw()).decode()


def key_of(secret: str) -> bytes:
    """The key in a secret. Raises ValueError for what is no secret of this scheme."""
    if not secret.startswith(PREFIX):
        raise ValueError(f"a secret begins with {PREFIX}")
    return base64.b64decode(secret.removeprefix(PREFIX), validate=True)


def signed(message_id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """The three headers of a message. timestamp: seconds since 1970, of this attempt.

    secrets: secrets or private keys, the present one first; while one is being replaced a signature by each, separated
    by blanks.
    """
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(_signature(secret, content) for secret in secrets),
    }


def _signature(secret: str, content: bytes) -> str:
    if secret.startswith(PRIVATE_PREFIX):
        return f"v1a,{base64.b64encode(_pair(secret).sign(content)).decode()}"
    return f"v1,{_hmac(key_of(secret), content)}"


def _pair(private_key: str) -> Ed25519PrivateKey:
    key = base64.b64decode(private_key.removeprefix(PRIVATE_PREFIX), validate=True)
    return Ed25519PrivateKey.from_private_bytes(key)


def _hmac(key: bytes, content: bytes) -> str:
    return base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
