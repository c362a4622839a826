"""How a paper is named to who reads: a restricted one by its meeting alone, unless they may read such papers.

Whatever puts a paper into words asks here, so that no page, title, tick box, line of a history or list of what stands
in the way of a deletion has to. As with the language, who reads is known by the request. The service itself, which
writes to ministries, reads all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from ..models import Document

PERMISSION = "meetings.read_restricted_document"

_reader: ContextVar[Callable[[], Any] | None] = ContextVar("reader", default=None)


@contextmanager
def read_by(user: Callable[[], Any]) -> Iterator[None]:
    """What is put into words in here is for this user, who is asked for only where a paper is restricted."""
    token = _reader.set(user)
    try:
        yield
    finally:
        _reader.reset(token)


def may_read_restricted(user: Any) -> bool:
    may: bool = user.has_perm(PERMISSION)
    return may


def reads_all() -> bool:
    """Whether who reads may read restricted papers too."""
    user = _reader.get()
    return user is None or may_read_restricted(user())


def is_hidden(document: Document) -> bool:
    """Whether neither the title nor the symbol of a paper is for who reads."""
    return document.distribution == document.Distribution.RESTRICTED and not reads_all()


def name_of(document: Document) -> str:
    return _hidden_name(document) if is_hidden(document) else f"{document.symbol_id} · {document.title()}"


def symbol_of(document: Document) -> str:
    """The same where the symbol alone stands."""
    return _hidden_name(document) if is_hidden(document) else str(document.symbol_id)


def _hidden_name(document: Document) -> str:
    return _("a restricted paper of %(meeting)s") % {"meeting": document.meeting or document.track}


def needs_permission() -> str:
    """What stands in the place of words that are not for who reads."""
    return _(
        "This speaks of a restricted paper. Its words are shown only to accounts with the permission "
        "“Can read restricted papers”: ask an administrator of the desk for it."
    )
