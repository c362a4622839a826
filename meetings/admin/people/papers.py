"""A list of participants to take away: as PDF in a language of the service, and as a table.

Parties stand in the order of the alphabet of that language, states before organisations.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from rotation.paper.typesetting import typeset
from rotation.tables import as_csv
from rotation.translated import interface_language, state_key, text_in

from ...agenda.snapshots import span_of
from ...models import ListedParticipant, ParticipantList
from ...people.participant_lists import ListPlan
from ..schedule.when import hours_text, when_text
from .shown import person_shown


@dataclass(frozen=True, slots=True)
class Listing:
    """What is printed: an issued list, or with `stage` empty what would be issued on `issued_on`."""

    heading: Mapping[str, Any]
    lines: Sequence[ListedParticipant]
    issued_on: date
    number: int = 0
    stage: str = ""


def issued(listing: ParticipantList) -> Listing:
    lines = listing.lines.select_related("particulars")
    day = timezone.localtime(listing.recorded_at).date()
    return Listing(listing.heading, list(lines), day, listing.number, listing.stage)


def draft(plan: ListPlan) -> Listing:
    return Listing(plan.heading, plan.lines, timezone.localdate())


def paper_of(listing: Listing, language: str, *, all_names: bool) -> dict[str, Any]:
    """All that the paper says, in a content language. Without `all_names` only heads are named, and it says so."""
    with translation.override(interface_language(language)):
        span, day = span_of(listing.heading), date_format(listing.issued_on)
        notices = [_("Working draft: this list was not issued.")] if not listing.stage else []
        if not all_names:
            notices.append(_("Only heads of delegation are named in this copy."))
        place = listing.heading["place"]
        return {
            "language": language,
            "mechanism": text_in(listing.heading["mechanism"], language),
            "meeting": text_in(listing.heading["meeting"], language),
            "when": " · ".join(filter(None, [when_text(span), hours_text(span), place])),
            "title": _("List of participants"),
            "stage": stage_title(listing),
            "issued": (_("Issued on %(day)s") if listing.stage else _("As of %(day)s")) % {"day": day},
            "notices": notices,
            "notice": f"{stage_title(listing)} · {day}",
            "parties": [
                {"name": name, "people": [_printed(line, language, all_names) for line in lines]}
                for name, lines in _by_party(listing, language)
            ],
            "empty": _("No participant was communicated yet."),
            "page": _("Page {page} of {pages}"),
        }


def stage_title(listing: Listing) -> str:
    """What the list is called at its head, in the active language: "Corrected list, no. 2"."""
    if not listing.stage:
        return _("Draft list")
    title = str(ParticipantList.Stage(listing.stage).label)
    return _("%(stage)s, no. %(number)s") % {
        "stage": title[:1].upper() + title[1:],
        "number": listing.number,
    }


def as_pdf(paper: Mapping[str, Any]) -> bytes:
    return typeset("meetings/printed/participants.typ", paper)


def as_table(listing: Listing, language: str, *, all_names: bool) -> bytes:
    """The list as CSV, a line a person, in the order of the paper."""
    with translation.override(interface_language(language)):
        head = [
            _("Party"),
            _("Number"),
            _("Name"),
            _("Office"),
            _("Role"),
            _("Rank"),
            _("Substitute for"),
        ]
        lines = [
            [
                name,
                line.code,
                shown["name"] or shown["note"],
                shown["office"],
                line.get_role_display(),
                line.get_rank_display(),
                text_in(line.substitute_for, language),
            ]
            for name, rows in _by_party(listing, language)
            for line in rows
            for shown in [_person(line, language, all_names)]
        ]
        return as_csv([[str(cell) for cell in row] for row in [head, *lines]])


def _by_party(listing: Listing, language: str) -> list[tuple[str, list[ListedParticipant]]]:
    names = {party: text_in(texts, language) for party, texts in listing.heading["parties"].items()}

    def place(line: ListedParticipant) -> tuple[bool, tuple[int, bytes], str]:
        return "/" in line.party, state_key(line.party, names[line.party], language), line.party

    # A stable sort: within a party the lines keep their order, the head first.
    ordered = sorted(listing.lines, key=place)
    return [(names[party], list(rows)) for party, rows in groupby(ordered, key=lambda line: line.party)]


def _person(line: ListedParticipant, language: str, all_names: bool) -> dict[str, str]:
    return person_shown(line.role, line.particulars, all_names=all_names, language=language)


def _printed(line: ListedParticipant, language: str, all_names: bool) -> dict[str, Any]:
    shown = _person(line, language, all_names)
    substitute = text_in(line.substitute_for, language)
    return {
        "name": shown["name"] or line.code,
        "is_named": bool(shown["name"]),
        "office": shown["office"] or shown["note"],
        "role": line.get_role_display(),
        "rank": line.get_rank_display(),
        "is_head": line.role == "head",
        "substitute": _("substitute for: %(office)s") % {"office": substitute} if substitute else "",
    }
