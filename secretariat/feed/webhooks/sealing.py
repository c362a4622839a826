"""Secrets at rest. An HMAC is made with the secret itself, so it cannot be kept as a hash like a token's: it is sealed
by a key that is made of SECRET_KEY, which a dump of the database does not hold. While SECRET_KEY is replaced, the
former ones (SECRET_KEY_FALLBACKS) still open."""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class Unreadable(Exception):
    """Sealed by a SECRET_KEY that is gone: a new secret has to be made."""


def seal(secret: str) -> str:
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises Unreadable."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _keys() -> MultiFernet:
    return MultiFernet(
        [Fernet(_derived(key)) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]
    )


def _derived(key: str) -> bytes:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"feed.webhooks.secret").derive(key.encode())
    return base64.urlsafe_b64encode(made)
