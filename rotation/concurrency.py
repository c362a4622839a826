"""Two who act upon the same thing at once: what a page showed is compared, under the lock, with what is now.

A page seals what it shows and sends the seal along in its form. The act runs within `seen_as`; its verb takes its locks,
plans with the function that the page used, and calls `assert_unchanged` with what the page sealed. Where that differs
nothing is done, and the page comes again. Verbs called without a page, by the record or another verb, compare nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import connection, models
from django.utils import timezone

SALT = "rotation.concurrency"


class Stale(Exception):
    """What would be done is not what was shown. Nothing has changed. rows: those that were shown, as they are now."""

    def __init__(self, rows: tuple[models.Model, ...], shown_at: datetime | None) -> None:
        super().__init__()
        self.rows, self.shown_at = rows, shown_at


@dataclass(slots=True)
class _Seen:
    digest: str
    shown_at: datetime | None
    is_compared: bool = False


_SEEN: ContextVar[_Seen | None] = ContextVar("what the page showed", default=None)


def seal(*shown: Any) -> str:
    """What a page shows, for its form: rows, plans and plain values, signed with the moment."""
    return Signer(salt=SALT).sign(f"{_fingerprint(shown)}.{timezone.now().timestamp()}")


@contextmanager
def seen_as(sealed: str) -> Iterator[None]:
    """Run a verb for a page that sent this seal; one that is none of ours fits nothing. Raises Stale."""
    seen = _unsealed(sealed)
    token = _SEEN.set(seen)
    try:
        yield
    finally:
        _SEEN.reset(token)
    if not seen.is_compared:
        raise RuntimeError("a verb that a page confirms compares what it does with what was shown")


def assert_unchanged(*shown: Any) -> None:
    """Called by a verb once it holds its locks, with what the page sealed. Raises Stale where that differs.

    The outermost verb compares: what it calls further is part of what was shown.
    """
    seen = _SEEN.get()
    if seen is None or seen.is_compared:
        return
    seen.is_compared = True
    if seen.digest != _fingerprint(shown):
        raise Stale(tuple(each for each in shown if isinstance(each, models.Model)), seen.shown_at)


def one_at_a_time(what: str) -> None:
    """Wait until all who do this in a transaction before us are done; for what has no row of its own to lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [what])


def _unsealed(sealed: str) -> _Seen:
    try:
        digest, _dot, moment = Signer(salt=SALT).unsign(sealed).partition(".")
    except BadSignature:
        return _Seen("", None)
    return _Seen(digest, datetime.fromtimestamp(float(moment), UTC))


def _fingerprint(shown: Any) -> str:
    return sha256(repr(_plain(shown)).encode()).hexdigest()


def _plain(value: Any) -> Any:
    """The same text for the same content, whichever query read it and in whichever order a set has it."""
    if isinstance(value, models.Model):
        return value._meta.label, value.pk, {name: _plain(value.__dict__[name]) for name in _columns(value)}
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, [_plain(getattr(value, each.name)) for each in fields(value)]
    if isinstance(value, Mapping):
        return sorted((repr(_plain(key)), _plain(each)) for key, each in value.items())
    if isinstance(value, set | frozenset):
        return sorted(repr(_plain(each)) for each in value)
    if isinstance(value, list | tuple | models.QuerySet):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return str(value)


def _columns(row: models.Model) -> list[str]:
    """The columns that were read; not the moment of the last save, which every touch moves."""
    return [
        field.attname
        for field in row._meta.concrete_fields
        if field.attname in row.__dict__ and not getattr(field, "auto_now", False)
    ]
