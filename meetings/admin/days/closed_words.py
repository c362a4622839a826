"""The states that do not work on the day on which something ends, in words, before it is confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext as _

from ...days.closed_ends import ClosedEnd
from ...deadlines.trails import trail_text


def closed_ends_shown(ends: Iterable[ClosedEnd], names: Mapping[str, str]) -> list[list[str]]:
    """For each state, in the order of `names`: the day and why it is closed, and whether no day before it is worked."""
    by_state = {end.state: end for end in ends}
    return [_sentences(by_state[code], names) for code in names if code in by_state]


def _sentences(end: ClosedEnd, names: Mapping[str, str]) -> list[str]:
    told = trail_text([end.step.as_json()], names)
    if not end.has_workday:
        told.append(_("%(state)s has no working day until then.") % {"state": names[end.state]})
    return told
