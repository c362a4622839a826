"""Each kind of mail lands on a working day of its reader's state where the policy says so, by what governments decided.

The days are real ones of 2026: Tajikistan gave Monday 9 March for Mother's Day, a Sunday, and joined Nowruz to the days
around it from 20 to 29 March; Kazakhstan's Nauryz, from 21 to 23 March, took 24 and 25 March for its Saturday and
Sunday; China worked on Sunday 20 September, before its National Day.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from meetings.days.library_layer import import_library
from meetings.days.shipped import load_shipped_days
from meetings.days.state_calendars import calendars_of
from meetings.schedule.dates import instant
from meetings.silence.rules import Closing, Notice
from rotation.models import State
from secretariat.reminders.plan.agendas import Issue, wanted_of_issue
from secretariat.reminders.plan.answers import Answer, wanted_of_answers
from secretariat.reminders.plan.dated import Dated, wanted_of_dated
from secretariat.reminders.plan.digests import Digest, digest_before
from secretariat.reminders.plan.invitations import Follower, Occasion, Slot, awake, wanted_of_occasion
from secretariat.reminders.plan.policy import Rule
from secretariat.reminders.plan.quiet import Quiet
from secretariat.reminders.plan.silences import wanted_of_silence
from secretariat.reminders.plan.wanted import ContactFact, Told
from tests.factories import StateFactory

pytestmark = pytest.mark.django_db

CODES = ("CN", "KG", "KZ", "TJ")
ZONES = {"CN": "Asia/Shanghai", "KG": "Asia/Bishkek", "KZ": "Asia/Almaty", "TJ": "Asia/Dushanbe"}
NIGHT = Quiet(time(21), time(7))


@pytest.fixture
def calendars(db):
    """As the service has them: the library's days, and those shipped beside it."""
    for code in CODES:
        StateFactory(code=code, zone=ZONES[code])
    import_library(CODES, [2026])
    load_shipped_days(CODES)
    return calendars_of(State.objects.filter(code__in=CODES))


def rule(occasion, about, **more):
    return Rule(occasion, quiet=NIGHT, on_working_days=True, about=about, **more)


def told(about, kind, now, says):
    return {(about, 1): Told(kind, 1, says, "<1>", now - timedelta(days=2))}


# Each kind as it would go at once: (contact, now, days until what it speaks of, calendars) -> what is wanted


def dated(occasion, about="due", kind=None, status="open", before=None):
    def wanted(contact, now, away, calendars):
        at = now + timedelta(days=away)
        on = at.astimezone(ZoneInfo(contact.zone)).date()
        moment = Dated((about, 5), 2, contact.state, on, at, status, now if status == "received" else None)
        known = told((about, 5), before, now, at - timedelta(hours=2)) if before else {}
        rules = [rule(occasion, about)]
        return [
            want
            for want in wanted_of_dated([moment], [contact], rules, known, now, calendars)
            if want.kind == (kind or occasion)
        ]

    return wanted


def missed(contact, now, away, calendars):
    """A reminder whose day was before, as after an outage or for who came only then."""
    at = now + timedelta(days=away)
    on = at.astimezone(ZoneInfo(contact.zone)).date()
    moment = Dated(("due", 5), 2, contact.state, on, at)
    rules = [rule("before", "due", days=away + 10)]
    return wanted_of_dated([moment], [contact], rules, {}, now, calendars)


def answered(contact, now, away, calendars):
    at = now + timedelta(days=away)
    moment = Dated(("due", 5), 2, contact.state, at.date(), at)
    answer = Answer(3, moment, contact.id, "<1>", now)
    return wanted_of_answers([answer], [contact], [rule("answered", "due")], now, calendars)


def agenda(occasion, before=None):
    def wanted(contact, now, away, calendars):
        at = now + timedelta(days=away)
        stands = occasion != "withdrawn"
        issue = Issue(3, 1, now, at, at, stands, 2)
        known = told(("agenda", 3), before, now, at - timedelta(hours=2)) if before else {}
        return wanted_of_issue(issue, [contact], [rule(occasion, "agenda")], known, now, calendars=calendars)

    return wanted


def silence(kind):
    def wanted(contact, now, away, calendars):
        at = (now + timedelta(days=away)).astimezone(ZoneInfo(contact.zone))
        closing = Closing(at.date(), time(18), contact.zone)
        hours = 24 * (away - 1) if kind == "reminder" else None
        notice = Notice(kind, contact.state, 0, hours, now, closing.instant if hours else None, closing)
        rules = [rule("before" if hours else "first", "silence")]
        known = told(("silence", 4), "opened", now, closing.instant)
        return wanted_of_silence(4, [notice], [contact], rules, known, now, calendars)

    return wanted


def meeting(occasion, before=None):
    def wanted(contact, now, away, calendars):
        at = now + timedelta(days=away)
        slot = Slot(at.date(), at, at + timedelta(hours=8)) if occasion != "withdrawn" else None
        known = told(("meeting", 7), before, now, at - timedelta(hours=2)) if before else {}
        follower = Follower(contact, ((None, None),))
        for want in wanted_of_occasion(Occasion(7, 2, slot), [follower], known, now):
            yield from awake(want, [rule(occasion, "meeting")], now, calendars[contact.state])

    return wanted


KINDS = {
    **{
        f"{about}: {name}": make
        for about in ("due", "term", "closing")
        for name, make in {
            "first": dated("first", about),
            "changed": dated("changed", about, before="reminder"),
            "withdrawn": dated("withdrawn", about, status="withdrawn", before="reminder"),
        }.items()
    },
    "due: missed reminder": missed,
    "due: answered": answered,
    "agenda: issued": agenda("first"),
    "agenda: moved": agenda("changed", "issued"),
    "agenda: off": agenda("withdrawn", "issued"),
    **{
        f"silence: {kind}": silence(kind)
        for kind in ("opened", "extended", "reminder", "broken", "adopted", "set aside", "narrowed")
    },
    "meeting: invited": meeting("first"),
    "meeting: changed": meeting("changed", "invited"),
    "meeting: withdrawn": meeting("withdrawn", "invited"),
}
UNHURRIED = {"due: received": dated("received", status="received", before="reminder")}

DAYS = {
    "a Tajik transfer": ("TJ", "2026-03-09T10:00", "2026-03-10T09:00"),
    "Nowruz in Tajikistan": ("TJ", "2026-03-20T10:00", "2026-03-30T09:00"),
    "Nauryz in Kazakhstan": ("KZ", "2026-03-21T10:00", "2026-03-26T09:00"),
    "a Friday night before Nauryz": ("KZ", "2026-03-20T22:00", "2026-03-26T09:00"),
    "a Tajik working Saturday": ("TJ", "2026-03-14T10:00", "2026-03-14T10:00"),
    "a Chinese working Sunday": ("CN", "2026-09-20T10:00", "2026-09-20T10:00"),
    "a Chinese Saturday before it": ("CN", "2026-09-19T10:00", "2026-09-20T09:00"),
    "a Sunday": ("KG", "2026-04-12T10:00", "2026-04-13T09:00"),
    "a working day": ("KG", "2026-04-14T10:00", "2026-04-14T10:00"),
    "the night of a working day": ("KG", "2026-04-14T22:00", "2026-04-15T07:00"),
}


def goes(make, state, local, away, calendars):
    contact = ContactFact(1, state, ZONES[state])
    now = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONES[state])).astimezone(UTC)
    [want] = list(make(contact, now, away, calendars))
    return want.goes_at.astimezone(ZoneInfo(ZONES[state])).strftime("%Y-%m-%dT%H:%M")


@pytest.mark.parametrize("day", DAYS)
def test_each_kind_lands_on_a_working_day_of_its_reader(calendars, day):
    state, now, then = DAYS[day]
    found = {name: goes(make, state, now, 40, calendars) for name, make in (KINDS | UNHURRIED).items()}
    assert found == dict.fromkeys(KINDS | UNHURRIED, then)


def test_where_the_policy_does_not_say_so_it_goes_on_a_closed_day(calendars):
    found = {
        name: goes(make, "KG", "2026-04-12T10:00", 40, {})
        for name, make in KINDS.items()
        if "meeting" not in name
    }
    assert set(found.values()) == {"2026-04-12T10:00"}


def test_what_is_urgent_is_not_put_off_and_thanks_are_never_urgent(calendars):
    """The moment, or the one told before, is less than three days from the working day: the notice goes at once."""
    found = {
        name: goes(make, "KG", "2026-04-11T10:00", 4, calendars) for name, make in (KINDS | UNHURRIED).items()
    }
    assert found == dict.fromkeys(KINDS, "2026-04-11T10:00") | dict.fromkeys(UNHURRIED, "2026-04-13T09:00")


def test_urgent_or_not_the_night_is_kept(calendars):
    found = {name: goes(make, "KG", "2026-04-11T22:00", 4, calendars) for name, make in KINDS.items()}
    assert found == dict.fromkeys(KINDS, "2026-04-12T07:00")


def test_a_day_that_was_near_is_no_less_urgent_for_a_new_one_far_away(calendars):
    """Moved on a Saturday from Monday to a month later: who would come on Monday hears of it at once."""
    contact, now = ContactFact(1, "KG", ZONES["KG"]), datetime(2026, 4, 11, 4, tzinfo=UTC)
    at, was = now + timedelta(days=30), datetime(2026, 4, 13, 4, tzinfo=UTC)
    known = {(("meeting", 7), 1): replace(told(("meeting", 7), "invited", now, was)[("meeting", 7), 1])}
    [want] = wanted_of_occasion(
        Occasion(7, 2, Slot(at.date(), at, at + timedelta(hours=8))),
        [Follower(contact, ((None, None),))],
        known,
        now,
    )
    [goes_at] = [each.goes_at for each in awake(want, [rule("changed", "meeting")], now, calendars["KG"])]
    assert goes_at == now


# Counted from a moment: before it, after it


@pytest.mark.parametrize("occasion", ["overdue", "escalated"])
@pytest.mark.parametrize(
    ("state", "due_on", "planned_on"),
    [
        ("TJ", "2026-03-06", "2026-03-10"),  # three days after is Monday 9 March, given for a Sunday
        ("TJ", "2026-03-18", "2026-03-30"),
        ("KZ", "2026-03-18", "2026-03-26"),
        ("CN", "2026-09-17", "2026-09-20"),
        ("KG", "2026-04-09", "2026-04-13"),
    ],
)
def test_what_is_overdue_is_told_on_a_working_day(calendars, occasion, state, due_on, planned_on):
    day = date.fromisoformat(due_on)
    moment = Dated(("due", 5), 2, state, day, instant(day, time(18), ZONES[state]))
    contact, now = ContactFact(1, state, ZONES[state]), datetime(2026, 1, 5, 4, tzinfo=UTC)
    rules = [rule(occasion, "due", days=3)]
    [want] = wanted_of_dated([moment], [contact], rules, {}, now, calendars)
    assert (want.planned_on.isoformat(), want.planned_hour) == (planned_on, time(9))


@pytest.mark.parametrize("about", ["due", "term", "closing"])
@pytest.mark.parametrize(
    ("state", "due_on", "planned_on"),
    [
        ("TJ", "2026-03-12", "2026-03-06"),  # three days before is 9 March, the weekend stands before it
        ("TJ", "2026-03-30", "2026-03-19"),
        ("KZ", "2026-03-26", "2026-03-20"),
        ("CN", "2026-09-23", "2026-09-20"),
        ("KG", "2026-04-15", "2026-04-10"),
    ],
)
def test_a_reminder_is_on_the_working_day_before(calendars, about, state, due_on, planned_on):
    day = date.fromisoformat(due_on)
    moment = Dated((about, 5), 2, state, day, instant(day, time(18), ZONES[state]))
    contact, now = ContactFact(1, state, ZONES[state]), datetime(2026, 1, 5, 4, tzinfo=UTC)
    [want] = wanted_of_dated([moment], [contact], [rule("before", about, days=3)], {}, now, calendars)
    assert want.planned_on.isoformat() == planned_on


@pytest.mark.parametrize(
    ("state", "weekday", "moment", "goes_on"),
    [
        ("TJ", 1, "2026-03-12", "2026-03-10"),  # Monday 9 March is closed: the day after
        ("TJ", 1, "2026-04-02", "2026-03-30"),
        ("TJ", 1, "2026-03-27", "2026-03-19"),  # Monday 23 March is closed until after the moment
        ("CN", 7, "2026-09-23", "2026-09-20"),
        ("KG", 7, "2026-04-15", "2026-04-13"),
    ],
)
def test_a_digest_goes_on_a_working_day_before_what_it_tells_of(calendars, state, weekday, moment, goes_on):
    zone, day = ZONES[state], date.fromisoformat(moment)
    at = digest_before(instant(day, time(18), zone), Digest(weekday, time(9)), zone, calendars[state])
    assert at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") == f"{goes_on}T09:00"
    contact = ContactFact(1, state, zone, digest=Digest(weekday, time(9)))
    item = Dated(("due", 5), 2, state, day, instant(day, time(18), zone))
    rules = [rule("before", "due", days=14)]
    now = datetime(2026, 1, 5, 4, tzinfo=UTC)
    [want] = wanted_of_dated([item], [contact], rules, {}, now, calendars)
    assert (want.is_item, want.planned_on.isoformat()) == (True, goes_on)


def test_an_answer_and_thanks_that_wait_for_a_working_day_are_still_worth_saying(calendars):
    """Both are news for two days: counted from when they may go, or Nauryz would outlast them."""
    contact, now = ContactFact(1, "KZ", ZONES["KZ"]), datetime(2026, 3, 21, 4, tzinfo=UTC)
    over = Dated(("due", 5), 2, "KZ", date(2026, 3, 19), now - timedelta(days=2))
    thanks = replace(over, status="received", received_at=now)
    answer = Answer(3, over, 1, "<1>", now)
    wanted = [
        *wanted_of_dated([thanks], [contact], [rule("received", "due")], {}, now, calendars),
        *wanted_of_answers([answer], [contact], [rule("answered", "due")], now, calendars),
    ]
    found = [(want.kind, want.goes_at.isoformat(), want.expires_at.isoformat()) for want in wanted]
    morning, end = "2026-03-26T04:00:00+00:00", "2026-03-28T04:00:00+00:00"
    assert found == [("received", morning, end), ("answered", morning, end)]
