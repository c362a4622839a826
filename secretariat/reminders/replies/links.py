"""The links of a mail: each names one delivery, for one purpose, under our signature.

It holds no name and no address. Until when it may be used is read from the ledger, so that a mail that is
sent again is the same bytes, and what became untrue meanwhile is known.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import cache
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer, TimestampSigner

# Where the public pages stand; see replies/urls.py.
TOKENS = re.compile(r"/(reply/[a-z]+|unsubscribe|paper)/[0-9A-Za-z._%-]+")
FORM_LASTS = timedelta(days=1)


def reply_link(uid: UUID, purpose: str) -> str:
    return f"{settings.BASE_URL}/reply/{purpose}/{_token(purpose, uid)}"


def unsubscribe_link(uid: UUID) -> str:
    return f"{settings.BASE_URL}/unsubscribe/{_token('unsubscribe', uid)}"


def paper_link(uid: UUID) -> str:
    return f"{settings.BASE_URL}/paper/{_token('paper', uid)}"


@cache  # making one takes as long as signing by it, and every mail needs three
def _signer(purpose: str) -> Signer:
    # The purpose is part of the key: a link for one is none for another.
    return Signer(salt=f"reminders.link.{purpose}", sep=".")


def _token(purpose: str, uid: UUID) -> str:
    return _signer(purpose).sign(uid.hex)


def uid_of(purpose: str, token: str) -> UUID | None:
    """The delivery that a link names; None where it is not our link for this purpose."""
    try:
        return UUID(_signer(purpose).unsign(token))
    except (BadSignature, ValueError):
        return None


def form_seal(token: str) -> str:
    """What a page's form carries: without it a POST was not made by somebody who saw the page.

    It stands in for Django's check, which needs a cookie: these pages know their reader by the link alone.
    """
    return TimestampSigner(salt="reminders.form").sign(token)


def is_sealed(token: str, seal: str) -> bool:
    try:
        return TimestampSigner(salt="reminders.form").unsign(seal, max_age=FORM_LASTS) == token
    except BadSignature:
        return False


def without_links(text: str) -> str:
    """The text, its links made useless: staff read mails, but do not speak for a ministry."""
    return TOKENS.sub(r"/\1/…", text)
