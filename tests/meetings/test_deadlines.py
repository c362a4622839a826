"""A deadline lands on a working day of each state, at close of business on that state's clock."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.dates import Precision, Span
from meetings.deadlines import Line, Party, due_moments
from meetings.workdays import NoWorkingDay, SpecialDay, WorkCalendar, land

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
