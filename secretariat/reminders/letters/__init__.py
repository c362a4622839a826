"""What the mails say, one file for each thing that they speak of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from meetings.models import Agenda, Due, Meeting, SeatTerm, SilenceProcedure

from ..models import Delivery
from . import agendas, digests, dues, invitations, silences, terms
from .letter import Letter

# What writing takes, read ahead for many deliveries at once.
RELATED = (
    Prefetch("meeting", Meeting.objects.select_related("track__mechanism", "host", "country")),
    Prefetch("due", Due.objects.select_related("deadline", "state")),
    Prefetch(
        "silence",
        SilenceProcedure.objects.with_acts().select_related(
            "document__track__mechanism", "document__meeting__track"
        ),
    ),
    Prefetch("term", SeatTerm.objects.select_related("seat__organisation__state", "seat__track__mechanism")),
    Prefetch("agenda", Agenda.objects.prefetch_related("stages")),
)


def with_related(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    return rows.select_related("contact__ministry__state").prefetch_related(*RELATED)


LETTERS: dict[str, Callable[[Delivery], Letter]] = {
    "due": dues.letter,
    "silence": silences.letter,
    "term": terms.letter,
    "agenda": agendas.letter,
    "closing": agendas.closing,
    "meeting": invitations.letter,
}


def letter_of(row: Delivery) -> Letter:
    """What the mail of `row` says in the active language, that of its contact."""
    if row.kind == Delivery.Kind.DIGEST:
        if row.carries is None:
            row.carries = list(with_related(Delivery.objects.in_digest(row)))
        return digests.letter(row, row.carries, letter_of)
    return LETTERS[row.about[0]](row)


def calendar_of(row: Delivery, dated_at: datetime) -> str:
    """The iCalendar object that the mail of `row` carries, dated so, in the active language; empty for most mails."""
    return invitations.calendar(row, dated_at) if row.about[0] == "meeting" else ""
