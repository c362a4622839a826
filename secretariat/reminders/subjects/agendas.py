"""Agendas, as the plan takes them: the stage that was issued last, and the last day on which an item may be asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, time, timedelta

from django.db.models import Prefetch, Q

from meetings.agenda.stages import PUBLIC, Stage
from meetings.models import Agenda, AgendaStage, Meeting
from meetings.schedule.dates import instant

from ..plan.agendas import Issue, wanted_of_issue
from ..plan.dated import Dated, wanted_of_dated
from ..plan.wanted import NEWS, ToldOf, Undated, Wanted
from ..replies.topics import without_refusing
from .audience import Policy, contacts_of
from .invitations import invited_to
from .undated import undated_of

# A day is named with an hour that nobody reads as the day after.
LAST_MINUTE = time(23, 59)


def deliveries_of(meeting_ids: Collection[int]) -> Q:
    """The ledger's rows about agendas of these meetings."""
    return Q(meeting__in=meeting_ids, agenda__isnull=False)


def plan(meeting_ids: Collection[int], told: ToldOf, now: datetime) -> Iterator[tuple[int | None, Wanted]]:
    """What is wanted about the agendas of these meetings, each with its meeting; a constant number of queries."""
    public = AgendaStage.objects.filter(code__in=[stage.value for stage in PUBLIC]).order_by("number")
    rows = (
        Agenda.objects.filter(meeting__in=meeting_ids)
        .select_related("meeting")
        .prefetch_related(Prefetch("stages", public.defer("snapshot")))
    )
    agendas = list(rows)
    if not agendas:  # of most meetings: then nothing else need be asked
        return
    contacts = without_refusing(contacts_of({agenda.meeting.track_id for agenda in agendas}, now), "agenda")
    meetings = [agenda.meeting for agenda in agendas]
    undated = undated_of(meetings, seen_by_all=True)
    policy, invited = Policy(), invited_to(meetings, undated)
    for agenda in agendas:
        track_id = agenda.meeting.track_id
        to = contacts.get(track_id, [])
        issued = list(agenda.stages.all())
        issue = _issue(agenda, issued, undated.get(agenda.meeting_id))
        if issue is not None:
            rules = policy.of("agenda", track_id)
            who = invited.get(agenda.meeting_id, {})
            for want in wanted_of_issue(issue, to, rules, told, now, who, policy.calendars):
                yield agenda.meeting_id, want
        closing = _closing(agenda, issued, now)
        rules = policy.of("closing", track_id)
        for want in wanted_of_dated([closing], to, rules, told, now, policy.calendars):
            yield agenda.meeting_id, want


def _stands(meeting: Meeting) -> bool:
    """Whether the parties expect the meeting, or it was held, and know of it."""
    return (
        meeting.status in (Meeting.Status.PROPOSED, Meeting.Status.CONFIRMED, Meeting.Status.HELD)
        and meeting.visibility != Meeting.Visibility.INTERNAL
    )


def _issue(agenda: Agenda, issued: Sequence[AgendaStage], undated: Undated | None) -> Issue | None:
    """The last stage of those issued; before the meeting it is news until the meeting begins, after it for a while."""
    if not issued:
        return None
    meeting: Meeting = agenda.meeting
    last = issued[-1]
    untrue_from = last.recorded_at + NEWS
    if last.stage is not Stage.AS_ADOPTED and meeting.starts_at is not None:
        untrue_from = meeting.starts_at
    return Issue(
        agenda.pk,
        last.number,
        last.recorded_at,
        untrue_from,
        meeting.starts_at,
        _stands(meeting),
        meeting.sequence,
        undated,
        is_over=last.stage is Stage.AS_ADOPTED,
    )


def _closing(agenda: Agenda, issued: Sequence[AgendaStage], now: datetime) -> Dated:
    """The last minute of the last day for a supplementary item, on the clock of the meeting's place."""
    meeting: Meeting = agenda.meeting
    if meeting.first_on is None or not meeting.span.has_day or not _stands(meeting):
        return Dated(("closing", agenda.pk), None, "", now.date(), now, "withdrawn")
    last_on = meeting.first_on - timedelta(days=agenda.supplementary_days)
    at = instant(last_on, LAST_MINUTE, meeting.zone)
    is_adopted = any(row.stage is not Stage.PROVISIONAL for row in issued)
    return Dated(("closing", agenda.pk), None, "", last_on, at, "settled" if is_adopted else "open")
