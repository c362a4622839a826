"""Meetings, as the plan of invitations takes them, and who follows them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from django.db.models import Q
from django.db.models.functions import Coalesce

from meetings.models import Contact, Meeting
from secretariat.feed.participants import participants_of

from ..follow import Follow
from ..models import Delivery
from ..plan.agendas import Invited
from ..plan.invitations import Follower, Occasion, Slot, awake, wanted_of_occasion
from ..plan.wanted import ContactFact, Told, ToldOf, Undated, Wanted
from ..replies.topics import refusing
from .audience import Policy
from .undated import undated_of

Status = Meeting.Status
# The ledger's rows about meetings themselves.
INVITATIONS = Q(meeting__isnull=False, due__isnull=True, agenda__isnull=True)


def deliveries_of(meeting_ids: Collection[int]) -> Q:
    """The ledger's rows about these meetings themselves."""
    return INVITATIONS & Q(meeting__in=meeting_ids)


def plan(meeting_ids: Collection[int], told: ToldOf, now: datetime) -> Iterator[tuple[int | None, Wanted]]:
    """What is wanted about these meetings; a constant number of queries."""
    meetings = list(Meeting.objects.filter(pk__in=meeting_ids).select_related("track"))
    follows = _follows_of(meetings)
    knew = {contact_id for (about, contact_id), _told in told.items() if about[0] == "meeting"}
    if not follows and not knew:
        return
    refused = refusing("followed")
    contacts = _contacts(knew | {follow.contact_id for follow in follows}, now)
    participants, policy = participants_of(meetings), Policy()
    undated = undated_of(meetings, seen_by_all=True)
    for meeting in meetings:
        days: dict[int, list[Follow]] = defaultdict(list)
        for follow in follows:
            if follows_meeting(follow, meeting, participants[meeting.pk]):
                days[follow.contact_id].append(follow)
        followers = [
            Follower(contact, tuple((row.valid_from, row.valid_until) for row in days[pk]))
            for pk, contact in contacts.items()
        ]
        people = _one_an_address(followers, meeting, told, refused)
        rules = policy.of("meeting", meeting.track_id)
        occasion = occasion_of(meeting, now, undated.get(meeting.pk))
        for want in wanted_of_occasion(occasion, people, told, now):
            calendar = policy.calendars.get(contacts[want.contact_id].state)
            for awake_want in awake(want, rules, now, calendar):
                yield meeting.pk, awake_want


def _one_an_address(
    followers: Iterable[Follower], meeting: Meeting, told: ToldOf, refused: Collection[int]
) -> Iterator[Follower]:
    """Contacts of one state with one address are one person: who was invited, else told of it, else who follows first.

    refused: contacts. Who has refused invitations follows nothing, whichever of them it was.
    """
    people: dict[tuple[str, str], list[Follower]] = defaultdict(list)
    for follower in followers:
        people[follower.contact.state, follower.contact.email].append(follower)
    for found in people.values():
        one = min(found, key=lambda each: _order(each, told.get((("meeting", meeting.pk), each.contact.id))))
        is_refused = any(each.contact.id in refused for each in found)
        yield replace(one, days=() if is_refused else tuple(days for each in found for days in each.days))


def _order(follower: Follower, before: Told | None) -> tuple[bool, bool, bool, int]:
    is_invited = before is not None and before.kind != "withdrawn"
    return (not is_invited, before is None, not follower.days, follower.contact.id)


def invited_to(
    meetings: Collection[Meeting], undated: Mapping[int, Undated]
) -> dict[int, dict[int, Invited]]:
    """By meeting and contact: what who follows it was told of it last, or may have been.

    Not of who refuses invitations: it hears nothing more by them.
    """
    followed = _followed([meeting for meeting in meetings if meeting.pk in undated])
    rows = Delivery.objects.filter(
        deliveries_of([meeting.pk for meeting in meetings]), state__in=Delivery.TOLD
    ).exclude(contact__in=refusing("followed"))
    rows = rows.order_by(Coalesce("dated_at", "planned_at"), "pk")
    columns = ("meeting_id", "contact_id", "kind", "sequence", "says_due_at", "planned_at", "dated_at")
    found: dict[int, dict[int, Invited]] = defaultdict(dict)
    for meeting_id, contact_id, kind, sequence, says, planned_at, dated_at in rows.values_list(*columns):
        last, off = Told(kind, sequence, says, "", planned_at, dated_at=dated_at), undated.get(meeting_id)
        found[meeting_id][contact_id] = Invited(
            stands=kind != "withdrawn",
            has_heard=off is not None and off.is_told_by(last),
            is_to_hear=off is not None and contact_id in followed[meeting_id] and bool(off.until(last)),
        )
    return found


def _followed(meetings: Collection[Meeting]) -> dict[int, set[int]]:
    """By meeting the contacts who follow it, on whatever days; no query for none."""
    found: dict[int, set[int]] = defaultdict(set)
    if meetings:
        follows, participants = _follows_of(meetings), participants_of(meetings)
        for meeting in meetings:
            covering = (row for row in follows if follows_meeting(row, meeting, participants[meeting.pk]))
            found[meeting.pk] = {row.contact_id for row in covering}
    return found


def occasion_of(meeting: Meeting, now: datetime, undated: Undated | None) -> Occasion:
    """Postponed without a date, known to the month only, internal: it stands in no calendar."""
    is_over = meeting.status == Status.HELD or (meeting.ends_at is not None and meeting.ends_at <= now)
    slot = None
    if stands(meeting) and meeting.first_on and meeting.starts_at and meeting.ends_at:
        slot = Slot(meeting.first_on, meeting.starts_at, meeting.ends_at)
    return Occasion(meeting.pk, meeting.sequence, slot, is_over, undated)


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
    columns = ("pk", "ministry__state_id", "zone", "ministry__state__zone", "email")
    return {
        pk: ContactFact(pk, state, zone or state_zone, email=email.lower())
        for pk, state, zone, state_zone, email in rows.values_list(*columns)
    }
