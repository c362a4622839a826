"""What stands around some days, as the clash rules take it: read once, for any number of candidates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from rotation.translated import name_key

from ..days.state_calendars import books_of
from ..days.workdays import WorkCalendar
from ..models import Blackout as BlackoutRow
from ..models import Meeting, Responsibility
from .clashes import TRAVEL_DAYS, Blackout, Clash, Gathering, clashes_of
from .dates import Precision, Span

# What is over or stands nowhere clashes with nothing.
STANDING = (Meeting.Status.IDEA, Meeting.Status.PROPOSED, Meeting.Status.CONFIRMED)
DATED = (Precision.DAY, Precision.TIME)


@dataclass(frozen=True, slots=True)
class Answer:
    """That a ministry answers for a track; both days inclusive, None is open."""

    ministry: int
    name: str
    since: date | None
    until: date | None

    def holds(self, first: date, last: date) -> bool:
        return (self.since is None or self.since <= last) and (self.until is None or self.until >= first)


@dataclass(frozen=True, slots=True)
class Surroundings:
    others: tuple[Gathering, ...]
    answers: Mapping[int, tuple[Answer, ...]]
    calendars: tuple[WorkCalendar, ...]
    blackouts: tuple[Blackout, ...]

    def clashes(self, meeting: Gathering, besides: Iterable[Gathering] = ()) -> tuple[Clash, ...]:
        """What speaks against a meeting's days. besides: meetings that are proposed with it, and not stored yet."""
        return clashes_of(meeting, (*self.others, *besides), self.calendars, self.blackouts)

    def gathering(
        self, meeting: Meeting, span: Span, key: str = "", beside: frozenset[str] = frozenset()
    ) -> Gathering | None:
        """`meeting` as it would be at `span`; None while no day is known. key: of one that is not stored yet."""
        if span.precision not in DATED or span.first_on is None or span.last_on is None:
            return None
        return _gathering(meeting, span.first_on, span.last_on, key, beside, self.answers)


def surroundings(of: Meeting, first: date, last: date, tracks: Iterable[int]) -> Surroundings:
    """What stands around the days from `first` to `last`, for meetings of `tracks`. Eight queries at most.

    of: the meeting whose mechanism's states take part.
    """
    travel = timedelta(days=TRAVEL_DAYS)
    near = list(
        Meeting.objects.filter(
            precision__in=DATED,
            status__in=STANDING,
            first_on__lte=last + travel,
            last_on__gte=first - travel,
        ).select_related("track")
    )
    answers = _answers({*tracks, *(row.track_id for row in near)})
    books = books_of([of])
    states = books.states[of.track.mechanism_id]
    blackouts = BlackoutRow.objects.filter(first_on__lte=last, last_on__gte=first)
    return Surroundings(
        tuple(
            _gathering(row, row.first_on, row.last_on, "", frozenset(), answers)
            for row in near
            if row.first_on and row.last_on
        ),
        answers,
        tuple(books.calendars[state.code] for state in states),
        tuple(Blackout(row.name, row.first_on, row.last_on, row.source) for row in blackouts),
    )


def clashes_at(meeting: Meeting, span: Span, beside: Iterable[int] | None = None) -> tuple[Clash, ...]:
    """What speaks against holding `meeting`, stored or not, at `span`; a constant number of queries.

    beside: keys of the meetings it is held beside on purpose, where the form says other ones than are stored.
    """
    if span.precision not in DATED or span.first_on is None or span.last_on is None:
        return ()
    found = surroundings(meeting, span.first_on, span.last_on, [meeting.track_id])
    if beside is None:
        beside = meeting.co_located_with.values_list("pk", flat=True) if meeting.pk else ()
    it = found.gathering(meeting, span, beside=frozenset(str(pk) for pk in beside))
    return found.clashes(it) if it else ()


def _answers(tracks: Iterable[int]) -> dict[int, tuple[Answer, ...]]:
    answers: dict[int, list[Answer]] = defaultdict(list)
    for row in Responsibility.objects.filter(track__in=tracks).select_related("ministry"):
        answers[row.track_id].append(
            Answer(row.ministry_id, str(row.ministry), row.valid_from, row.valid_until)
        )
    return {
        track: tuple(sorted(found, key=lambda answer: name_key(answer.name)))
        for track, found in answers.items()
    }


def _gathering(
    meeting: Meeting,
    first: date,
    last: date,
    key: str,
    beside: frozenset[str],
    answers: Mapping[int, tuple[Answer, ...]],
) -> Gathering:
    return Gathering(
        key=key or str(meeting.pk),
        title=str(meeting),
        first_on=first,
        last_on=last,
        city=meeting.city.strip().casefold(),
        country=meeting.country_id or meeting.host_id or "",
        is_travelled_to=meeting.format != Meeting.Format.VIDEO,
        ministries={
            answer.ministry: answer.name
            for answer in answers.get(meeting.track_id, ())
            if answer.holds(first, last)
        },
        beside=beside,
    )
