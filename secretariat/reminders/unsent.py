"""Why mails that are told again would stay unsent, for staff: of each the first reason that the rows give."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from meetings.models import Due, Meeting, Responsibility, SilenceProcedure

from .models import Delivery
from .replies.topics import refusing, topic_of

Kind = Delivery.Kind
OF_AN_OPEN_DUE = (Kind.REMINDER, Kind.FIRST, Kind.CHANGED, Kind.OVERDUE, Kind.ESCALATED, Kind.ANSWERED)
OF_RUNNING_SILENCE = (Kind.OPENED, Kind.EXTENDED, Kind.REMINDER)
SAME = ("kind", "due_id", "silence_id", "term_id", "agenda_id", "sequence", "contact_id")


def reasons_unsent(rows: Collection[Delivery], now: datetime) -> dict[int, str]:
    """By the keys of these rows, which the plan would no longer say, a sentence each. A constant number of queries."""
    around = Around.of(rows, now)
    return {row.pk: around.reason(row, now) for row in rows}


@dataclass(frozen=True, slots=True)
class Around:
    """What the rows themselves do not hold: who refused what, who answers for which track, what was said later."""

    refused: dict[str, set[int]]
    answers: dict[tuple[int, int], list[tuple[date | None, date | None]]]
    said_last: dict[tuple[object, ...], datetime]

    @classmethod
    def of(cls, rows: Collection[Delivery], now: datetime) -> Around:
        around = cls({topic: refusing(topic) for topic in {topic_of(row) for row in rows} if topic}, {}, {})
        if not rows:
            return around
        answers = Responsibility.objects.filter(ministry__in={row.contact.ministry_id for row in rows})
        for ministry, track, *days in answers.values_list(
            "ministry_id", "track_id", "valid_from", "valid_until"
        ):
            around.answers.setdefault((ministry, track), []).append((days[0], days[1]))
        is_said = Q(state__in=Delivery.TOLD) | Q(
            state__in=Delivery.UNSENT, is_held=False, planned_at__lte=now
        )
        said = Delivery.objects.filter(
            is_said, contact__in={row.contact_id for row in rows}, kind__in={row.kind for row in rows}
        )
        for *same, at in said.filter(resends=None).order_by("planned_at").values_list(*SAME, "planned_at"):
            around.said_last[tuple(same)] = at
        return around

    def reason(self, row: Delivery, now: datetime) -> str:
        return (
            self._of_the_contact(row, now)
            or (_("Its time has passed.") if row.expires_at <= now else "")
            or _of_the_subject(row)
            or self._of_its_ministry(row, now)
            or self._of_a_later_mail(row)
            or _("By the deadlines, people and reminder rules of today it would not be written.")
        )

    def _of_the_contact(self, row: Delivery, now: datetime) -> str:
        contact = row.contact
        if contact.is_undeliverable:
            return _("The contact is marked undeliverable: correct the address and take the mark away first.")
        today = contact.day_at(now)
        if contact.valid_until and contact.valid_until < today:
            return _("The contact has left office.")
        if contact.valid_from and contact.valid_from > today:
            return _("The contact is not in office yet.")
        is_refused = contact.pk in self.refused.get(topic_of(row), ())
        return _("The contact has refused mails of this kind.") if is_refused else ""

    def _of_its_ministry(self, row: Delivery, now: datetime) -> str:
        track = _track_of(row)
        if track is None:
            return ""
        today = row.contact.day_at(now)
        spans = self.answers.get((row.contact.ministry_id, track), [])
        if any(
            (since is None or since <= today) and (until is None or today <= until) for since, until in spans
        ):
            return ""
        return _("The contact's ministry does not answer for this track.")

    def _of_a_later_mail(self, row: Delivery) -> str:
        last = self.said_last.get(tuple(getattr(row, name) for name in SAME))
        return _("A later mail says the same.") if last is not None and last > row.planned_at else ""


def _track_of(row: Delivery) -> int | None:
    """The track whose ministries are written to; None of what goes to who follows a meeting, and of a digest."""
    if row.about[0] in ("meeting", "digest"):
        return None
    holder = row.meeting or (row.silence.document if row.silence is not None else row.term.seat)
    track_id: int = holder.track_id
    return track_id


def _of_the_subject(row: Delivery) -> str:
    if row.kind == Kind.DIGEST:
        return _("Nothing of what it holds is to be told any more.")
    if row.due is not None:
        return _of_the_due(row, row.due)
    if row.silence is not None:
        is_over = row.kind in OF_RUNNING_SILENCE and row.silence.status != SilenceProcedure.Status.OPEN
        return _("The silence procedure has ended.") if is_over else ""
    return _of_the_meeting(row, row.meeting) if row.meeting is not None else ""


def _of_the_due(row: Delivery, due: Due) -> str:
    status, is_of_an_open_one = Due.Status, row.kind in OF_AN_OPEN_DUE
    if row.kind == Kind.WITHDRAWN and due.status in (status.OPEN, status.RECEIVED):
        return _("The deadline stands again.")
    if row.kind == Kind.RECEIVED and due.status == status.OPEN:
        return _("What was received is due again.")
    if is_of_an_open_one and due.status == status.RECEIVED:
        return _("What was due has been received.")
    if is_of_an_open_one and due.status == status.WAIVED:
        return _("The deadline was waived since.")
    if is_of_an_open_one and due.status == status.WITHDRAWN:
        return _("The deadline was withdrawn since.")
    return _("The deadline was moved since.") if due.sequence != row.sequence else ""


def _of_the_meeting(row: Delivery, meeting: Meeting) -> str:
    status = Meeting.Status
    if row.kind not in (Kind.WITHDRAWN, Kind.OFF):
        if meeting.status == status.CANCELLED:
            return _("The meeting was cancelled since.")
        if meeting.status == status.POSTPONED:
            return _("The meeting was postponed since.")
        if meeting.status == status.HELD:
            return _("The meeting was held.")
    speaks_of_it = row.about[0] == "meeting" or row.kind in (Kind.MOVED, Kind.OFF)
    is_another = speaks_of_it and meeting.sequence != row.sequence
    return _("The meeting was changed since.") if is_another else ""
