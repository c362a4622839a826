"""What a reader of some tracks only is not told within the body of a meeting: of the meetings of other tracks."""

from __future__ import annotations

import json
from collections.abc import Iterable

from meetings.models import Track

from .readers import Reader

# No text within a body can hold bare quotation marks.
NAMES_ANOTHER = '"prepares": {'


def within_reach(bodies: Iterable[str], reader: Reader) -> list[str]:
    """The bodies, JSON texts, as this reader may see them. No query for a reader of all tracks.

    The body names the track of the meeting that is prepared, so a move to another track is a change of both.
    """
    if reader.tracks is None:
        return list(bodies)
    slugs = set(Track.objects.filter(pk__in=reader.tracks).values_list("slug", flat=True))
    return [_within(body, slugs) if NAMES_ANOTHER in body else body for body in bodies]


def _within(body: str, slugs: set[str]) -> str:
    whole = json.loads(body)
    if whole["prepares"].get("track") not in slugs:
        whole["prepares"] = None
    return json.dumps(whole, ensure_ascii=False)
