"""The numbers of a track's meetings."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Max

from ..models import Meeting


def last_numbers(track_ids: Collection[int]) -> dict[int, int]:
    """The highest number of these tracks, called-off meetings aside. A track that has not begun to count, as one of
    experts, is not there: staff give a first number."""
    numbered = Meeting.objects.filter(track__in=track_ids, ordinal__isnull=False)
    counted = numbered.exclude(status=Meeting.Status.CANCELLED).order_by().values_list("track")
    return dict(counted.annotate(Max("ordinal")))


def next_number(track_id: int) -> int | None:
    last = last_numbers([track_id]).get(track_id)
    return None if last is None else last + 1
