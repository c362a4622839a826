"""Mails about a silence procedure: each act upon it that is told, and that it closes soon."""

from __future__ import annotations

from django.utils.translation import gettext as _

from meetings.models import Document, SilenceEvent, SilenceProcedure
from meetings.silence.rules import Standing, standing
from rotation.lists import listed
from rotation.translated import by_name, text_in

from ..models import Delivery
from ..replies.links import paper_link
from .letter import Letter
from .moments import clocks, moment, short_day

Kind = Delivery.Kind


def letter(row: Delivery) -> Letter:
    """What is told, as it stood after the act that the row tells of."""
    procedure, language = row.silence, row.contact.language
    stands = _standing(procedure, row.sequence)
    names = by_name({party.state_id: str(party.state) for party in procedure.parties.all()})
    closes = stands.closing
    values = {
        "paper": f"{procedure.document.symbol} {text_in(procedure.document.titles)}",
        "day": short_day(closes.instant, closes.zone, language),
        "now": moment(closes.instant, closes.zone, language),
        "objectors": listed([name for code, name in names.items() if code in stands.objectors], language),
        "bound": listed([name for code, name in names.items() if code in stands.bound], language),
    }
    subject, lead = _sentences(row.kind)
    facts = [
        (_("Paper"), values["paper"]),
        (_("Body"), str(procedure.document.track)),
        (_("Asked"), listed(list(names.values()), language)),
    ]
    if procedure.document.distribution == Document.Distribution.RESTRICTED:
        facts.append((_("The text"), _("its distribution is restricted: please ask the secretariat for it")))
    if row.kind in (Kind.OPENED, Kind.EXTENDED, Kind.REMINDER):
        facts.append((_("Silence closes"), values["now"]))
        facts += clocks(closes.instant, closes.zone, [(_("On your clock"), row.zone)], language)
        how = _(
            "reply to this mail before %(now)s, and name the passage; if nobody does, the text is adopted"
        )
        facts.append((_("To object"), how % values))
    facts += _said(row)
    signature = text_in(procedure.document.track.mechanism.names)
    paper = paper_link(row.uid) if _is_linked(procedure.document) else ""
    return Letter(subject % values, lead % values, facts, signature, paper=paper)


def _is_linked(paper: Document) -> bool:
    """A restricted paper is handed over by the secretariat, never by a link."""
    return paper.status == Document.Status.ISSUED and paper.distribution != Document.Distribution.RESTRICTED


def _standing(procedure: SilenceProcedure, number: int) -> Standing:
    acts = procedure.acts[: number + 1]
    return standing(procedure.party_codes, acts, acts[-1].at)


def _sentences(kind: str) -> tuple[str, str]:
    match kind:
        case Kind.OPENED:
            return (
                _("Silence until %(day)s: %(paper)s"),
                _(
                    "“%(paper)s” has been put under silence. It is adopted unless a party objects before %(now)s."
                ),
            )
        case Kind.EXTENDED:
            return (
                _("Silence extended to %(day)s: %(paper)s"),
                _(
                    "Silence on “%(paper)s” has been extended. It is adopted unless a party objects before %(now)s."
                ),
            )
        case Kind.BROKEN:
            return (
                _("Silence broken: %(paper)s"),
                _("Silence on “%(paper)s” was broken: %(objectors)s. The text is not adopted."),
            )
        case Kind.WITHDRAWN:
            return (
                _("Withdrawn from silence: %(paper)s"),
                _("“%(paper)s” has been withdrawn from silence. The text is not adopted."),
            )
        case Kind.ADOPTED:
            return (
                _("Adopted by silence: %(paper)s"),
                _("Silence on “%(paper)s” closed without objection. The text is adopted by: %(bound)s."),
            )
        case Kind.SET_ASIDE:
            return (
                _("Adoption set aside: %(paper)s"),
                _(
                    "An objection to “%(paper)s” had been received before silence closed: %(objectors)s. "
                    "Its adoption is set aside; the text is not adopted."
                ),
            )
        case Kind.NARROWED:
            return (
                _("Adopted by fewer: %(paper)s"),
                _(
                    "A party had said before silence closed that “%(paper)s” does not bind it. "
                    "The text stays adopted by: %(bound)s."
                ),
            )
    return (
        _("Silence closes %(day)s: %(paper)s"),
        _("Silence on “%(paper)s” closes soon: the text is adopted unless a party objects before %(now)s."),
    )


def _said(row: Delivery) -> list[tuple[str, str]]:
    """What was said with the act: the reason, or the objection and the words that it proposes."""
    if row.kind == Kind.REMINDER:
        return []
    event: SilenceEvent = list(row.silence.events.all())[row.sequence]
    labels = {
        Kind.OPENED: _("On whose behalf"),
        Kind.BROKEN: _("Objection"),
        Kind.SET_ASIDE: _("Objection"),
    }
    said = [(labels.get(Kind(row.kind), _("Reason")), event.text), (_("Proposed words"), event.amendment)]
    return [(name, text) for name, text in said if text]
