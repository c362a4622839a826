"""The example set of a first run: role addresses, a proposed summit date, a meeting with deadlines.

What it holds stands in data/example.json; every row is marked. Never loaded in production; removed by one
command. What was sent to an example contact stays in the ledger, so that contact leaves office instead of
vanishing, and its meeting is cancelled instead of deleted.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pghistory
from django.db import models, transaction
from django.db.models import ProtectedError

from rotation.models import State

from .changes import announce, announced_together
from .deadlines.dues import parties_of
from .deadlines.rules import due_moments
from .models import (
    Contact,
    Deadline,
    DeadlineTemplate,
    Meeting,
    Ministry,
    Responsibility,
    TemplateLine,
    Track,
)
from .saving import rederive, save_meeting, save_party, take_deadlines
from .schedule.dates import Precision, Span, year_span
from .schedule.moves import cancel_meeting, move_meeting

SHIPPED = Path(__file__).resolve().parent / "data" / "example.json"
REASON_IN, REASON_OUT = "example: proposed date", "example: removed"
SETTLED = (Meeting.Status.HELD, Meeting.Status.CANCELLED)


def was_ever_loaded() -> bool:
    """Whether the set was here before, removed or not: history forgets no contact."""
    tracked: Any = Contact  # `pghistory.track` adds the model of its events
    return bool(tracked.pgh_event_model.objects.filter(is_example=True).exists())


@transaction.atomic
def load_example(today: date) -> bool:
    """Load the set; False when it is already there."""
    if _contacts_in_office().exists():
        return False
    example = json.loads(SHIPPED.read_text(encoding="utf-8"))
    with pghistory.context(reason=REASON_IN), announced_together():
        tracks = [
            track
            for template in example["templates"]
            if (track := _load_template(template, example["lines"])) is not None
        ]
        for contact in example["contacts"]:
            _load_contact(contact, example, tracks)
        # The set may come when meetings of these tracks are planned already: they have someone to tell now.
        announce(
            Meeting.objects.filter(track__in=tracks).exclude(status__in=SETTLED).values_list("pk", flat=True)
        )
        _propose_summit(example["summit"])
        _load_meeting(example["meeting"], today)
    return True


def _load_template(example: dict[str, Any], lines: list[dict[str, Any]]) -> Track | None:
    """The track with a template: its own where it has one, else the example's."""
    track = Track.objects.filter(slug=example["track"]).first()
    if track is None:
        return None
    template, _created = DeadlineTemplate.objects.get_or_create(
        name=example["name"], defaults={"note": example["note"]}
    )
    for position, line in enumerate(lines):
        TemplateLine.objects.get_or_create(
            template=template,
            offset_days=line["offset_days"],
            defaults={
                "titles": line["titles"],
                "position": position,
                "purpose": line.get("purpose", ""),
            },
        )
    if track.deadline_template is None:
        track.deadline_template = template
        track.save()
    return track


def _load_contact(example: dict[str, Any], texts: dict[str, Any], tracks: list[Track]) -> None:
    state = State.objects.filter(code=example["state"]).first()
    if state is None:
        return
    ministry, _created = Ministry.objects.get_or_create(
        state=state, is_example=True, defaults={"names": texts["ministry"]}
    )
    for track in tracks:
        Responsibility.objects.get_or_create(track=track, ministry=ministry, defaults={"is_example": True})
    # Capitals in Asia all sleep at once: a mission is awake then, and a first start shows a mail at any hour.
    zone = example.get("zone", "")
    office = texts["missions"][zone] if zone else texts["office"]
    Contact.objects.update_or_create(
        ministry=ministry,
        email=example["email"],
        defaults={
            "name": office[example["language"]],
            "zone": zone,
            "language": example["language"],
            "is_example": True,
            "valid_until": None,
        },
    )


def _propose_summit(example: dict[str, Any]) -> None:
    """Give the summit that is known to the year only a day; a date of the desk's own stays."""
    open_summits = Meeting.objects.filter(precision=Precision.YEAR).exclude(status__in=SETTLED)
    summit = open_summits.filter(track__slug=example["track"], ordinal=example["ordinal"]).first()
    if summit is None:
        return
    summit.status, summit.is_example = Meeting.Status.PROPOSED, True
    save_meeting(summit, reason=REASON_IN)
    move_meeting(summit.pk, to=_one_day(example["day"], summit.zone), actor=None, reason=REASON_IN)
    summit.refresh_from_db()
    take_deadlines(summit)
    rederive([summit.pk])


def _load_meeting(example: dict[str, Any], today: date) -> None:
    track = Track.objects.filter(slug=example["track"]).first()
    if track is None:
        return
    meeting = Meeting(
        track=track,
        titles=example["titles"],
        status=Meeting.Status.PROPOSED,
        visibility=Meeting.Visibility.PUBLIC,
        zone=example["zone"],
        is_example=True,
        note=example["note"],
    )
    meeting.take_span(_span_with_near_deadlines(meeting, today, example["days_ahead"]))
    save_meeting(meeting, reason=REASON_IN)


def _span_with_near_deadlines(meeting: Meeting, today: date, days_ahead: int) -> Span:
    """The day nearest to `days_ahead` on which no state's first deadline is today or past.

    A deadline moves before a long holiday: in the first days of October China's would all lie in September.
    """
    spans = [
        _one_day((today + timedelta(days=days)).isoformat(), meeting.zone)
        for days in sorted(range(days_ahead - 2, days_ahead + 15), key=lambda days: abs(days - days_ahead))
    ]
    template = meeting.track.deadline_template
    first = template.lines.order_by("offset_days").first() if template else None
    if first is None:
        return spans[0]
    parties = parties_of(meeting)
    return next(
        (
            span
            for span in spans
            if all(due.due_on > today for due in due_moments(first.rule, span, parties).values())
        ),
        spans[0],
    )


def _one_day(day: str, zone: str) -> Span:
    on = date.fromisoformat(day)
    return Span(Precision.DAY, on, on, zone)


@transaction.atomic
def remove_example(now: datetime) -> bool:
    """Take the set out of use; False when there is none. What was sent stays in the ledger."""
    meetings = Meeting.objects.filter(is_example=True).exclude(status=Meeting.Status.CANCELLED)
    if not _contacts_in_office().exists() and not meetings.exists():
        return False
    example = json.loads(SHIPPED.read_text(encoding="utf-8"))
    with pghistory.context(reason=REASON_OUT):
        # First of all they leave office: nobody is told that an example is over.
        with announced_together():
            for contact in _contacts_in_office().select_related("ministry__state"):
                contact.valid_until = contact.day_at(now) - timedelta(days=1)
                save_party(contact, reason=REASON_OUT)
        for meeting in meetings:
            if meeting.ordinal is not None:  # a real one that had an example's date
                _restore_summit(meeting, example["summit"])
            else:
                cancel_meeting(meeting.pk, actor=None, reason=REASON_OUT)
                _discard(meeting)
        _remove_templates([template["name"] for template in example["templates"]])
        Responsibility.objects.filter(is_example=True).delete()
        for row in (*Contact.objects.filter(is_example=True), *Ministry.objects.filter(is_example=True)):
            _discard(row)
    return True


def _contacts_in_office() -> models.QuerySet[Contact]:
    return Contact.objects.filter(is_example=True, valid_until__isnull=True)


def _restore_summit(meeting: Meeting, example: dict[str, Any]) -> None:
    """Back to the record, announced for the year; where the desk decided otherwise since, its word stays."""
    day = _one_day(example["day"], meeting.zone)
    if meeting.status == Meeting.Status.PROPOSED and meeting.span == day:
        year = year_span(date.fromisoformat(example["day"]).year, meeting.zone)
        move_meeting(meeting.pk, to=year, actor=None, reason=REASON_OUT)
        meeting.refresh_from_db()
        meeting.status = Meeting.Status.CONFIRMED
    meeting.is_example = False
    save_meeting(meeting, reason=REASON_OUT)


def _remove_templates(names: list[str]) -> None:
    for template in DeadlineTemplate.objects.filter(name__in=names):
        for track in template.tracks.all():
            track.deadline_template = None
            track.save()
        for deadline in Deadline.objects.filter(line__template=template, meeting__precision=Precision.YEAR):
            _discard(deadline)
        # A deadline that stays keeps its line: loading the set again must not give a meeting a second one.
        if not Deadline.objects.filter(line__template=template).exists():
            template.delete()


def _discard(row: models.Model) -> bool:
    """Delete what no delivery names; what one names stays, as the ledger does."""
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        return False
    return True
