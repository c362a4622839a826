"""Meetings, as the plan of invitations takes them, and who follows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from meetings.models import Contact, Meeting
from secretariat.feed.participants import participants_of

from ..follow import Follow
from ..models import Delivery
from ..plan.agendas import Invited
from ..plan.invitations import Follower, Occasion, Slot, awake, wanted_of_occasion
from ..plan.wanted import ContactFact, ToldOf, Wanted
from ..replies.topics import refusing
from .audience import Policy

Status = Meeting.Status
# The ledger's rows about meetings themselves.
INVITATIONS = Q(meeting__isnull=False, due__isnull=True, agenda__isnull=True)


def deliveries_of(meeting_ids: Collection[int]) -> Q:
    """The ledger's rows about these meetings themselves."""
    return INVITATIONS & Q(meeting__in=meeting_ids)


def plan(meeting_ids: Collection[int], told: ToldOf, now: datetime) -> Iterator[tuple[int | None, Wanted]]:
    """What is wanted about these meetings; a constant number of queries."""
    meetings = list(Meeting.objects.filter(pk__in=meeting_ids).select_related("track"))
    follows, refused = _follows_of(meetings), refusing("followed")
    knew = {contact_id for (about, contact_id), _told in told.items() if about[0] == "meeting"}
    contacts = _contacts(knew | {follow.contact_id for follow in follows}, now)
    participants, policy = participants_of(meetings), Policy()
    for meeting in meetings:
        days: dict[int, list[Follow]] = defaultdict(list)
        for follow in follows:
            if follow.contact_id not in refused and follows_meeting(
                follow, meeting, participants[meeting.pk]
            ):
                days[follow.contact_id].append(follow)
        followers = [
            Follower(contact, tuple((row.valid_from, row.valid_until) for row in days[pk]))
            for pk, contact in contacts.items()
        ]
        rules = policy.of("meeting", meeting.track_id)
        for want in wanted_of_occasion(occasion_of(meeting, now), followers, told, now):
            for awake_want in awake(want, rules, now):
                yield meeting.pk, awake_want


def invited_to(meeting_ids: Collection[int]) -> dict[int, dict[int, Invited]]:
    """By meeting and contact: what who follows it was told of it last, or may have been."""
    rows = Delivery.objects.filter(deliveries_of(meeting_ids), state__in=Delivery.TOLD)
    last = rows.order_by(Coalesce("dated_at", "planned_at"), "pk")
    found: dict[int, dict[int, Invited]] = defaultdict(dict)
    for meeting_id, contact_id, kind, sequence in last.values_list(
        "meeting_id", "contact_id", "kind", "sequence"
    ):
        found[meeting_id][contact_id] = Invited(kind != "withdrawn", sequence)
    return found


def occasion_of(meeting: Meeting, now: datetime) -> Occasion:
    """Postponed without a date, known to the month only, internal: it stands in no calendar."""
    is_over = meeting.status == Status.HELD or (meeting.ends_at is not None and meeting.ends_at <= now)
    slot = None
    if stands(meeting) and meeting.first_on and meeting.starts_at and meeting.ends_at:
        slot = Slot(meeting.first_on, meeting.starts_at, meeting.ends_at)
    return Occasion(meeting.pk, meeting.sequence, slot, is_over)


def stands(meeting: Meeting) -> bool:
    """Whether people outside are to come on a day that is known."""
    return (
        meeting.status in (Status.PROPOSED, Status.CONFIRMED)
        and meeting.visibility != Meeting.Visibility.INTERNAL
        and meeting.span.has_day
    )


def follows_meeting(follow: Follow, meeting: Meeting, participants: Collection[str]) -> bool:
    """Whether what is followed covers the meeting, on whatever days. participants: the states that take part."""
    if follow.state_id is None:
        return follow.meeting_id == meeting.pk or follow.track_id == meeting.track_id
    if follow.state_id in (meeting.host_id, meeting.country_id):
        return True
    return follow.part == Follow.Part.PARTICIPANT and follow.state_id in participants


def _follows_of(meetings: Collection[Meeting]) -> list[Follow]:
    covers = (
        Q(state__isnull=False)
        | Q(track__in={meeting.track_id for meeting in meetings})
        | Q(meeting__in=[meeting.pk for meeting in meetings])
    )
    return list(Follow.objects.filter(covers).order_by("pk"))


def _contacts(ids: Collection[int], now: datetime) -> dict[int, ContactFact]:
    if not ids:
        return {}
    rows = Contact.objects.in_office(now).filter(pk__in=ids).order_by("pk")
    columns = ("pk", "ministry__state_id", "zone", "ministry__state__zone")
    return {
        pk: ContactFact(pk, state, zone or state_zone)
        for pk, state, zone, state_zone in rows.values_list(*columns)
    }
