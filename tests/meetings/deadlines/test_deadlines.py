"""A deadline lands on a working day of each state, at close of business on that state's clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.days.workdays import NoWorkingDay, SpecialDay, WorkCalendar, land
from meetings.deadlines.rules import Line, Party, due_moments, in_chain_order, moments_of
from meetings.schedule.dates import Precision, Span

WEEKEND = frozenset({6, 7})


def calendar(state="KZ", closed=(), made_up=()):
    special = {date.fromisoformat(day): SpecialDay(True, "Nauryz") for day in closed}
    special |= {date.fromisoformat(day): SpecialDay(False, "Make-up working day") for day in made_up}
    return WorkCalendar(state, WEEKEND, special, frozenset(range(2020, 2035)))


def party(state="KZ", zone="Asia/Almaty", *, host=False, **days):
    return Party(state, zone, calendar(state, **days), is_host=host)


def on(day):
    return Span(Precision.DAY, date.fromisoformat(day), date.fromisoformat(day), "Asia/Shanghai")


def test_a_due_on_a_national_holiday_moves_to_the_day_before_in_that_state_only():
    parties = [party("KZ", closed=("2027-03-22", "2027-03-23")), party("CN", "Asia/Shanghai")]
    moments = due_moments(Line(-58), on("2027-05-20"), parties)  # the target is Tuesday 23 March
    assert {code: moment.due_on.isoformat() for code, moment in moments.items()} == {
        "KZ": "2027-03-19",
        "CN": "2027-03-23",
    }


def test_a_due_closes_at_the_end_of_business_on_the_states_own_clock():
    moments = due_moments(Line(-1), on("2027-06-17"), [party("CN", "Asia/Shanghai"), party("KZ")])
    assert [moment.due_at for moment in moments.values()] == [
        datetime(2027, 6, 16, 10, tzinfo=UTC),
        datetime(2027, 6, 16, 13, tzinfo=UTC),
    ]


def test_the_trail_tells_how_the_day_was_found():
    moment = due_moments(Line(-60), on("2027-06-17"), [party("KG", "Asia/Bishkek")])["KG"]
    assert [(step.code, step.day.isoformat()) for step in moment.trail] == [
        ("offset", "2027-04-18"),
        ("weekend", "2027-04-18"),
        ("weekend", "2027-04-17"),
        ("worked", "2027-04-16"),
    ]


def test_a_weekend_that_is_made_up_is_a_working_day():
    assert land(date(2026, 2, 14), calendar("CN", made_up=("2026-02-14",))).day == date(2026, 2, 14)


def test_a_deadline_after_the_meeting_counts_from_its_last_day():
    span = Span(Precision.DAY, date(2027, 6, 17), date(2027, 6, 18), "Asia/Shanghai")
    assert due_moments(Line(14), span, [party()])["KZ"].target_on == date(2027, 7, 2)


def test_only_those_who_are_asked_owe_something():
    parties = [party("CN", host=True), party("KZ")]
    owed = {
        who: list(due_moments(Line(-5, addressee=who), on("2027-06-17"), parties))
        for who in ("all", "host", "guests")
    }
    assert owed == {"all": ["CN", "KZ"], "host": ["CN"], "guests": ["KZ"]}


def test_a_meeting_without_a_day_has_no_dues():
    month = Span(Precision.MONTH, date(2027, 5, 1), date(2027, 5, 31), "Asia/Shanghai")
    assert due_moments(Line(-10), month, [party()]) == {}


def test_a_calendar_without_any_working_day_is_an_error_that_names_the_state():
    never = WorkCalendar("KZ", frozenset(range(1, 8)))
    with pytest.raises(NoWorkingDay, match="KZ: no working day within 30 days of 2027-05-01"):
        land(date(2027, 5, 1), never)


days = st.dates(date(2020, 1, 10), date(2034, 12, 20))
closed_days = st.sets(st.dates(date(2020, 1, 1), date(2034, 12, 31)), max_size=40)
zones = st.sampled_from(["Asia/Shanghai", "Asia/Almaty", "Asia/Bishkek", "Asia/Tashkent", "Asia/Kathmandu"])


@given(days, st.integers(-400, 0), closed_days, zones, st.sampled_from([time(9), time(18), time(23, 30)]))
def test_a_due_is_never_later_than_its_target_and_always_a_working_day(day, offset, closed, zone, hour):
    book = WorkCalendar("KZ", WEEKEND, {d: SpecialDay(True, "closed") for d in closed})
    span = Span(Precision.DAY, day, day, zone)
    moment = due_moments(Line(offset, hour), span, [Party("KZ", zone, book)])["KZ"]
    assert moment.due_on <= moment.target_on == day + timedelta(days=offset)
    assert book.closure(moment.due_on) is None
    assert moment.due_at.astimezone(ZoneInfo(zone)).date() == moment.due_on


# The chain: what follows never ends before what it follows.

ABROAD = ["Asia/Shanghai", "Asia/Almaty", "Pacific/Honolulu", "Pacific/Kiritimati"]


@st.composite
def chains(draw):
    """A meeting, its lines in a chain or not, and three states with calendars of their own."""
    count = draw(st.integers(2, 5))
    lines = {
        number: Line(
            draw(st.integers(-120, 30)),
            draw(st.sampled_from([time(9), time(12), time(18), time(23, 30)])),
            draw(st.sampled_from(["earlier", "later", "none"])),
            draw(st.sampled_from(["all", "host", "guests"])),
            draw(st.sampled_from(["state", "secretariat", "host", "all"])),
            0,
            draw(st.one_of(st.none(), st.integers(1, 4))),
        )
        for number in range(count)
    }
    books = [
        WorkCalendar(
            code,
            WEEKEND,
            {
                day: SpecialDay(draw(st.booleans()), "special", closes_at=None)
                for day in draw(st.sets(st.dates(date(2027, 1, 1), date(2027, 12, 31)), max_size=12))
            },
            frozenset({2027}),
        )
        for code in ("CN", "KZ", "UZ")
    ]
    parties = [
        Party(book.state, draw(st.sampled_from(ABROAD)), book, book is books[0], books[1], books[0])
        for book in books
    ]
    day = draw(st.dates(date(2027, 5, 1), date(2027, 11, 1)))
    return lines, Span(Precision.DAY, day, day, "Asia/Shanghai"), parties


@given(chains())
def test_no_state_owes_a_follower_before_what_it_follows(drawn):
    lines, span, parties = drawn
    moments = moments_of(lines, span, parties)
    for first, line in lines.items():
        for then, follower in lines.items():
            if line.chain_place is None or follower.chain_place is None:
                continue
            if line.chain_place < follower.chain_place:
                for code in moments[first].keys() & moments[then].keys():
                    assert moments[first][code].due_at <= moments[then][code].due_at


@given(chains())
def test_a_chain_moves_deadlines_earlier_only_and_onto_days_that_all_asked_work(drawn):
    lines, span, parties = drawn
    alone = {key: due_moments(line, span, parties) for key, line in lines.items()}
    moments = in_chain_order(lines, alone, parties)
    for key, line in lines.items():
        for party in parties:
            moment = moments[key].get(party.state)
            if moment is None:
                continue
            before = alone[key][party.state]
            assert moment.due_at <= before.due_at
            assert moment.due_at.astimezone(ZoneInfo(party.zone)).date() == moment.due_on
            assert (moment == before) is ("chain" not in [step.code for step in moment.trail])
            if line.roll != "none" or moment != before:
                books = (party.calendar, *party.others(line.calendars))
                assert [book.closure(moment.due_on) for book in books] == [None] * len(books)
            if line.roll == "earlier":
                assert moment.due_on <= moment.target_on


@given(chains())
def test_a_chain_in_order_stays_as_it_is(drawn):
    lines, span, parties = drawn
    once = moments_of(lines, span, parties)
    assert in_chain_order(lines, once, parties) == once


def test_a_text_rolled_later_does_not_end_after_the_comments_on_it():
    parties = [party("KZ", closed=("2027-04-16",))]
    lines = {"text": Line(-62, roll="later", chain_place=1), "comments": Line(-60, chain_place=2)}
    # The text: Friday 16 April is closed, so Monday 19. The comments: Sunday 18 goes back to Thursday 15.
    moments = moments_of(lines, on("2027-06-17"), parties)
    assert {key: found["KZ"].due_on.isoformat() for key, found in moments.items()} == {
        "text": "2027-04-15",
        "comments": "2027-04-15",
    }
    assert [step.code for step in moments["text"]["KZ"].trail][-2:] == ["chain", "worked"]


def test_a_line_may_ask_for_the_working_days_of_the_host_and_the_secretariat_too():
    host, seat = calendar("KZ", closed=("2027-04-16",)), calendar("CN", closed=("2027-04-15",))
    uz = Party("UZ", "Asia/Tashkent", calendar("UZ"), secretariat=seat, host=host)
    days = {
        whose: due_moments(Line(-62, calendars=whose), on("2027-06-17"), [uz])["UZ"].due_on.isoformat()
        for whose in ("state", "secretariat", "host", "all")
    }
    assert days == {
        "state": "2027-04-16",
        "secretariat": "2027-04-16",
        "host": "2027-04-15",
        "all": "2027-04-14",
    }


# The list of cases of the planner's design, §5.


def test_a_make_up_saturday_is_worked_in_china():
    # Ten days before 20 October 2026 is Saturday 10 October, made up for the National Day holiday.
    moments = due_moments(
        Line(-10), on("2026-10-20"), [party("CN", "Asia/Shanghai", made_up=("2026-10-10",))]
    )
    assert moments["CN"].due_on.isoformat() == "2026-10-10"


def test_nauryz_week_moves_a_deadline_five_days():
    closed = ("2027-03-22", "2027-03-23", "2027-03-24")
    moments = due_moments(Line(-30), on("2027-04-23"), [party("KZ", closed=closed)])
    assert (moments["KZ"].target_on.isoformat(), moments["KZ"].due_on.isoformat()) == (
        "2027-03-24",
        "2027-03-19",
    )


def test_the_may_holidays_of_kyrgyzstan_are_passed_in_one_step():
    closed = [f"2027-05-{day:02}" for day in range(1, 10)]
    moments = due_moments(Line(-10), on("2027-05-19"), [party("KG", "Asia/Bishkek", closed=closed)])
    assert moments["KG"].due_on.isoformat() == "2027-04-30"


def test_a_leap_day_is_counted():
    moments = due_moments(Line(-10), on("2028-03-10"), [party()])
    assert moments["KZ"].due_on.isoformat() == "2028-02-29"


def test_over_the_turn_of_a_year_whose_calendar_is_absent_the_trail_says_so():
    bare = WorkCalendar("KZ", WEEKEND, {}, frozenset({2026}))
    moments = due_moments(Line(-5), on("2027-01-09"), [Party("KZ", "Asia/Almaty", bare)])
    assert [step.code for step in moments["KZ"].trail] == ["offset", "worked_unknown_year"]


@pytest.mark.parametrize("day", ["2026-03-20", "2026-04-30", "2026-12-31"])
def test_on_a_shortened_day_a_deadline_closes_when_the_day_does(day):
    special = {
        date.fromisoformat(day): SpecialDay(False, "day before a feast", basis="law", closes_at=time(16))
    }
    book = WorkCalendar("KG", WEEKEND, special, frozenset({2026}))
    meeting = Span(Precision.DAY, *[date.fromisoformat(day) + timedelta(days=7)] * 2, "Asia/Bishkek")
    kg = Party("KG", "Asia/Bishkek", book)
    moment = due_moments(Line(-7), meeting, [kg])["KG"]
    assert moment.due_at == datetime.fromisoformat(f"{day}T10:00:00+00:00")
    assert moment.trail[-1].values == {"state": "KG", "name": "day before a feast", "hour": "16:00"}
    noon = due_moments(Line(-7, time(12)), meeting, [kg])["KG"]
    assert noon.due_at == datetime.fromisoformat(f"{day}T06:00:00+00:00")


@pytest.mark.parametrize(
    ("zone", "hour"), [("Pacific/Kiritimati", 4), ("Pacific/Honolulu", 28), ("Asia/Shanghai", 10)]
)
def test_a_day_is_the_states_own_on_either_side_of_the_date_line(zone, hour):
    moment = due_moments(Line(-1), on("2027-06-17"), [party("KZ", zone)])["KZ"]
    assert moment.due_on == date(2027, 6, 16)
    assert moment.due_at == datetime(2027, 6, 16, tzinfo=UTC) + timedelta(hours=hour)


def test_kazakhstan_changed_its_offset_on_the_first_of_march_2024():
    moments = [
        due_moments(Line(0), on(day), [party()])["KZ"].due_at.hour for day in ("2024-02-29", "2024-03-01")
    ]
    assert moments == [12, 13]
