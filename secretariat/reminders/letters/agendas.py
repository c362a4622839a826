"""Mails about an agenda: a stage that was issued, and the last day on which an item may be asked for."""

from __future__ import annotations

from django.utils.translation import gettext as _

from meetings.agenda.snapshots import items_of
from meetings.agenda.stages import numbers
from meetings.models import AgendaStage, Meeting
from rotation.translated import text_in

from ..models import Delivery
from .changes import begins, told_before
from .letter import Letter, facts_of
from .moments import clocks, meeting_days, moment, short_day

Kind = Delivery.Kind


def letter(row: Delivery) -> Letter:
    return _issued(row) if row.kind == Kind.ISSUED else _moved(row)


def _moved(row: Delivery) -> Letter:
    """Of a meeting whose agenda was sent: it is on another day, or not to be expected."""
    meeting, language = row.meeting, row.contact.language
    told = told_before(row)
    was_zone = told.zone if told else meeting.zone
    values = {
        "meeting": meeting.title(),
        "now": begins(meeting, language),
        "was": short_day(row.was_due_at, was_zone, language) if row.was_due_at else "",
        "day": meeting_days(meeting, language),
    }
    if row.kind == Kind.MOVED and row.was_due_at == row.says_due_at:
        subject = _("Meeting held after all: %(meeting)s, %(day)s")
        lead = _("“%(meeting)s” will be held after all, on the day that its agenda named: %(day)s.")
    elif row.kind == Kind.MOVED and told and told.first_on == meeting.first_on:
        subject = _("Changed: %(meeting)s, %(day)s")
        lead = _(
            "“%(meeting)s” stays on the day that its agenda named, at another hour or in another time zone: it begins "
            "on %(now)s."
        )
    elif row.kind == Kind.MOVED:
        subject = _("Meeting moved: %(meeting)s, %(day)s")
        lead = _("“%(meeting)s” will be held on another day: %(day)s. Its agenda named %(was)s.")
    elif meeting.status == Meeting.Status.POSTPONED:
        subject = _("Meeting postponed: %(meeting)s")
        lead = _("“%(meeting)s” of %(was)s has been postponed; the new date is not known yet.")
    elif meeting.status != Meeting.Status.CANCELLED and meeting.visibility != Meeting.Visibility.INTERNAL:
        subject = _("No longer on %(was)s: %(meeting)s")
        lead = _("“%(meeting)s” is not held on %(was)s. You are told as soon as its day is known.")
    else:
        subject = _("Meeting off: %(meeting)s")
        lead = _("“%(meeting)s” of %(was)s will not be held.")
    facts = facts_of(meeting, language) if row.kind == Kind.MOVED else [(_("Meeting"), values["meeting"])]
    signature = text_in(meeting.track.mechanism.names)
    return Letter(subject % values, lead % values, facts, signature, meeting.is_example)


def _issued(row: Delivery) -> Letter:
    """The items as they were frozen, in the language of the reader."""
    stage = next(each for each in row.agenda.stages.all() if each.number == row.sequence)
    values = {"stage": str(stage), "meeting": row.meeting.title()}
    subject = _("Agenda issued: %(stage)s — %(meeting)s") % values
    lead = _("The secretariat has issued: %(stage)s, “%(meeting)s”.") % values
    if stage.reissue:
        lead += " " + _("It replaces the one issued before.")
    facts = [*facts_of(row.meeting, row.contact.language), *_items(stage)]
    signature = text_in(row.meeting.track.mechanism.names)
    return Letter(subject, lead, facts, signature, row.meeting.is_example)


def _items(stage: AgendaStage) -> list[tuple[str, str]]:
    items = items_of(stage.snapshot)
    return [
        (_("Item %(number)s") % {"number": number}, text_in(item.titles))
        for number, item in zip(numbers(items), items, strict=True)
    ]


def closing(row: Delivery) -> Letter:
    """After that day a request goes by the rule for urgent items."""
    language, zone = row.contact.language, row.meeting.zone
    values = {
        "meeting": row.meeting.title(),
        "day": short_day(row.says_due_at, zone, language),
        "now": moment(row.says_due_at, zone, language),
        "was": moment(row.was_due_at, zone, language) if row.was_due_at else "",
    }
    match row.kind:
        case Kind.CHANGED if row.was_due_at == row.says_due_at:
            subject = _("Items for the agenda until %(day)s after all — %(meeting)s")
            lead = _("The last moment to ask for an item of the agenda stands again, as it was: %(now)s.")
        case Kind.CHANGED:
            subject = _("Items for the agenda now until %(day)s — %(meeting)s")
            lead = _(
                "The last moment to ask for an item of the agenda has moved. It was %(was)s; it is now %(now)s."
            )
        case Kind.WITHDRAWN:
            subject = _("Items for the agenda: the day no longer applies — %(meeting)s")
            lead = _("The last moment to ask for an item of the agenda, %(was)s, no longer applies.")
        case _other:
            subject = _("Items for the agenda until %(day)s — %(meeting)s")
            lead = _(
                "An item of the agenda can be asked for until %(now)s. After that only what is important and "
                "urgent is taken up."
            )
    facts = facts_of(row.meeting, language)
    if row.kind != Kind.WITHDRAWN:
        facts.append((_("Items until"), values["now"]))
        facts += clocks(row.says_due_at, zone, [(_("On your clock"), row.zone)], language)
    signature = text_in(row.meeting.track.mechanism.names)
    return Letter(subject % values, lead % values, facts, signature, row.meeting.is_example)
