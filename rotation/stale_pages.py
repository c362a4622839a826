"""Pages of acts that others may have overtaken: the same page comes again, with what was done meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from .concurrency import Stale, seen_as
from .history import history_of


def shown_anew(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view whose page, where its act is stale, comes again with what is now; nothing was done.

    The view runs a second time as if nothing had been confirmed. Its template includes admin/rotation/seen.html.
    """

    @wraps(view)
    def wrapper(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(self, request, *args, **kwargs)
        except Stale as stale:
            request.stale = {"meanwhile": list(_done_meanwhile(stale))}
            return view(self, request, *args, **kwargs)

    return wrapper


def is_stale(request: HttpRequest) -> bool:
    """Whether the page comes again since its act was stale: for a page with one step, whose form is whole."""
    return hasattr(request, "stale")


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the act is to be done now: confirmed, and not found to be stale."""
    return "confirm" in request.POST and not is_stale(request)


def seen_by(request: HttpRequest) -> Any:
    """Within this a verb compares what it does with what the page showed to who confirms it."""
    return seen_as(request.POST.get("seen", ""))


def _done_meanwhile(stale: Stale) -> Iterator[str]:
    """What others did to the rows since they were shown, the newest first, in the reader's language."""
    for row in stale.rows:
        yield from _told_of(row, stale)


def _told_of(row: Model, stale: Stale) -> Iterator[str]:
    entries = history_of(row) if hasattr(row, "pgh_event_model") and stale.shown_at else []
    for entry in entries:
        if entry.at < stale.shown_at:
            return
        for change in entry.changes:
            yield _("%(field)s: %(before)s → %(after)s (%(who)s, %(when)s)") % {
                "field": change.label,
                "before": change.before or _("empty"),
                "after": change.after or _("empty"),
                "who": entry.user,
                "when": date_format(localtime(entry.at), "DATETIME_FORMAT"),
            }
