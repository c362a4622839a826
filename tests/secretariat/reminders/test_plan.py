"""What the plan of reminders promises, whatever happens: no key twice, and nobody left with what is no longer true."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import example, given
from hypothesis import strategies as st

from meetings.schedule.dates import instant
from meetings.silence.rules import Act, Closing, Kind, notices
from secretariat.reminders.plan.agendas import Issue, wanted_of_issue
from secretariat.reminders.plan.dated import Dated, wanted_of_dated
from secretariat.reminders.plan.policy import Rule
from secretariat.reminders.plan.quiet import Quiet
from secretariat.reminders.plan.silences import wanted_of_silence
from secretariat.reminders.plan.wanted import ContactFact, Told

NOON = datetime(2027, 3, 1, 7, tzinfo=UTC)
ALMATY = ContactFact(1, "KZ", "Asia/Almaty")
RULES = [Rule("before", days) for days in (14, 7, 1)] + [Rule("changed"), Rule("withdrawn")]
ACTS = [Rule("first"), Rule("before"), Rule("changed"), Rule("withdrawn")]
ABOUT = ("term", 7)


class Ledger:
    """Says what is wanted and due, once a key, as the ledger's unique key has it."""

    def __init__(self):
        self.said, self.told = {}, {}

    def tick(self, wanted, now):
        for want in sorted(wanted, key=lambda want: want.planned_at):
            if want.planned_at <= now < want.expires_at and want.key not in self.said:
                self.said[want.key] = want
                self.told[want.about, want.contact_id] = Told(
                    want.kind, want.sequence, want.says_due_at, f"<{len(self.said)}>", want.planned_at
                )


@st.composite
def histories(draw):
    """What becomes of a moment, day by day: where it stands, whether it stands, whether the worker ran."""
    days = st.integers(40, 90).map(lambda days: date(2027, 3, 1) + timedelta(days=days))
    return draw(
        st.lists(st.tuples(st.integers(0, 3), days, st.booleans(), st.booleans()), min_size=1, max_size=12)
    )


def moment_of(day, stands):
    return Dated(
        ABOUT, None, "KZ", day, instant(day, time(18), "Asia/Almaty"), "open" if stands else "withdrawn"
    )


@given(histories())
def test_who_was_told_of_a_moment_knows_after_every_tick_what_became_of_it(history):
    ledger, now = Ledger(), NOON
    for pause, day, stands, runs in history:
        now += timedelta(days=pause, minutes=1)
        moment = moment_of(day, stands)
        wanted = list(wanted_of_dated([moment], [ALMATY], RULES, ledger.told, now))
        assert len({want.key for want in wanted}) == len(wanted)
        if not runs:
            continue
        ledger.tick(wanted, now)
        told = ledger.told.get((ABOUT, 1))
        if told is None or told.says <= now:
            continue
        assert (told.kind == "withdrawn") is not stands
        if stands:
            assert told.says == moment.at


@given(histories())
def test_planning_again_after_all_was_said_says_nothing_more_at_the_same_moment(history):
    ledger, now = Ledger(), NOON
    for pause, day, stands, _runs in history:
        now += timedelta(days=pause, minutes=1)
        moment = moment_of(day, stands)
        ledger.tick(wanted_of_dated([moment], [ALMATY], RULES, ledger.told, now), now)
        said = len(ledger.said)
        ledger.tick(wanted_of_dated([moment], [ALMATY], RULES, ledger.told, now), now)
        assert len(ledger.said) == said


@given(
    st.integers(0, 30 * 24 * 4), st.sampled_from([None, Quiet(time(21), time(7)), Quiet(time(0), time(12))])
)
@example(24 * 4 * 27 - 5 * 4 + 3, Quiet(time(21), time(7)))  # 02:45 of the day of a reminder at nine
def test_a_reminder_that_was_missed_never_goes_on_the_day_of_the_next(quarters, quiet):
    now = instant(date(2027, 3, 1), time(0), "UTC") + timedelta(minutes=15 * quarters)
    rules = [Rule("before", days, quiet=quiet) for days in (14, 7, 3, 1, 0)]
    moment = moment_of(date(2027, 3, 31), True)
    wanted = list(wanted_of_dated([moment], [ALMATY], rules, {}, now))
    days = [want.day_it_goes for want in wanted]
    assert len(set(days)) == len(days)
    if now < moment.at:
        assert wanted  # the deadline is told of all the same


def test_a_moment_moved_there_and_back_and_there_is_told_each_time():
    ledger, now = Ledger(), NOON
    here, there = moment_of(date(2027, 3, 10), True), moment_of(date(2027, 4, 20), True)
    kinds = []
    for number, moment in enumerate((here, there, here, there)):
        at = now + timedelta(hours=number)
        ledger.tick(wanted_of_dated([moment], [ALMATY], RULES, ledger.told, at), at)
        kinds.append((ledger.told[ABOUT, 1].kind, ledger.told[ABOUT, 1].says == moment.at))
    assert kinds == [("reminder", True), ("changed", True), ("changed", True), ("changed", True)]


def silence(*acts):
    closing = Closing(date(2027, 3, 10), time(18), "Asia/Almaty")
    opened = Act(Kind.OPENED, NOON, closing=closing)
    return notices(("KZ", "CN"), (opened, *acts), (72, 3)), closing.instant


def kinds_at(now, notices_, ledger=None):
    told = ledger.told if ledger else {}
    wanted = wanted_of_silence(5, notices_, [ALMATY], ACTS, told, now)
    return [(want.kind, want.offset_code) for want in sorted(wanted, key=lambda want: want.planned_at)]


def test_silence_is_told_when_it_opens_and_in_hours_before_it_closes():
    told, _closes = silence()
    assert kinds_at(NOON, told) == [("opened", ""), ("reminder", "PT72H"), ("reminder", "PT3H")]


def test_that_silence_was_opened_is_no_news_once_it_was_broken_and_the_break_is_told():
    broken = Act(Kind.OBJECTED, NOON + timedelta(hours=5), "CN")
    told, _closes = silence(broken)
    assert kinds_at(NOON + timedelta(hours=6), told) == [("broken", "")]


def test_how_silence_ended_is_told_for_two_weeks_to_who_did_not_hear_of_it():
    broken = Act(Kind.OBJECTED, NOON + timedelta(hours=5), "CN")
    told, _closes = silence(broken)
    assert kinds_at(NOON + timedelta(days=13), told) == [("broken", "")]
    assert kinds_at(NOON + timedelta(days=15), told) == []


def test_after_an_outage_the_newest_reminder_goes_alone_and_none_to_who_is_told_of_the_opening_only_then():
    told, closes = silence()
    ledger, late = Ledger(), closes - timedelta(hours=2)
    assert kinds_at(late, told, ledger) == [("opened", "")]
    ledger.tick(wanted_of_silence(5, told, [ALMATY], ACTS, {}, NOON), NOON)
    assert [kind for kind in kinds_at(late, told, ledger) if kind[0] == "reminder"] == [("reminder", "PT3H")]


def issue(day, *, number=1, stands=True, sequence=0):
    meets_at = instant(day, time(9), "Asia/Almaty")
    return Issue(3, number, NOON, meets_at, meets_at, stands, sequence)


def test_an_agenda_is_news_until_the_meeting_and_only_its_last_stage():
    second = issue(date(2027, 4, 1), number=2)
    (want,) = wanted_of_issue(second, [ALMATY], ACTS, {}, NOON + timedelta(days=2))
    assert (want.kind, want.sequence, want.expires_at) == ("issued", 2, second.untrue_from)
    assert list(wanted_of_issue(second, [ALMATY], ACTS, {}, second.untrue_from)) == []


@given(
    st.lists(
        st.tuples(st.integers(40, 60), st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=12
    )
)
def test_who_has_an_agenda_knows_after_every_tick_when_its_meeting_is(history):
    ledger, now, number = Ledger(), NOON, 1
    for sequence, (days, stands, is_anew, runs) in enumerate(history):
        now += timedelta(hours=1)
        number += is_anew
        last = issue(date(2027, 3, 1) + timedelta(days=days), number=number, stands=stands, sequence=sequence)
        wanted = list(wanted_of_issue(last, [ALMATY], ACTS, ledger.told, now))
        assert len({want.key for want in wanted}) == len(wanted)
        if runs:
            ledger.tick(wanted, now)
        told = ledger.told.get((("agenda", 3), 1))
        if runs and told is not None:
            assert (told.kind == "off") is not stands
            assert not stands or told.says == last.says
