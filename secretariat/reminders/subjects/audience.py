"""Who is written to about a track, and by which rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache, cached_property

from meetings.days.state_calendars import calendars_of
from meetings.days.workdays import WorkCalendar
from meetings.models import Contact
from rotation.models import State

from ..models import ReminderRule
from ..plan.digests import Digest
from ..plan.people import Term, common_days, one_a_day
from ..plan.policy import Rule, chosen
from ..plan.wanted import ContactFact


def contacts_of(track_ids: Collection[int], now: datetime) -> dict[int, list[ContactFact]]:
    """By track: the contacts of the ministries that answer for it, each with the days on which it is written to.

    Who takes office later is among them, and who leaves is for the days until then: so what goes out on the day of a
    handover is planned before it. Contacts of one state with one address are one person.
    """
    rows = (
        Contact.objects.not_left(now)
        .filter(ministry__responsibilities__track__in=track_ids)
        .values_list(
            "ministry__responsibilities__track_id",
            "ministry__state_id",
            "email",
            "pk",
            "roles",
            "zone",
            "digest_on",
            "digest_at",
            "ministry__state__zone",
            "valid_from",
            "valid_until",
            "ministry__responsibilities__valid_from",
            "ministry__responsibilities__valid_until",
            "entered_at",
            "ministry__responsibilities__entered_at",
        )
        .distinct()
        .order_by("pk")
    )
    terms: dict[tuple[int, str, str], list[Term]] = defaultdict(list)
    habits: dict[int, tuple[str, Digest | None]] = {}
    since: dict[tuple[int, int], datetime | None] = {}
    for track_id, state, email, pk, roles, zone, weekday, hour, state_zone, *days, entered, answers in rows:
        since[track_id, pk] = max((at for at in (entered, answers) if at is not None), default=None)
        habits[pk] = (zone or state_zone, Digest(weekday, hour) if weekday else None)
        both = common_days((days[0], days[1]), (days[2], days[3]))
        if both is not None:
            terms[track_id, state, email.lower()].append(Term(pk, *both, frozenset(roles)))
    contacts: dict[int, list[ContactFact]] = defaultdict(list)
    for (track_id, state, _email), found in terms.items():
        for term in one_a_day(found):
            zone, digest = habits[term.contact_id]
            fact = ContactFact(term.contact_id, state, zone, term.since, term.until, term.roles, digest)
            contacts[track_id].append(replace(fact, since=since[track_id, term.contact_id]))
    return contacts


class Policy:
    """The reminder rules as the plan takes them, and the calendars that they need; read once, when asked for."""

    def __init__(self) -> None:
        self.of = cache(self._of)

    @cached_property
    def rules(self) -> list[Rule]:
        return [row.rule for row in ReminderRule.objects.all()]

    def _of(self, about: str, track_id: int, key: str = "") -> tuple[Rule, ...]:
        """The rules for this on this track; `key` is that of a deadline."""
        return chosen(self.rules, about, track_id, key)

    @cached_property
    def calendars(self) -> Mapping[str, WorkCalendar]:
        """Of every state by code; empty while no rule keeps to working days."""
        is_needed = any(rule.on_working_days and rule.is_on for rule in self.rules)
        return calendars_of(State.objects.all()) if is_needed else {}
