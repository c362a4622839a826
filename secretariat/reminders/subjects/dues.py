"""The dues of meetings, as the plan takes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from django.db.models import Q

from meetings.models import Due, Meeting

from ..models import Delivery, SettingAside
from ..plan.answers import Answer, wanted_of_answers
from ..plan.dated import Dated, wanted_of_dated
from ..plan.wanted import ToldOf, Wanted
from .audience import Policy, contacts_of
from .undated import undated_of

STATUS: dict[str, Literal["open", "received", "settled", "withdrawn"]] = {
    Due.Status.OPEN: "open",
    Due.Status.RECEIVED: "received",
    Due.Status.WITHDRAWN: "withdrawn",
    Due.Status.WAIVED: "withdrawn",  # of it no new day is waited for
}


def deliveries_of(meeting_ids: Collection[int]) -> Q:
    """The ledger's rows about dues of these meetings."""
    return Q(meeting__in=meeting_ids, due__isnull=False)


def plan(meeting_ids: Collection[int], told: ToldOf, now: datetime) -> Iterator[tuple[int | None, Wanted]]:
    """What is wanted about the dues of these meetings, each with its meeting; a constant number of queries."""
    found = list(Meeting.objects.filter(pk__in=meeting_ids))
    meetings = {meeting.pk: meeting.track_id for meeting in found}
    undated = undated_of(found, seen_by_all=False)
    contacts = contacts_of(set(meetings.values()), now)
    answers, policy = _answers_by_due(meeting_ids), Policy()
    # The rules are those of the deadline's line, by its key.
    moments: dict[tuple[int, str], list[Dated]] = defaultdict(list)
    for due in Due.objects.filter(deadline__meeting_id__in=meeting_ids).select_related("deadline"):
        moments[due.deadline.meeting_id, due.deadline.key].append(
            Dated(
                ("due", due.pk),
                due.sequence,
                due.state_id,
                due.due_on,
                due.due_at,
                STATUS.get(due.status, "settled"),
                due.received_at,
                undated.get(due.deadline.meeting_id) if due.status != Due.Status.WAIVED else None,
            )
        )
    for (pk, key), of_it in moments.items():
        track_id = meetings[pk]
        rules, people = policy.of("due", track_id, key), contacts[track_id]
        for want in wanted_of_dated(of_it, people, rules, told, now, policy.calendars):
            yield pk, want
        said = (answer for moment in of_it for answer in _answers(moment, answers))
        for want in wanted_of_answers(said, people, rules, now, policy.calendars):
            yield pk, want


def _answers_by_due(meeting_ids: Collection[int]) -> dict[int, list[SettingAside]]:
    """What was set aside, and whose sayers are told so, by the due that it was said of."""
    found: dict[int, list[SettingAside]] = defaultdict(list)
    asides = SettingAside.objects.filter(is_told=True, reply__delivery__meeting__in=meeting_ids)
    for aside in asides.select_related("reply__delivery__due").order_by("pk"):
        due: Due = aside.reply.delivery.due
        found[due.pk].append(aside)
    return found


def _answers(moment: Dated, asides: Mapping[int, Sequence[SettingAside]]) -> Iterator[Answer]:
    """To what was said of this moment as it stands; after it moved, the notice of that is the answer."""
    for aside in asides.get(moment.about[1], ()):
        mail: Delivery = aside.reply.delivery
        if mail.says_due_at == moment.at:
            yield Answer(aside.reply_id, moment, mail.contact_id, mail.message_id, aside.at)
