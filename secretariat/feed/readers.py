"""Who reads, and how far they may see: made from the token alone, never from the request's own words."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from .audiences import Audience
from .models import Feed, FeedItem, FeedItemQuerySet, PartnerToken

COLUMNS = [field.attname for field in Feed._meta.concrete_fields]
FEED = f"SELECT {', '.join(COLUMNS)} FROM feed_feed WHERE audience = %s"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader of one feed. system: 0 is anybody. tracks: None is all. states: whose deadlines, none by default."""

    feed: Feed
    system: int = 0
    tracks: frozenset[int] | None = None
    states: frozenset[str] = frozenset()

    @property
    def items(self) -> FeedItemQuerySet:
        """What this reader may see: every exit of the feed begins here."""
        return FeedItem.objects.visible_to(self.feed.audience, self.tracks)

    @property
    def reach(self) -> str:
        """Another whenever the reader may see more or less than before, whatever became of the meetings."""
        return reach_of(self.feed.audience, self.tracks)


def reach_of(audience: str, tracks: Collection[int] | None) -> str:
    if tracks is None:
        return audience
    return f"{audience}.{short_hash(tracks)}"


def short_hash(values: Collection[Any]) -> str:
    """Tells one set from another in a tag or token, whatever their order."""
    return hashlib.sha256(repr(sorted(values)).encode()).hexdigest()[:12]


def feed_of(audience: str) -> Feed | None:
    """The feed as it stands. Each request of anybody begins here: in SQL, since building it costs more than asking."""
    with connection.cursor() as cursor:
        cursor.execute(FEED, [audience])
        row = cursor.fetchone()
    return Feed.from_db(None, COLUMNS, row) if row else None


def reader_of(token: Any) -> Reader:
    """The reader that a token, read `with_reach`, stands for; without one anybody, who reads the public feed."""
    if token is None:
        # One that has no row yet is the same each time: its tags and tokens too.
        return Reader(feed_of(Audience.PUBLIC) or Feed(audience=Audience.PUBLIC, epoch=UUID(int=0)))
    return Reader(
        token.system.feed,
        token.system_id,
        frozenset(token.of_tracks) or None,
        frozenset(token.of_states) if PartnerToken.Scope.DEADLINES in token.scopes else frozenset(),
    )
