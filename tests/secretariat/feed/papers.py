"""A meeting with everything that hangs on it, made by the services that staff use."""

from __future__ import annotations

from datetime import date

from meetings.agenda.acts import freeze_stage
from meetings.agenda.stages import Stage
from meetings.models import Agenda, Committee, Recommendation, Sitting
from meetings.papers.acts import add_version, issue_document, register_document
from tests.factories import AgendaFactory, AgendaItemFactory, DueFactory, SymbolSchemeFactory
from tests.meetings.papers.files import text

from .factories import china, health, kazakhstan, meeting


def schemed():
    """The track, with a scheme that names its papers."""
    track = health()
    if not track.mechanism.symbol_schemes.exists():
        SymbolSchemeFactory(mechanism=track.mechanism)
    return track


def draft(made, *languages, **values):
    given = {"track": schemed(), "titles": {"en": "Draft communiqué"}, "dated_on": date(2027, 4, 1)}
    document = register_document(actor=None, meeting=made, **given | values)
    for code in languages:
        add_version(document.pk, language=code, file=text(code), name="draft.txt", actor=None)
    document.refresh_from_db()
    return document


def issued(made, **values):
    return issue_document(draft(made, "zh", "ru", **values).pk, actor=None)


def agenda(made, *items):
    """The meeting's agenda with these items, at no stage yet."""
    row = Agenda.objects.filter(meeting=made).first() or AgendaFactory(meeting=made)
    for values in items:
        AgendaItemFactory(agenda=row, **values)
    return row


def frozen(row, stage=Stage.PROVISIONAL):
    row.refresh_from_db()
    return freeze_stage(row.pk, stage, actor=None)


def whole_meeting(**values):
    """A meeting with an issued agenda and papers, a due of each of two states, a sitting and a recommendation."""
    made = meeting(**values)
    paper = issued(made, distribution="general")
    frozen(agenda(made, {"papers": [paper.symbol_id]}))
    due = DueFactory(deadline__meeting=made, state=kazakhstan())
    DueFactory(deadline=due.deadline, state=china())
    Committee.objects.get_or_create(track=made.track)
    Sitting.objects.create(meeting=made, number=1, held_on=date(2027, 5, 18))
    Recommendation.objects.create(
        meeting=made, number=1, titles={"en": "Open a corridor"}, addressee=made.track
    )
    return made, paper
