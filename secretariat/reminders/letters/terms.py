"""Mails about the end of a term in a committee."""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from rotation.translated import text_in

from ..models import Delivery
from .letter import Letter
from .moments import short_day

Kind = Delivery.Kind


def letter(row: Delivery) -> Letter:
    """The days named are last days in office, as people say it; the moment stored is the first after them."""
    seat, language = row.term.seat, row.contact.language
    zone = seat.organisation.state.zone
    was = row.was_due_at - timedelta(minutes=1) if row.was_due_at else None
    values = {
        "organisation": text_in(seat.organisation.names),
        "committee": str(seat.track),
        "day": short_day(row.says_due_at - timedelta(minutes=1), zone, language),
        "was": short_day(was, zone, language) if was else "",
    }
    match row.kind:
        case Kind.CHANGED if row.was_due_at == row.says_due_at:
            subject = _("Term ends %(day)s after all: %(organisation)s — %(committee)s")
            lead = _("The term of %(organisation)s in “%(committee)s” ends on %(day)s after all.")
        case Kind.CHANGED:
            subject = _("Term now ends %(day)s: %(organisation)s — %(committee)s")
            lead = _(
                "The term of %(organisation)s in “%(committee)s” ends on another day: not on %(was)s, but on %(day)s."
            )
        case Kind.WITHDRAWN:
            subject = _("Term goes on: %(organisation)s — %(committee)s")
            lead = _("The term of %(organisation)s in “%(committee)s” does not end on %(was)s: it goes on.")
        case _other:
            subject = _("Term ends %(day)s: %(organisation)s — %(committee)s")
            lead = _(
                "The term of %(organisation)s in “%(committee)s” ends on %(day)s. "
                "Please let the secretariat know who takes the seat after that day."
            )
    facts = [
        (_("Committee"), values["committee"]),
        (_("Organisation"), values["organisation"]),
        (_("State"), str(seat.organisation.state)),
        (_("Seat"), f"{seat.role}, {row.term.get_office_display()}" if seat.role else ""),
        (_("Last day"), "" if row.kind == Kind.WITHDRAWN else values["day"]),
    ]
    signature = text_in(seat.track.mechanism.names)
    return Letter(subject % values, lead % values, [fact for fact in facts if fact[1]], signature)
