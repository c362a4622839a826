"""Keeping the ledger equal to the plan: new rows, and pending ones that became untrue cancelled.

Runs inside the transaction that changed what is told, so that either both are there or neither.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from types import ModuleType
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from .as_read import Reading
from .digesting import left_behind, reconcile_digests
from .models import Delivery, append_events
from .plan.wanted import About, Told, ToldOf, Wanted
from .planting import plant, replant
from .subjects import agendas, dues, invitations, silences, terms

# What follows a meeting.
OF_A_MEETING = (dues, agendas, invitations)
SUBJECT_OF_A_MEETING = {"due": dues, "agenda": agendas, "closing": agendas, "meeting": invitations}
REASONS = {
    "reminder": "reminder rule {0.offset_code}",
    "changed": "it moved after this contact was told",
    "withdrawn": "it was withdrawn after this contact was told",
    "first": "the first notice of it",
    "overdue": "overdue by {0.offset_code}",
    "escalated": "overdue by {0.offset_code}, told to who answers for it",
    "received": "thanks for what was received",
    "answered": "what this contact said was set aside, and staff let it know",
    "issued": "stage {0.sequence} of the agenda was issued",
    "moved": "the meeting moved after this contact had its agenda",
    "off": "the meeting was called off after this contact had its agenda",
    "invited": "the contact follows it",
}
REASON_OF_AN_ACT = "act {0.sequence} upon the silence procedure"

State = Delivery.State
TOO_LATE = "its time passed before it could be sent"
ENDINGS: dict[str, str] = {State.CANCELLED: "no longer true", State.LAPSED: TOO_LATE}

# Of a delivery, what the plan does not look at: of thousands it takes longer to read than the rest.
UNREAD = (
    *("uid", "reason", "language", "recipient", "subject", "text", "html", "calendar", "sha256"),
    *("sent_at", "reply", "created_at"),
)

# How often a plan is made before it is made under the locks.
TRIES = 3

Key = tuple[str, About, int, str, int]
# One of subjects/, and the keys of what it counts by.
Scope = tuple[ModuleType, Collection[int]]


@dataclass(slots=True)
class Changes:
    """What has to be written so that the ledger is as the plan says, and the rows that this was found by."""

    read: list[int] = field(default_factory=list)
    untrue: list[Delivery] = field(default_factory=list)
    lapsed: list[Delivery] = field(default_factory=list)
    stale: list[tuple[Delivery, Wanted]] = field(default_factory=list)
    new: list[tuple[int | None, Wanted]] = field(default_factory=list)
    held: list[Delivery] = field(default_factory=list)


def reconcile_deliveries(
    subject: ModuleType, ids: Collection[int], *, now: datetime | None = None
) -> list[str]:
    """Make the open deliveries about a subject what the plan says; returns what differed, in words.

    subject: one of subjects/; ids: what it counts by, such as meetings. A constant number of queries.
    """
    return reconcile_scopes([(subject, ids)], now=now)


def reconcile_meetings(meeting_ids: Collection[int]) -> list[str]:
    """The same for all that follows these meetings."""
    return reconcile_scopes([(subject, meeting_ids) for subject in OF_A_MEETING])


@transaction.atomic
def reconcile_scopes(scopes: Collection[Scope], *, now: datetime | None = None) -> list[str]:
    """The same for several subjects at once.

    It is planned while no row is locked, so that a worker that is about to send does not wait for that. Then the rows
    are locked, in one order: who is about to send waits for us, or has already said so. A plan made on what is no
    longer so is made anew; where others are quicker again and again, under the locks.
    """
    now = now or timezone.now()
    for _try in range(TRIES):
        reading = Reading()
        with reading.kept():
            changes = _changes(scopes, now)
        with transaction.atomic():
            _lock(changes)
            if reading.holds():
                return _write(changes)
            transaction.set_rollback(True)  # which gives the locks back
    return _planned_under_locks(scopes, now)


def _planned_under_locks(scopes: Collection[Scope], now: datetime) -> list[str]:
    """Each row that is written was read while it was locked; what others add between the two is locked and read too."""
    locked: set[int] = set()
    while True:
        changes = _changes(scopes, now)
        if locked.issuperset(changes.read):
            return _write(changes)
        _lock(changes)
        locked.update(changes.read)


def _changes(scopes: Iterable[Scope], now: datetime) -> Changes:
    found = Changes()
    for subject, ids in scopes:
        rows = list(_rows_of(subject, ids).order_by("pk"))
        wanted = {want.key: (meeting_id, want) for meeting_id, want in subject.plan(ids, told_by(rows), now)}
        stored = {key_of(row): row for row in rows if row.resends_id is None}
        untrue = [row for key, row in stored.items() if row.state in Delivery.UNSENT and key not in wanted]
        untrue += _untrue_copies(rows, now)
        known = [(stored[key], want) for key, (_meeting, want) in wanted.items() if key in stored]
        behind = left_behind(row for row, want in known if row.is_item and not want.is_item)
        to_be_said = {_but_offset(key) for key in wanted}
        for row in untrue:
            is_lapsed = _lapses(row, now) and _but_offset(key_of(row)) not in to_be_said
            (found.lapsed if is_lapsed else found.untrue).append(row)
        found.read += [row.pk for row in rows]
        found.held += [row for row in rows if row.is_held]
        found.stale += [(row, want) for row, want in known if row.pk in behind or _is_stale(row, want, now)]
        found.new += [(meeting_id, want) for key, (meeting_id, want) in wanted.items() if key not in stored]
    return found


def _lock(changes: Changes) -> None:
    """Lock what was read, whatever became of it; of what was added since, the reading tells."""
    rows = Delivery.objects.filter(pk__in=changes.read).select_for_update().order_by("pk")
    list(rows.values_list("pk"))


def _write(changes: Changes) -> list[str]:
    stale, new = changes.stale, changes.new
    ended = [*changes.untrue, *changes.lapsed, *(row for row, _want in stale)]
    days = {(row.contact_id, row.planned_on) for row in ended if row.is_item}
    days |= {(want.contact_id, want.planned_on) for _of, want in (*stale, *new) if want.is_item}
    differences = [
        *_end(changes.untrue),
        *_end(changes.lapsed, State.LAPSED),
        *_revive(stale),
        *_create(new),
    ]
    _hold_on(changes.held, [want for _meeting, want in new])
    return [*differences, *reconcile_digests({contact for contact, _day in days}, days)]


def _rows_of(subject: ModuleType, ids: Collection[int]) -> QuerySet[Delivery]:
    """The rows of these, each with the Message-ID of the digest that told it, if one did."""
    rows = Delivery.objects.filter(subject.deliveries_of(ids)).annotate(told_as=F("digest__message_id"))
    return rows.defer(*UNREAD)


def scopes_of(rows: Iterable[Delivery]) -> Iterator[Scope]:
    """What to reconcile so that it covers these rows: each subject with the keys that it counts by."""
    scopes: dict[ModuleType, set[int | None]] = defaultdict(set)
    for row in rows:
        if row.kind == Delivery.Kind.DIGEST:
            continue  # it follows its items
        if row.term is not None:
            scopes[terms].add(row.term.seat.track_id)
        elif row.silence_id is not None:
            scopes[silences].add(row.silence_id)
        else:
            scopes[SUBJECT_OF_A_MEETING[row.about[0]]].add(row.meeting_id)
    for subject, ids in scopes.items():
        yield subject, sorted(key for key in ids if key is not None)


def still_wanted(rows: Collection[Delivery], now: datetime) -> set[int]:
    """The keys of those rows that the plan would still say, each as if it alone had not been said.

    Each alone, since one may be true only because of another: of a move is told who knew the former day.
    """
    digests = [row for row in rows if row.kind == Delivery.Kind.DIGEST and row.expires_at > now]
    found = {row.pk for row in digests if _is_digest_wanted(row, now)}
    for subject, ids in scopes_of(rows):
        of_it = list(_rows_of(subject, ids))
        for asked in _each_alone(rows):
            told = told_by(row for row in of_it if not {row.pk, row.resends_id} & asked)
            wanted = {want.key for _meeting, want in subject.plan(ids, told, now)}
            found |= {row.pk for row in of_it if row.pk in asked and key_of(row) in wanted}
    return found


def _is_digest_wanted(row: Delivery, now: datetime) -> bool:
    """Whether the plan would still say it: all of what was sent and is told again; something, where it is written anew."""
    is_written_anew = row.resends_id is None and row.state in (State.UNCERTAIN, State.FAILED)
    first = row
    while first.resends is not None:
        first = first.resends
    items = list(first.items.all()) or list(Delivery.objects.in_digest(first))
    true = still_wanted(items, now)
    holds = [item.pk in true for item in items]
    return any(holds) if is_written_anew else bool(holds) and all(holds)


def _each_alone(rows: Iterable[Delivery]) -> list[set[int]]:
    """The keys of these rows in as few sets as it takes that no two in one told somebody of the same thing."""
    sets: list[set[int]] = []
    heard: Counter[tuple[About, int]] = Counter()
    for row in rows:
        number = heard[row.about, row.contact_id]
        heard[row.about, row.contact_id] += 1
        if number == len(sets):
            sets.append(set())
        sets[number].add(row.pk)
    return sets


def _untrue_copies(rows: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """Those of a mail sent again that have not left, and whose first one would no longer be said."""
    rows = list(rows)
    copies = [row for row in rows if row.resends_id is not None and row.state in Delivery.UNSENT]
    resent = {copy.resends_id for copy in copies}
    true = still_wanted([row for row in rows if row.pk in resent], now) if copies else set()
    return [copy for copy in copies if copy.resends_id not in true]


def told_by(rows: Iterable[Delivery]) -> ToldOf:
    """The last that each contact was told, or may have been, by what it was about."""
    told: ToldOf = {}
    for row in sorted(rows, key=lambda row: (row.dated_at or row.planned_at, row.pk)):
        if row.state in Delivery.TOLD:
            told[row.about, row.contact_id] = Told(
                row.kind,
                row.sequence,
                row.says_due_at,
                getattr(row, "told_as", None) or row.message_id,
                row.planned_at,
                row.offset_code,
                row.dated_at,
            )
    return told


def key_of(row: Delivery) -> Key:
    return (row.kind, row.about, row.sequence, row.offset_code, row.contact_id)


def _but_offset(key: Key) -> tuple[object, ...]:
    """What is said, by whichever offset: what a later reminder or overdue notice says is no loss."""
    kind, about, sequence, _offset, contact_id = key
    return (kind, about, sequence, contact_id)


def _hold_on(held_rows: Iterable[Delivery], new: Iterable[Wanted]) -> None:
    """What staff hold stays held where the same is to be said at the same hour under a newer number."""
    held = {(*key_of(row)[:2], *key_of(row)[3:], row.planned_at) for row in held_rows}
    for want in new:
        if (want.kind, want.about, want.offset_code, want.contact_id, want.planned_at) in held:
            kind, _about, sequence, offset_code, contact_id = want.key
            planted = Delivery.objects.filter(
                kind=kind,
                sequence=sequence,
                offset_code=offset_code,
                contact_id=contact_id,
                state=State.PENDING,
            )
            keys = [row.pk for row in planted if row.about == want.about]
            Delivery.objects.filter(pk__in=keys).update(is_held=True)


def _in_words(what: str, rows: Iterable[Delivery]) -> list[str]:
    return [f"{what} {row.kind} {row.offset_code} of {row.about[0]} {row.about[1]}" for row in rows]


def _lapses(row: Delivery, now: datetime) -> bool:
    """Whether nothing but the time that passed makes it untrue, although its hour had come: whoever answers for the
    mail has to know. What staff held back, or sent again past its time, they know of."""
    was_to_go = row.attempts == 0 or row.state == State.DEFERRED
    return was_to_go and not row.is_held and row.resends_id is None and row.expires_at <= now


def _end(rows: list[Delivery], state: str = State.CANCELLED) -> list[str]:
    """End rows that have not left us: nothing more is sent of them."""
    Delivery.objects.filter(pk__in=[row.pk for row in rows]).update(state=state, token=None, lease_until=None)
    append_events([row.pk for row in rows], state, ENDINGS[state])
    return _in_words(state, rows)


def _is_stale(row: Delivery, want: Wanted, now: datetime) -> bool:
    """A row that was ended and is wanted again, or an unsent one of which something changed.

    One that lapsed is wanted again after a clock that ran ahead was put right.
    """
    return row.state in Delivery.ENDED or (row.state in Delivery.UNSENT and _moved(row, want, now))


def _revive(pairs: list[tuple[Delivery, Wanted]]) -> list[str]:
    """Plan stale rows anew. Taken from the worker that has one, which may have written the former moment."""
    replant(pairs)
    append_events([row.pk for row, _want in pairs], Delivery.State.PENDING, "planned anew")
    return _in_words("planned anew", [row for row, _want in pairs])


def _moved(row: Delivery, want: Wanted, now: datetime) -> bool:
    # A notice is planned for "now", unless it waits for a day: that its now was another is no difference.
    has_hour = want.kind in Delivery.COUNTED or max(row.planned_at, want.planned_at) > now
    is_moved = has_hour and (row.planned_at, row.zone) != (want.planned_at, want.zone)
    is_another = (row.expires_at, row.says_due_at) != (want.expires_at, want.says_due_at)
    return is_moved or is_another or _waits_for_another_day(row, want, now)


def _waits_for_another_day(row: Delivery, want: Wanted, now: datetime) -> bool:
    """A notice that was put off, and waits for another day than it would now, as when a day was declared a holiday."""
    if want.goes_at is None or row.state != State.PENDING or row.next_try_at <= now:
        return False
    return row.next_try_at.astimezone(ZoneInfo(want.zone)).date() != want.day_it_goes


def _create(pairs: list[tuple[int | None, Wanted]]) -> list[str]:
    plant([(of, want, REASONS.get(want.kind, REASON_OF_AN_ACT).format(want)) for of, want in pairs])
    return [
        f"planned {want.kind} {want.offset_code} of {want.about[0]} {want.about[1]}" for _of, want in pairs
    ]
