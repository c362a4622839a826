"""A what-if to take away: as a table for spreadsheets, and on paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from .deciding import LOOK_AHEAD_UNTIL
from .paper.typesetting import typeset
from .tables import as_csv
from .timeline import bands
from .translated import content_language

Shown = Mapping[str, Any]


def table(rows: Sequence[Shown]) -> bytes:
    """The periods before and after as CSV that a spreadsheet of the reader's language opens as a table."""
    head = [
        _("Period"),
        _("As it stands: host"),
        _("As it stands: side"),
        _("As it stands: status"),
        _("What if: host"),
        _("What if: side"),
        _("What if: status"),
        _("Changed"),
        _("As it stands: why"),
        _("What if: why"),
    ]
    return as_csv([head, *map(_line, rows)])


def _line(row: Shown) -> list[str]:
    before, after = row["before"], row["after"]
    changed = _("yes") if row["is_changed"] else _("no")
    return [row["period"], *_turn(before), *_turn(after), changed, _why(before), _why(after)]


def _turn(shown: Shown | None) -> list[str]:
    if shown is None:
        return [_("no turn"), "", ""]
    return [shown["holder"], shown["turn"].side, str(shown["status"])]


def _why(shown: Shown | None) -> str:
    return "; ".join(shown["reasons"]) if shown else ""


def paper(mechanism: str, drafts: Sequence[Shown], rows: Sequence[Shown], *, author: str) -> bytes:
    """The what-if as a PDF in the reader's language."""
    return typeset(
        "rotation/paper/what-if.typ",
        {
            "language": content_language(get_language()),
            "title": _("What if?"),
            "mechanism": mechanism,
            "author": author,
            "made": _("Made on %(day)s by %(author)s")
            % {"day": date_format(timezone.localdate()), "author": author},
            "notice": _("What if: nothing of this is decided, recorded or announced."),
            "tried": _("What is tried"),
            "nothing_tried": _("Nothing is tried: the turns are as they stand."),
            "drafts": [{"says": each["says"], "problem": each["problem"]} for each in drafts],
            "timeline": _("Timeline to %(until)s") % {"until": LOOK_AHEAD_UNTIL},
            "table": _("What this changes"),
            "as_it_stands": _("As it stands"),
            "what_if": _("What if"),
            "bands": [[_printed(row) for row in band] for band in bands(rows)],
            "changed": _("changed"),
            "legend": _("A thick frame and ▲ mark what changes; a name struck out no longer hosts then."),
            "heads": [_("Period"), _("As it stands"), _("What if"), _("What if: why")],
            "page": _("Page {page} of {pages}"),
            "changes": _changes(rows),
        },
    )


def _changes(rows: Sequence[Shown]) -> str:
    count = sum(row["is_changed"] for row in rows)
    if not count:
        return _("No turn changes.")
    return ngettext(
        "%(count)s period changes; it is marked.", "%(count)s periods change; they are marked.", count
    ) % {"count": count}


def _printed(row: Shown) -> dict[str, Any]:
    def turn(shown: Shown | None) -> dict[str, str]:
        if shown is None:
            return {"host": _("no turn"), "status": "", "code": ""}
        return {"host": shown["holder"], "status": str(shown["status"]), "code": shown["turn"].status}

    return {
        "period": row["period"],
        "before": turn(row["before"]),
        "after": turn(row["after"]),
        "is_changed": row["is_changed"],
        "reasons": list(row["after"]["reasons"]) if row["after"] else [],
    }
