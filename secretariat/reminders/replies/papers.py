"""Whom the link to a paper, in a mail about silence, lets read it, and until when."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from meetings.models import Document, SilenceProcedure

from ..models import Delivery
from .recording import answers_for

LASTS = timedelta(days=30)  # after silence has ended


def mail_about_paper(uid: UUID) -> Delivery | None:
    """What a link to a paper was sent with, and all that its page takes."""
    rows = Delivery.objects.filter(uid=uid, silence__isnull=False).select_related(
        "contact__ministry__state",
        "silence__document__symbol",
        "silence__document__track__mechanism",
    )
    return rows.prefetch_related("silence__parties", "silence__document__versions").first()


def bar_of_paper(row: Delivery, now: datetime) -> str:
    """What stands against reading the paper by this mail now; empty where nothing does."""
    procedure, contact = row.silence, row.contact
    paper = procedure.document
    states = {party.state_id for party in procedure.parties.all()}
    if contact.ministry.state_id not in states or not answers_for(contact, paper.track_id, now):
        return "left"
    if paper.distribution == Document.Distribution.RESTRICTED:
        return "restricted"
    if paper.status != Document.Status.ISSUED:
        return "withdrawn"
    return "expired" if now > (procedure.ended_at or procedure.closing_at) + LASTS else ""


def is_silent(row: Delivery, now: datetime) -> bool:
    """Whether an objection would still be in time; whoever closes what is over may come a moment after its end."""
    procedure: SilenceProcedure = row.silence
    return procedure.status == SilenceProcedure.Status.OPEN and now < procedure.closing_at
