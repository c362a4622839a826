"""Periods as people write them, by the step."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.periods import LAST_MONTH, BadPeriod, read_period, write_period


@pytest.mark.parametrize(
    ("month", "step", "written"),
    [
        (2023 * 12, 12, "2023"),
        (2023 * 12, 1200, "2023"),
        (2017 * 12, 6, "2017-H1"),
        (2017 * 12 + 6, 6, "2017-H2"),
        (2024 * 12 + 1, 1, "2024-02"),
        (2024 * 12 + 11, 18, "2024-12"),
        (12, 12, "0001"),
        (LAST_MONTH, 1, "9999-12"),
    ],
)
def test_a_period_is_written_by_the_step_and_read_again(month, step, written):
    assert (write_period(month, step), read_period(written, step)) == (written, month)


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("2017-H2", 12),
        ("2017-H0", 6),
        ("2017-H3", 6),
        ("2017-h1", 6),
        ("2017", 6),
        ("2024-00", 1),
        ("2024-13", 1),
        ("2024-5", 1),
        ("2024-05-01", 1),
        ("2024", 18),
        ("0000", 12),
        ("99999", 12),
        ("-2023", 12),
        (" 2023", 12),
        ("2023\n", 12),
        ("٢٠٢٣", 12),
        ("", 12),
    ],
)
def test_another_form_is_refused(text, step):
    with pytest.raises(BadPeriod):
        read_period(text, step)


@given(st.integers(12, LAST_MONTH))
def test_every_month_comes_back_as_it_was_written(month):
    assert read_period(write_period(month, 1), 1) == month


@given(st.integers(1, 9899), st.integers(1, 1200))  # a century before the last year that can be written
def test_one_step_on_is_a_later_period_of_the_same_form(year, step):
    written = write_period(year * 12 + step, step)
    assert read_period(written, step) == year * 12 + step
    assert written > write_period(year * 12, step)
