"""Saving what staff and the record write, so that what is derived from it follows in the same transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from .authorship import authored
from .changes import announce, audience_changed
from .deadlines.dues import derive_dues
from .deadlines.taking import untaken
from .models import Contact, Deadline, DeadlineTemplate, Due, Meeting, Ministry, Responsibility, Track
from .schedule.lifecycle import Act
from .schedule.lifecycle_said import StatusRefused, lacks_date, status_refusal

# RFC 5546 §2.1.4 asks for a new SEQUENCE when the time changes; place, form and host are our own addition: who follows
# the meeting is told of them.
SEQUENCED = (
    "precision",
    "first_on",
    "last_on",
    "starts",
    "ends",
    "zone",
    "city",
    "country_id",
    "venue",
    "format",
    "host_id",
    "status",
)
PUBLIC = (
    *SEQUENCED,
    "track_id",
    "ordinal",
    "titles",
    "visibility",
    "summit_id",
    "prepares_id",
)


@transaction.atomic
def save_meeting(
    meeting: Meeting, *, actor: Any = None, reason: str = "", act: Act | None = Act.FORM
) -> None:
    """Save a new or edited meeting. A new one takes the deadlines of its track's template.

    act: how its status may change; None where the record tells what was done.
    Raises dates.BadSpan when its dates contradict each other, StatusRefused; then nothing has changed.
    """
    meeting.take_span(meeting.span)
    is_new = meeting._state.adding
    if not is_new:
        stored = Meeting.objects.select_for_update().get(pk=meeting.pk)
        refused = status_refusal(meeting, stored.status, act=act, today=timezone.localdate(), reason=reason)
        if refused is not None:
            raise refused
        _number(meeting, stored)
    if act is not None and lacks_date(meeting) and (is_new or not lacks_date(stored)):
        raise StatusRefused("no_date", "" if is_new else stored.status, meeting.status)
    if meeting.prepares_id and (is_new or stored.prepares_id != meeting.prepares_id):
        _hold_goal(meeting.prepares_id)
    with authored(actor, reason):
        meeting.save()
        if is_new and meeting.status != Meeting.Status.HELD:
            take_deadlines(meeting)
        derive_dues(meeting)
        announce([meeting.pk])


def _hold_goal(goal_id: int) -> None:
    """Hold what a meeting comes to prepare as its foreign key will, at commit: it would then be waited for with the
    feed's number in hand, for which whoever writes that meeting waits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM meetings_meeting WHERE id = %s FOR KEY SHARE", [goal_id])


def _number(meeting: Meeting, stored: Meeting) -> None:
    """Raise revision and sequence by what differs from the stored row, which is locked."""
    changed = [name for name in PUBLIC if getattr(stored, name) != getattr(meeting, name)]
    meeting.revision = stored.revision + bool(changed)
    meeting.sequence = stored.sequence + any(name in SEQUENCED for name in changed)


def take_deadlines(meeting: Meeting) -> list[Deadline]:
    """Copy to the meeting the lines of its track's template that it has not taken yet; derives nothing."""
    template = template_of(meeting.track)
    if template is None:
        return []
    return Deadline.objects.bulk_create(untaken(meeting, template))


def template_of(track: Track) -> DeadlineTemplate | None:
    """The track's own template, else that of its level."""
    if track.deadline_template is not None:
        return track.deadline_template
    return DeadlineTemplate.objects.filter(levels__level=track.level).first()


@transaction.atomic
def rederive(meeting_ids: Iterable[int]) -> None:
    """Derive the dues of these meetings anew, after their deadlines changed."""
    ids = sorted(set(meeting_ids))
    rows = Meeting.objects.select_for_update(of=("self",)).select_related("track").order_by("pk")
    for meeting in rows.filter(pk__in=ids):
        derive_dues(meeting)
    announce(ids)


@transaction.atomic
def save_party(party: Contact | Ministry | Responsibility, *, actor: Any = None, reason: str = "") -> None:
    """Save who answers or is written to, and tell the floors above which meetings that touches."""
    # As stored: a contact may leave one ministry for another.
    stored = type(party)._default_manager.filter(pk=party.pk).first() if party.pk else None
    tracks = _tracks_of(stored) if stored else set()
    with authored(actor, reason):
        party.save()
        tell_audience(tracks | _tracks_of(party))


@transaction.atomic
def remove_responsibility(row: Responsibility, *, actor: Any = None, reason: str = "") -> None:
    """Let a ministry no longer answer for a track, as if it never had; who leaves on a day has `valid_until`."""
    with authored(actor, reason):
        row.delete()
        tell_audience({row.track_id})


def tell_audience(track_ids: Collection[int]) -> None:
    """Tell the floors above that other people answer for these tracks, or are written to."""
    open_ones = [Meeting.Status.PROPOSED, Meeting.Status.CONFIRMED, Meeting.Status.POSTPONED]
    owing = Meeting.objects.filter(pk__in=Due.objects.open().values("deadline__meeting"))
    concerned = Meeting.objects.filter(status__in=open_ones) | owing.filter(status=Meeting.Status.HELD)
    announce(concerned.filter(track__in=track_ids).values_list("pk", flat=True))
    audience_changed.send(sender=None, track_ids=frozenset(track_ids))


def _tracks_of(party: Contact | Ministry | Responsibility) -> set[int]:
    ministry_id = party.pk if isinstance(party, Ministry) else party.ministry_id
    answered = Responsibility.objects.filter(ministry_id=ministry_id)
    return set(answered.values_list("track_id", flat=True))
