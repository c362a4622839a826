"""Dates as far as they are known, and the instants of local decisions."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.schedule.dates import BadSpan, Precision, Span, instant, parse_span, value_of


@pytest.mark.parametrize(
    ("start", "precision", "first", "last"),
    [
        ("2027", Precision.YEAR, date(2027, 1, 1), date(2027, 12, 31)),
        ("2024-02", Precision.MONTH, date(2024, 2, 1), date(2024, 2, 29)),
        ("2025-06-17", Precision.DAY, date(2025, 6, 17), date(2025, 6, 17)),
        (None, Precision.NONE, None, None),
    ],
)
def test_a_date_is_known_as_far_as_it_is_written(start, precision, first, last):
    span = parse_span(start, None, "Asia/Shanghai")
    assert (span.precision, span.first_on, span.last_on) == (precision, first, last)


def test_a_partial_date_has_no_instant():
    span = parse_span("2027-05", None, "Asia/Shanghai")
    assert (span.starts_at, span.ends_at) == (None, None)


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_a_day_that_is_written_and_read_again_is_the_same(day):
    span = parse_span(day.isoformat(), None, "Asia/Tashkent")
    assert value_of(span) == day.isoformat()


@pytest.mark.parametrize(
    ("start", "end", "field"),
    [
        ("2025-02-29", None, "start"),
        ("2025-13", None, "start"),
        ("17.06.2025", None, "start"),
        ("2025-06-17", "2025-06-16", "last_on"),
        ("2025-06", "2025-06-17", "end"),
        (None, "2025", "end"),
        ("9999-12-31", None, "start"),
        ("2199", "2200", "end"),
        ("0026-05-18", None, "start"),
    ],
)
def test_a_bad_date_names_its_field(start, end, field):
    with pytest.raises(BadSpan) as refusal:
        parse_span(start, end, "Asia/Shanghai")
    assert refusal.value.field == field


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (date(9999, 12, 31), date(9999, 12, 31), "first_on"),
        (date(2199, 12, 31), date(2200, 1, 1), "last_on"),
        (date(26, 5, 18), date(2026, 5, 18), "first_on"),
    ],
)
def test_a_year_that_is_a_slip_of_the_pen_is_refused_at_its_field(first, last, field):
    with pytest.raises(BadSpan) as refusal:
        Span(Precision.DAY, first, last, "Asia/Shanghai")
    assert (refusal.value.field, refusal.value.code) == (field, "another_age")


@pytest.mark.parametrize(("day", "offset"), [(date(1900, 1, 1), 8), (date(2199, 12, 31), -4)])
def test_the_first_and_the_last_day_that_can_be_entered_have_their_instants(day, offset):
    span = Span(Precision.DAY, day, day, "Asia/Shanghai" if offset > 0 else "America/Caracas")
    assert span.ends_at - span.starts_at == timedelta(days=1)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        # Kazakhstan went from +06 to +05 at midnight of 1 March 2024, local time.
        (datetime(2024, 2, 29, 18), datetime(2024, 2, 29, 12, tzinfo=UTC)),
        (datetime(2024, 3, 1, 18), datetime(2024, 3, 1, 13, tzinfo=UTC)),
        # 23:30 came twice that evening: the first one is meant (RFC 5545 §3.3.5).
        (datetime(2024, 2, 29, 23, 30), datetime(2024, 2, 29, 17, 30, tzinfo=UTC)),
        (datetime(2024, 3, 1, 0, 0), datetime(2024, 2, 29, 19, 0, tzinfo=UTC)),
    ],
)
def test_almaty_keeps_its_wall_clock_over_the_change_of_its_zone(moment, expected):
    assert instant(moment.date(), moment.time(), "Asia/Almaty") == expected


def test_a_meeting_without_hours_ends_at_the_midnight_after_its_last_day():
    span = Span(Precision.DAY, date(2026, 12, 31), date(2026, 12, 31), "Asia/Bishkek")
    assert span.ends_at == datetime(2026, 12, 31, 18, tzinfo=UTC)


def test_a_meeting_that_ends_before_it_starts_is_refused():
    with pytest.raises(BadSpan):
        Span(Precision.TIME, date(2027, 6, 17), date(2027, 6, 17), "Asia/Shanghai", time(15), time(14, 30))
