"""An agenda on paper: one piece of content for each language, as PDF and as DOCX.

States stand in the order of the language of the paper. A text that is missing in it stands in another with its
mark, never silently.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from rotation.lists import listed
from rotation.paper.typesetting import typeset
from rotation.translated import interface_language, state_key, text_in

from ...agenda.snapshots import Snapshot, items_of, span_of
from ...agenda.stages import Item, Stage, budget, numbers
from ...agenda.words import FIELDS
from ...models import AgendaItem, AgendaStage
from ..schedule.when import hours_text, when_text

TIME = gettext_noop("Time")


@dataclass(frozen=True, slots=True)
class Issue:
    """What is printed: a frozen stage, or with `stage` None the draft as it stands on `issued_on`."""

    snapshot: Snapshot
    issued_on: date
    stage: Stage | None = None
    reissue: int = 0

    @property
    def is_annotated(self) -> bool:
        return self.stage is Stage.ANNOTATED


def paper_of(issue: Issue, language: str, *, with_annotations: bool) -> dict[str, Any]:
    """All that the paper says, in a content language; the two formats only lay it out."""
    with translation.override(interface_language(language)):
        snapshot, items = issue.snapshot, items_of(issue.snapshot)
        names = names_in(snapshot["states"], language)
        span = span_of(snapshot)
        notice = "" if issue.stage else _("Working draft: this agenda was not issued.")
        day = date_format(issue.issued_on)
        return {
            "language": language,
            "mechanism": text_in(snapshot["mechanism"], language),
            "meeting": text_in(snapshot["meeting"], language),
            "when": " · ".join(filter(None, [when_text(span), hours_text(span), snapshot["place"]])),
            "stage": stage_title(issue.stage, issue.reissue),
            "issued": (_("Issued on %(day)s") if issue.stage else _("As of %(day)s")) % {"day": day},
            "is_draft": issue.stage is None,
            "notice": notice or f"{stage_title(issue.stage, issue.reissue)} · {day}",
            "states_head": _("States of the mechanism"),
            "states": listed((name for code, name in names.items() if code in snapshot["parties"]), language),
            "items": [
                _printed(item, number, names, language, with_annotations)
                for item, number in zip(items, numbers(items), strict=True)
            ],
            "supplementary_head": _("Supplementary list"),
            "supplementary": [
                _supplementary(item, number, names, language)
                for item, number in zip(items, numbers(items), strict=True)
                if item.kind == "supplementary"
            ],
            "empty": _("The agenda has no item yet."),
            "total": _total(items, snapshot["session_minutes"]),
            "page": _("Page {page} of {pages}"),
        }


def names_in(states: Mapping[str, Mapping[str, str]], language: str) -> dict[str, str]:
    """The states' names by code, in `language` and in the order of protocol."""
    names = {code: text_in(texts, language) or code for code, texts in states.items()}
    return dict(sorted(names.items(), key=lambda entry: state_key(*entry, language)))


def stage_title(stage: Stage | None, reissue: int) -> str:
    """What a stage is called at the head of its paper, in the active language."""
    if stage is None:
        return _("Draft agenda")
    title = str(AgendaStage.Code(stage).label)
    title = title[:1].upper() + title[1:]
    return _("%(stage)s, revision %(number)s") % {"stage": title, "number": reissue} if reissue else title


def minutes_text(minutes: int) -> str:
    """ "45 min", "1 h 30 min", "2 h", in the active language."""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return _("%(minutes)s min") % {"minutes": rest}
    if not rest:
        return _("%(hours)s h") % {"hours": hours}
    return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}


def _printed(
    item: Item, number: str, names: Mapping[str, str], language: str, with_annotations: bool
) -> dict[str, Any]:
    annotation = text_in(item.annotations, language) if with_annotations else ""
    return {
        "number": number,
        "title": text_in(item.titles, language),
        "is_sub": item.is_sub and "(" in number,
        "late": "" if item.kind == "regular" else str(AgendaItem.Kind(item.kind).label),
        "facts": [
            [_(label), value]
            for label, value in [
                (
                    FIELDS["proposers"],
                    listed((name for code, name in names.items() if code in item.proposers), language),
                ),
                (FIELDS["action"], str(AgendaItem.Action(item.action).label) if item.action else ""),
                (FIELDS["mandate"], item.mandate),
                (FIELDS["papers"], "; ".join(item.papers)),
                (FIELDS["rapporteur"], item.rapporteur),
                (TIME, minutes_text(item.minutes) if item.minutes else ""),
                (FIELDS["considered_from"], _day(item.considered_from)),
            ]
            if value
        ],
        "annotation": [line for line in annotation.splitlines() if line.strip()],
    }


def _supplementary(item: Item, number: str, names: Mapping[str, str], language: str) -> list[str]:
    """An item's line in the supplementary list: number, title, and who proposed it."""
    proposers = listed((name for code, name in names.items() if code in item.proposers), language)
    return [number, text_in(item.titles, language), proposers]


def _day(iso: str) -> str:
    return date_format(date.fromisoformat(iso)) if iso else ""


def _total(items: Sequence[Item], session: int | None) -> str:
    time = budget(items, session)
    if not time.planned:
        return ""
    values = {"planned": minutes_text(time.planned), "session": minutes_text(session or 0)}
    if session is None:
        return _("Time in all: %(planned)s") % values
    return _("Time in all: %(planned)s of %(session)s") % values


def as_pdf(paper: Mapping[str, Any]) -> bytes:
    return typeset("meetings/printed/agenda.typ", paper)
