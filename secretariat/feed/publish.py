"""Keeping the feed's rows true: what changed is rendered anew, in the transaction that changed it."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from meetings.models import Meeting

from .audiences import Audience, is_visible
from .cities import with_cities
from .models import FeedItem
from .papers import with_papers
from .participants import participants_of
from .render import RENDERER, Drawn, Rendering, bodies_of, json_of, rendering_of

logger = logging.getLogger(__name__)
BATCH = 500
# Longer than any transaction of the desk; of more meetings than a batch the rest waits for the six hours' look.
LOOKED_AT_AGAIN = timedelta(minutes=5)
RENDERED = tuple(each.name for each in fields(Rendering))


@dataclass(frozen=True, slots=True)
class Difference:
    """What publishing a meeting does to an audience's feed: created, changed, removed, unchanged or failed."""

    audience: str
    uid: str
    kind: str


@transaction.atomic
def publish(meeting_ids: Iterable[int], *, write: bool = True) -> list[Difference]:
    """Make the feed items of these meetings say what the meetings say; returns what differed.

    A meeting that prepares one of them is rendered too: it shows the other only to who may see it. Rows that say
    the same already are left alone, so publishing twice changes nothing.

    Who writes a meeting holds it, and may not wait for another: two acts that wait for each other's meeting are a
    deadlock. So what prepares it is rendered here where it is free, and where somebody writes it, after the commit.
    """
    ids = set(meeting_ids)
    if not ids:
        return []
    linked = set(Meeting.objects.filter(prepares_id__in=ids).values_list("pk", flat=True)) - ids
    free = set(_locked(linked, skip_locked=True)) if write else linked
    if busy := linked - free:
        transaction.on_commit(partial(publish, busy), robust=True)
    found: list[Difference] = []
    for batch in _batches(sorted(ids | free)):
        found += _publish_batch(batch, write=write)
    return found


def _locked(ids: Iterable[int], *, skip_locked: bool = False) -> list[int]:
    """Those of these meetings that are there, and ours until the commit; in one order, whoever locks several."""
    rows = Meeting.objects.filter(pk__in=ids).order_by("pk")
    return list(rows.select_for_update(no_key=True, skip_locked=skip_locked).values_list("pk", flat=True))


def publish_all(*, write: bool = True, only_outdated: bool = False) -> Counter[tuple[str, str]]:
    """Render every meeting, and remove what belongs to none; counts by (audience, kind).

    only_outdated: of the meetings only those that an older renderer wrote.
    """
    meetings = Meeting.objects.all()
    if only_outdated:
        outdated = FeedItem.objects.filter(removed=False).exclude(renderer=RENDERER)
        meetings = meetings.filter(pk__in=outdated.values("meeting"))
    ids = set(meetings.values_list("pk", flat=True))
    differences = publish(ids, write=write) + remove_orphans(write=write)
    return Counter((difference.audience, difference.kind) for difference in differences)


@transaction.atomic
def publish_unpublished() -> list[Difference]:
    """Render the meetings that were written without it: by bulk SQL, a shell or a migration.

    One that somebody is writing waits for the next time, and no worker waits for it.
    """
    unpublished = FeedItem.objects.filter(renderer=0, removed=False, meeting__isnull=False)
    due = {*unpublished.values_list("meeting", flat=True), *_just_rendered()}
    # Each is rendered with those that prepare it: all of them have to be free.
    goals = dict(Meeting.objects.filter(prepares__in=due).values_list("pk", "prepares"))
    rows = Meeting.objects.filter(pk__in=due | goals.keys()).order_by("pk")
    free = set(rows.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
    waiting = {goal for pk, goal in goals.items() if pk not in free}
    found = publish((due & free) - waiting)
    return [each for each in found if each.kind != "unchanged"]


def _just_rendered() -> set[int]:
    """Meetings to look at again: while they were rendered, another transaction may have changed what they show (a name,
    or whether the meeting that they prepare is shown), and neither saw the other."""
    since, found = timezone.now() - LOOKED_AT_AGAIN, set()
    for audience in Audience.values:
        last = FeedItem.objects.filter(audience=audience, removed=False, seq__isnull=False).order_by("-seq")
        found |= {pk for pk, at in last.values_list("meeting", "changed_at")[:BATCH] if pk and at > since}
    return found


@transaction.atomic
def remove_orphans(*, write: bool = True) -> list[Difference]:
    orphans = list(FeedItem.objects.filter(meeting__isnull=True, removed=False))
    if write:
        for item in orphans:
            _bury(item, FeedItem.Reason.DELETED, timezone.now())
        _save(orphans)
    return [Difference(item.audience, str(item.uid), "removed") for item in orphans]


def remove_deleted(meeting_id: int) -> None:
    """The meeting is about to be deleted: who had it is told so. First the meeting, then its items, as all do."""
    Meeting.objects.select_for_update().filter(pk=meeting_id).values_list("pk").first()
    items = list(FeedItem.objects.filter(meeting_id=meeting_id, removed=False))
    for item in items:
        _bury(item, FeedItem.Reason.DELETED, timezone.now())
    _save(items)


def _batches(ids: list[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _publish_batch(ids: list[int], *, write: bool) -> list[Difference]:
    # Locked in one order: two writers would otherwise both render, and the older text could win.
    found = with_cities(with_papers(Meeting.objects.with_parties())).filter(pk__in=ids).order_by("pk")
    if write:
        # In a statement of its own: whoever waited for a row still reads what it joins as it was before the wait.
        _locked(ids)
    meetings = list(found)
    stored = {
        (item.audience, item.meeting_id): item for item in FeedItem.objects.filter(meeting__in=meetings)
    }
    participants = participants_of(meetings)
    now, differences = timezone.now(), []
    created: list[FeedItem] = []
    changed: list[FeedItem] = []
    for meeting in meetings:
        drawn: Drawn = {}
        for audience in Audience.values:
            item = stored.get((audience, meeting.pk))
            kind, item = _difference_or_failure(meeting, audience, item, now, participants[meeting.pk], drawn)
            if kind is None:
                continue
            differences.append(Difference(audience, str(meeting.uid), kind))
            if item and kind not in ("unchanged", "failed"):
                (created if item._state.adding else changed).append(item)
    if write:
        FeedItem.objects.bulk_create(created)
        _save(changed)
        same = [item.pk for item in stored.values() if item.renderer != RENDERER and not item.removed]
        if same:  # rendered by an older renderer to the very same text: no change, so no number
            FeedItem.objects.filter(pk__in=same).update(renderer=RENDERER)
    return differences


def _difference_or_failure(
    meeting: Meeting,
    audience: str,
    item: FeedItem | None,
    now: datetime,
    participants: list[str],
    drawn: Drawn,
) -> tuple[str | None, FeedItem | None]:
    """One meeting that cannot be rendered keeps its last item, and the others go on; the log says why."""
    try:
        return _difference(meeting, audience, item, now, participants, drawn)
    except (ValueError, LookupError, TypeError):
        logger.exception("Meeting %s cannot be rendered for %s", meeting.uid, audience)
        return "failed", item


def _difference(
    meeting: Meeting,
    audience: str,
    item: FeedItem | None,
    now: datetime,
    participants: list[str],
    drawn: Drawn,
) -> tuple[str | None, FeedItem | None]:
    """What is to be done with an audience's item of a meeting, and the item as it is to be stored."""
    if not is_visible(meeting, audience):
        if item is None or item.removed:
            return None, item  # never seen: no row, so no tombstone either
        _bury(item, FeedItem.Reason.HIDDEN, now)
        return "removed", item
    if item is None or item.removed:
        # A first rendering takes the meeting's own moment, so that feeds built anew stamp as before.
        at = meeting.updated_at if item is None else now
        fresh = item or FeedItem(audience=audience, meeting=meeting, uid=meeting.uid)
        _write(fresh, rendering_of(meeting, bodies_of(meeting, audience, at, participants), at, drawn), at)
        return "created", fresh
    at = item.changed_at
    bodies = bodies_of(meeting, audience, at, participants)
    # What changed mostly shows in the bodies: then the rest need not be drawn to be compared.
    if json_of(bodies) == item.json and rendering_of(meeting, bodies, at, drawn) == _stored(item):
        return "unchanged", item
    _write(item, rendering_of(meeting, bodies_of(meeting, audience, now, participants), now, drawn), now)
    return "changed", item


def _stored(item: FeedItem) -> Rendering:
    return Rendering(**{name: getattr(item, name) for name in RENDERED})


def _write(item: FeedItem, rendering: Rendering, at: datetime) -> None:
    for name, value in asdict(rendering).items():
        setattr(item, name, value)
    if rendering.track is not None and rendering.track not in item.tracks_seen:
        item.tracks_seen = [*item.tracks_seen, rendering.track]
    item.seq, item.removed, item.reason, item.changed_at, item.renderer = None, False, "", at, RENDERER


def _bury(item: FeedItem, reason: str, at: datetime) -> None:
    """Turn an item into its tombstone; all text goes at once."""
    _write(item, Rendering(), at)
    item.removed, item.reason = True, reason


def _save(items: list[FeedItem]) -> None:
    if items:
        written = [*RENDERED, "tracks_seen", "seq", "removed", "reason", "changed_at", "renderer"]
        FeedItem.objects.bulk_update(items, written, batch_size=BATCH)


def meetings_showing(**names: object) -> list[int]:
    """The meetings whose rendering shows the record named, such as `host=…`; any of the names counts."""
    shown = Q()
    for name, value in names.items():
        shown |= Q(**{name: value})
    return list(Meeting.objects.filter(shown).values_list("pk", flat=True))
