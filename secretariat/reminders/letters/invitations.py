"""Mails about a meeting to who follows it, and the iTIP messages (RFC 5546) that they carry."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Literal

from django.utils.translation import gettext as _
from icalendar import Event, vCalAddress

from meetings.models import Contact, Meeting
from rotation.addresses import wire_address
from rotation.cleaning import clean_line
from rotation.lists import listed
from rotation.translated import text_in
from secretariat.feed.cities import place_in
from secretariat.feed.ics import (
    Texts,
    add_texts,
    add_time,
    local_time,
    organizer,
    render_message,
    status_of,
    zone_of,
)
from secretariat.feed.render import mark_example
from secretariat.feed.words import text_and_language

from ..models import Delivery
from .changes import Told, begins, changes, told_before
from .letter import Letter, facts_of
from .moments import clocks, moment, short_day

Kind = Delivery.Kind
# Why a meeting leaves a calendar that it stands in.
Ending = Literal["cancelled", "postponed", "undated", "hidden", "unfollowed"]


def ending_of(meeting: Meeting) -> Ending:
    if meeting.visibility == Meeting.Visibility.INTERNAL:
        return "hidden"
    if meeting.status == Meeting.Status.CANCELLED:
        return "cancelled"
    if meeting.status == Meeting.Status.POSTPONED:
        return "postponed"
    return "unfollowed" if meeting.span.has_day else "undated"


def letter(row: Delivery) -> Letter:
    language, zone = row.contact.language, row.meeting.zone
    told = told_before(row)
    is_new = row.kind == Kind.CHANGED and told is not None
    changed = changes(told, row.meeting, language) if is_new and told else []
    values = {
        "meeting": _title(row),
        "day": short_day(row.says_due_at, zone, language),
        "now": _begins(row, row.says_due_at),
        "was": begins(told, language) if told else _begins(row, row.was_due_at) if row.was_due_at else "",
        "what": listed([name for name, _was, _now in changed], language),
    }
    subject, lead = _changed(told, row.meeting, changed) if is_new and told else _sentences(row)
    facts = [(_("Meeting"), values["meeting"])]
    if row.kind != Kind.WITHDRAWN:
        facts = facts_of(row.meeting, language)
        if row.meeting.starts is not None:
            facts.append((_("Begins"), values["now"]))
            facts += clocks(row.says_due_at, zone, [(_("On your clock"), row.zone)], language)
        facts.append((_("Status"), row.meeting.get_status_display()))
    facts += [
        (_("Changed: %(what)s") % {"what": name}, _("%(was)s → %(now)s") % {"was": was, "now": now})
        for name, was, now in changed
    ]
    signature = text_in(row.meeting.track.mechanism.names)
    return Letter(subject % values, lead % values, facts, signature, row.meeting.is_example)


def _changed(told: Told, meeting: Meeting, changed: list[tuple[str, str, str]]) -> tuple[str, str]:
    """By the days and hours on the clock of the meeting's place, not by the instants: another zone is no other day."""
    if told.first_on != meeting.first_on:
        return (
            _("Moved to %(day)s: %(meeting)s"),
            _("“%(meeting)s” has moved. It was to begin on %(was)s; it now begins on %(now)s."),
        )
    if told.starts != meeting.starts and told.starts and meeting.starts:
        return (
            _("At another hour: %(meeting)s, %(day)s"),
            _(
                "“%(meeting)s” begins at another hour of the same day. It was to begin on %(was)s; it now begins on "
                "%(now)s."
            ),
        )
    if changed:
        return (
            _("Changed: %(meeting)s, %(day)s"),
            _("“%(meeting)s” stays on its day: it begins on %(now)s. Changed: %(what)s."),
        )
    return (
        _("Changed: %(meeting)s, %(day)s"),
        _("What was said of “%(meeting)s” has changed; it begins on %(now)s as before."),
    )


def _begins(row: Delivery, at: datetime) -> str:
    """The moment, or the day where the meeting has no hour yet."""
    write = moment if row.meeting.starts is not None else short_day
    return write(at, row.meeting.zone, row.contact.language)


def _title(row: Delivery) -> str:
    """Of a meeting that is internal by now only what it belongs to: its title may be another since."""
    is_hidden = row.kind == Kind.WITHDRAWN and ending_of(row.meeting) == "hidden"
    return str(row.meeting.track) if is_hidden else row.meeting.title()


def _sentences(row: Delivery) -> tuple[str, str]:
    match row.kind:
        case Kind.INVITED:
            subject = _("Invitation: %(meeting)s, %(day)s")
            if row.meeting.status == Meeting.Status.PROPOSED:
                return subject, _(
                    "“%(meeting)s” is proposed for %(now)s. Your calendar can take it from this mail."
                )
            return subject, _("“%(meeting)s” begins on %(now)s. Your calendar can take it from this mail.")
        case Kind.CHANGED if row.was_due_at == row.says_due_at:
            return (
                _("Changed: %(meeting)s, %(day)s"),
                _("What was said of “%(meeting)s” has changed; it begins on %(now)s as before."),
            )
        case Kind.CHANGED:
            return (
                _("Moved to %(day)s: %(meeting)s"),
                _("“%(meeting)s” has moved. It was to begin on %(was)s; it now begins on %(now)s."),
            )
    return {
        "cancelled": (
            _("Cancelled: %(meeting)s, %(day)s"),
            _("“%(meeting)s” of %(was)s is cancelled. Your calendar can take it out by this mail."),
        ),
        "postponed": (
            _("Postponed: %(meeting)s, %(day)s"),
            _("“%(meeting)s” of %(was)s is postponed. You are told as soon as there is a new date."),
        ),
        "undated": (
            _("No longer on %(day)s: %(meeting)s"),
            _("“%(meeting)s” is not held on %(was)s. You are told as soon as its day is known."),
        ),
        "hidden": (
            _("No longer on %(day)s: %(meeting)s"),
            _("The meeting of %(was)s no longer stands in the calendar for you: “%(meeting)s”."),
        ),
        "unfollowed": (
            _("No longer followed: %(meeting)s, %(day)s"),
            _(
                "“%(meeting)s” of %(was)s is no longer among the meetings that you follow. It is taken out of your "
                "calendar, since you would not be told if it changed."
            ),
        ),
    }[ending_of(row.meeting)]


def calendar(row: Delivery, dated_at: datetime) -> str:
    """The REQUEST or CANCEL that the mail carries; equal for equal rows and `dated_at`."""
    meeting, event = row.meeting, Event()
    event.add("uid", str(meeting.uid))
    event.add("dtstamp", dated_at.astimezone(UTC))
    event.add("sequence", row.sequence)
    event.add("organizer", organizer())
    event.add("attendee", _attendee(row.contact))
    if row.kind != Kind.WITHDRAWN:
        add_time(event, meeting)
        add_texts(event, _texts(row))
        event.add("status", status_of(meeting))
        return render_message("REQUEST", event, _zone(meeting))
    has_time = meeting.starts_at == row.says_due_at and ending_of(meeting) != "hidden"
    if has_time:
        add_time(event, meeting)
    else:
        event.add("dtstart", row.says_due_at.astimezone(UTC))
    add_texts(event, Texts((_title(row), row.contact.language)))
    if ending_of(meeting) not in ("hidden", "unfollowed"):
        # RFC 5546 §3.2.5: without a status only this attendee is no longer asked to come.
        event.add("status", "CANCELLED")
    return render_message("CANCEL", event, _zone(meeting) if has_time else None)


def _texts(row: Delivery) -> Texts:
    meeting, language = row.meeting, row.contact.language
    title, spoken = text_and_language(meeting.titles_by_language(), language)
    country = text_and_language(meeting.country.names, language)[0] if meeting.country else ""
    return Texts(
        title=(mark_example(meeting, title), spoken),
        place=", ".join(part for part in (place_in(meeting, language), country) if part),
        description=_local_time(meeting),
        category=text_and_language(meeting.track.names, language),
    )


def _local_time(meeting: Meeting) -> str:
    span, zone = meeting.span, zone_of(meeting)
    if span.starts is None or span.starts_at is None or span.ends_at is None:
        return ""
    return local_time(span.starts_at.astimezone(zone), span.ends_at.astimezone(zone), meeting.zone)


def _attendee(contact: Contact) -> vCalAddress:
    """Who follows is asked for no answer. Optional: Outlook takes a NON-PARTICIPANT for a room."""
    address = vCalAddress(f"mailto:{wire_address(contact.email)}")
    address.params.update(
        {
            "CN": clean_line(contact.name).replace('"', "'"),  # many readers know no RFC 6868
            "CUTYPE": "INDIVIDUAL",
            "ROLE": "OPT-PARTICIPANT",
            "PARTSTAT": "NEEDS-ACTION",
            "RSVP": "FALSE",
        }
    )
    return address


def _zone(meeting: Meeting) -> tuple[str, date, date] | None:
    span = meeting.span
    if span.starts is None or zone_of(meeting) is UTC or not span.first_on or not span.last_on:
        return None
    return meeting.zone, span.first_on, span.last_on
