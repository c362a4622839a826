"""The example set of a first run: role addresses at example.org, a proposed summit date, a meeting with deadlines.

Marked as an example in every row; never loaded in production; removed by one command. What was sent to an
example contact stays in the ledger, so that contact leaves office instead of vanishing.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction

from rotation.models import State

from .dates import Precision, Span, year_span
from .models import Contact, DeadlineTemplate, Meeting, Ministry, Responsibility, TemplateLine, Track
from .moves import cancel_meeting, move_meeting
from .saving import rederive, save_meeting, save_party, take_deadlines

LANGUAGES = {"CN": "zh", "UZ": "en"}  # the others are written to in Russian
NAMES = {
    "en": "EXAMPLE Ministry of Foreign Affairs",
    "zh": "【示例】外交部",
    "ru": "ПРИМЕР Министерство иностранных дел",
}
OFFICE = {"en": "EXAMPLE Central Asia desk", "zh": "【示例】中亚处", "ru": "ПРИМЕР Отдел Центральной Азии"}
TEMPLATE = "EXAMPLE: ministerial, after the 60-day and 14-day notices of conventions"
LINES = [
    (-60, {"en": "Items proposed for the agenda", "zh": "议程项目建议", "ru": "Предложения в повестку дня"}),
    (-42, {"en": "Draft documents", "zh": "文件草案", "ru": "Проекты документов"}),
    (-14, {"en": "List of the delegation", "zh": "代表团名单", "ru": "Состав делегации"}),
    (14, {"en": "Check of the adopted texts", "zh": "核对通过的文本", "ru": "Сверка принятых текстов"}),
]
TRACKS = ("summit", "foreign-ministers")
SUMMIT_DAY = date(2027, 6, 17)
DAYS_AHEAD = 63  # the 60-day deadline falls due within the week
REASON_IN, REASON_OUT = "example: a proposed date", "the example set is removed"


@transaction.atomic
def load_example(today: date) -> bool:
    """Load the set; False when it is already there."""
    if Ministry.objects.filter(is_example=True).exists():
        return False
    template, _created = DeadlineTemplate.objects.get_or_create(name=TEMPLATE)
    for position, (days, titles) in enumerate(LINES):
        TemplateLine.objects.get_or_create(
            template=template, offset_days=days, defaults={"titles": titles, "position": position}
        )
    tracks = list(Track.objects.filter(slug__in=TRACKS))
    for track in tracks:
        if track.deadline_template is None:
            track.deadline_template = template
            track.save()
    for state in State.objects.all():
        _load_state(state, tracks)
    _load_meetings(today)
    return True


def _load_state(state: State, tracks: list[Track]) -> None:
    language = LANGUAGES.get(state.code, "ru")
    ministry = Ministry.objects.create(state=state, names=NAMES, is_example=True)
    for track in tracks:
        Responsibility.objects.create(track=track, ministry=ministry, is_example=True)
    Contact.objects.create(
        ministry=ministry,
        name=OFFICE[language],
        email=f"mfa-{state.code.lower()}@example.org",
        language=language,
        is_example=True,
    )


def _load_meetings(today: date) -> None:
    summit = Meeting.objects.filter(track__slug="summit", ordinal=3, precision="year").first()
    if summit is not None:
        summit.status, summit.is_example = Meeting.Status.PROPOSED, True
        save_meeting(summit, reason=REASON_IN)
        span = Span(Precision.DAY, SUMMIT_DAY, SUMMIT_DAY, summit.zone)
        move_meeting(summit.pk, to=span, actor=None, reason=REASON_IN)
        _take_deadlines(summit)
    day = today + timedelta(days=DAYS_AHEAD)
    track = Track.objects.filter(slug="foreign-ministers").first()
    if track is not None:
        meeting = Meeting(
            track=track,
            titles={
                "en": "EXAMPLE meeting of foreign ministers",
                "zh": "【示例】外长会晤",
                "ru": "ПРИМЕР Встреча министров иностранных дел",
            },
            status=Meeting.Status.PROPOSED,
            visibility=Meeting.Visibility.PUBLIC,
            zone="Asia/Shanghai",
            precision="day",
            first_on=day,
            last_on=day,
            is_example=True,
            note="Example data; no such meeting was announced.",
        )
        save_meeting(meeting, reason=REASON_IN)


def _take_deadlines(meeting: Meeting) -> None:
    meeting.refresh_from_db()
    take_deadlines(meeting)
    rederive([meeting.pk])


@transaction.atomic
def remove_example(today: date) -> bool:
    """Take the set out of use; False when there is none. What was sent stays in the ledger."""
    ministries = Ministry.objects.filter(is_example=True)
    if not ministries.exists():
        return False
    for meeting in Meeting.objects.filter(is_example=True):
        if meeting.track.slug == "summit":
            _restore_summit(meeting)
        elif meeting.status != Meeting.Status.CANCELLED:
            cancel_meeting(meeting.pk, actor=None, reason=REASON_OUT)
    for contact in Contact.objects.filter(is_example=True):
        contact.valid_until = today - timedelta(days=1)
        save_party(contact, reason=REASON_OUT)
    Responsibility.objects.filter(is_example=True).delete()
    Track.objects.filter(deadline_template__name=TEMPLATE).update(deadline_template=None)
    ministries.update(is_example=False)
    return True


def _restore_summit(meeting: Meeting) -> None:
    """Back to the record: announced for the year, the day not known."""
    move_meeting(meeting.pk, to=year_span(SUMMIT_DAY.year, meeting.zone), actor=None, reason=REASON_OUT)
    meeting.refresh_from_db()
    meeting.status, meeting.is_example = Meeting.Status.CONFIRMED, False
    save_meeting(meeting, reason=REASON_OUT)
