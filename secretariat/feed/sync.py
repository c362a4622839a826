"""Incremental sync: the mark up to which a reader has come, and what changed since.

The log orders changes as they were committed (migration 0002), so that "all numbers after this one" never misses a
change. A mark is opaque and signed; it holds all that the server needs, so any process answers any page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.core import signing
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.db.models.fields.json import KeyTextTransform

from .audiences import visible_to
from .models import Feed, FeedItem
from .readers import Reader

VERSION = 1
# No time stamp in it: the same state of the feed is answered by the same bytes.
SIGNER = signing.Signer(salt="feed.sync")


class BadMark(Exception):
    """Not a mark that this service gave out, or not of this kind."""


class ForeignMark(Exception):
    """The mark of another reader."""


class ExpiredMark(Exception):
    """What changed since this mark can no longer be told. has_new_epoch: all readers are told so at once."""

    def __init__(self, *, has_new_epoch: bool = False) -> None:
        super().__init__(has_new_epoch)
        self.has_new_epoch = has_new_epoch


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a reader has come.

    seq: the last change that it was told of. start: the last change there was when a first sync began, 0 in an
    increment; removals up to there are left out, since this reader never had what was removed.
    is_page: in the middle of an answer.
    """

    epoch: str
    reach: str
    system: int
    language: str
    seq: int = 0
    start: int = 0
    is_page: bool = False

    def encoded(self) -> str:
        values = [VERSION, self.epoch, self.reach, self.system, self.language, self.seq, self.start]
        return SIGNER.sign_object([*values, int(self.is_page)])


def first_mark(reader: Reader, language: str) -> Mark:
    return Mark(str(reader.feed.epoch), reader.reach, reader.system, language, 0, reader.feed.high_seq)


def read_mark(text: str, reader: Reader, *, is_page: bool) -> Mark:
    """The mark that `reader` got from us. Raises BadMark, ForeignMark, ExpiredMark."""
    try:
        version, epoch, reach, system, language, seq, start, page = SIGNER.unsign_object(text)
        mark = Mark(epoch, reach, system, language, seq, start, bool(page))
    except (signing.BadSignature, ValueError, TypeError):
        raise BadMark from None
    if version != VERSION or mark.is_page != is_page:
        raise BadMark
    if mark.system != reader.system:
        raise ForeignMark
    if mark.epoch != str(reader.feed.epoch):
        raise ExpiredMark(has_new_epoch=True)
    if mark.reach != reader.reach:
        raise ExpiredMark
    # Beyond the last change: the database was restored from an older backup without a new epoch.
    if mark.seq > reader.feed.high_seq:
        raise ExpiredMark
    return mark


@dataclass(frozen=True, slots=True)
class Page:
    """What changed after a mark, in the order of the log, and the mark after it."""

    items: tuple[str, ...]
    removed: tuple[dict[str, str], ...]
    following: Mark
    has_more: bool


def changes_after(mark: Mark, reader: Reader, limit: int) -> Page:
    """The next changes that `reader` is to be told of, at most `limit`. Raises ExpiredMark.

    Items are JSON texts. A page may be empty and have more behind it.
    """
    rows = list(_rows(mark, reader)[: limit + 1])
    # Read after the rows: who purges raises the floor in the same transaction, so whoever misses a removal in the
    # rows sees the floor above the mark here.
    floor = Feed.objects.filter(pk=reader.feed.pk).values_list("floor_seq", flat=True).first() or 0
    if max(mark.seq, mark.start) < floor:
        raise ExpiredMark
    has_more, rows = len(rows) > limit, rows[:limit]
    items, removed = [], []
    for row in rows:
        if row.is_shown and (reader.tracks is None or row.track in reader.tracks):
            items.append(row.body)
        elif row.seq > mark.start:
            removed.append(_removal(row))
    if has_more:
        following = replace(mark, seq=rows[-1].seq, is_page=True)
    else:
        # Every number up to the counter, which was read before the rows, was visible to them.
        seen = max([reader.feed.high_seq, mark.seq, *(row.seq for row in rows)])
        following = replace(mark, seq=seen, start=0, is_page=False)
    return Page(tuple(items), tuple(removed), following, has_more)


def _rows(mark: Mark, reader: Reader) -> Any:
    """Goes along the unique index (audience, seq): the cost is that of the page, not of the calendar."""
    rows = FeedItem.objects.filter(audience=reader.feed.audience, seq__gt=mark.seq)
    if mark.start:
        rows = rows.exclude(removed=True, seq__lte=mark.start)
    if reader.tracks is not None:
        rows = rows.filter(tracks_seen__overlap=sorted(reader.tracks))
    shown = visible_to(reader.feed.audience, "meeting__") & Q(removed=False)
    return (
        rows.only("uid", "seq", "removed", "reason", "track")
        .annotate(
            body=KeyTextTransform(mark.language, "json"),
            is_shown=ExpressionWrapper(shown, output_field=BooleanField()),
        )
        .order_by("seq")
    )


def _removal(row: FeedItem) -> dict[str, str]:
    """The same shape whatever the reason: it tells nothing of a meeting that is hidden."""
    return {"id": str(row.uid), "uid": str(row.uid), "reason": row.reason or FeedItem.Reason.HIDDEN}
