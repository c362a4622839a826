"""`/api/v1/sync/`: all that a reader may see, and from then on only what changed."""

from __future__ import annotations

import random

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from .. import query
from ..asking import parameters, responses
from ..problems import AnotherReaders, BadParameter, Gone
from ..reach import within_reach
from ..schema import SyncPageSerializer
from ..sync import BadMark, ExpiredMark, ForeignMark, Mark, changes_after, first_mark, read_mark
from .base import ReadView, joined, with_mark

QUESTION = ("sync_token", "page_token", "lang", "limit")
RESYNC = "/api/v1/sync/"
# All partners come at once when the feed begins a new epoch: each waits for a while of its own.
JITTER_SECONDS = 300


def resync() -> str:
    """Where a reader begins anew whose token is no longer good."""
    return f"{settings.BASE_URL}{RESYNC}"


class SyncView(ReadView):
    """Everything this reader may see; with a token only what changed since, removals included.

    Filters do not combine with it: a meeting that stops matching would have to be told as a removal.
    """

    known = frozenset(QUESTION)

    @extend_schema(
        operation_id="sync", parameters=parameters(*QUESTION), responses=responses(SyncPageSerializer, 410)
    )
    def get(self, request: Request) -> HttpResponse:
        self.limit = query.limit(request.query_params)
        try:
            self.mark = self.mark_of(request)
            # The body's language is the token's, whatever this request prefers.
            self.language = self.mark.language
            return super().get(request)
        except ExpiredMark as error:
            raise Gone(
                "What changed since this token can no longer be told. Begin anew at `resync`, into a new copy; "
                "then drop what the new copy lacks.",
                kind="sync-token-expired",
                wait=random.randint(1, JITTER_SECONDS) if error.has_new_epoch else None,  # noqa: S311
                resync=resync(),
            ) from error

    def etag(self) -> str:
        """With the system: the token in the body is this reader's alone."""
        return with_mark(str(super().etag()), self.reader.system)

    def refresh(self) -> None:
        super().refresh()
        if not {"page_token", "sync_token"} & self.request.query_params.keys():
            self.mark = first_mark(self.reader, self.language)  # its beginning is a part of the body

    def mark_of(self, request: Request) -> Mark:
        """Raises ExpiredMark, AnotherReaders, BadParameter."""
        given = [name for name in ("page_token", "sync_token") if name in request.query_params]
        if not given:
            return first_mark(self.reader, self.language)
        name = given[0]  # in the middle of an answer its page goes before what the whole began with
        try:
            mark = read_mark(request.query_params[name], self.reader, is_page=name == "page_token")
        except BadMark:
            remedy = f"Take it from `{name}` of an answer, unchanged; without one leave it out."
            raise BadParameter(name, "This token is not one of ours.", remedy, resync=resync()) from None
        except ForeignMark:
            raise AnotherReaders(
                "This token was given to another reader. Begin anew at `resync`, into a new copy.",
                kind="sync-token-of-another-reader",
                resync=resync(),
            ) from None
        if request.query_params.get("lang", mark.language) != mark.language:
            remedy = f"Leave it out, or give {mark.language}; another language is another first sync."
            raise BadParameter("lang", "The token is of another language.", remedy)
        return mark

    def body(self) -> bytes:
        page = changes_after(self.mark, self.reader, self.limit)
        name = "page_token" if page.has_more else "sync_token"
        return joined(
            [("items", within_reach(page.items, self.reader))],
            {"removed": page.removed, "has_more": page.has_more, name: page.following.encoded()},
        )
