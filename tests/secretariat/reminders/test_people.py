"""On each day an address is written to as one contact at most, and as one whenever somebody is in office."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from secretariat.reminders.plan.people import Term, common_days, one_a_day

START = date(2027, 1, 1)
days = st.none() | st.integers(0, 20).map(lambda number: START + timedelta(days=number))
spans = st.tuples(days, days).filter(lambda span: None in span or span[0] <= span[1])
terms = st.lists(
    st.builds(lambda pk, span: Term(pk, *span, frozenset({str(pk)})), st.integers(1, 4), spans), max_size=5
)


def holds(span, day):
    return (span[0] is None or span[0] <= day) and (span[1] is None or day <= span[1])


def on(terms, day):
    return [term for term in terms if holds((term.since, term.until), day)]


@given(terms)
def test_on_each_day_the_first_in_office_is_written_to_and_nobody_else(given_terms):
    cut = list(one_a_day(given_terms))
    for number in range(-2, 24):
        day = START + timedelta(days=number)
        assert [term.contact_id for term in on(cut, day)] == [
            term.contact_id for term in on(given_terms, day)[:1]
        ]


@given(terms)
def test_who_is_written_to_has_the_roles_of_all_who_are_in_office_that_day(given_terms):
    cut = list(one_a_day(given_terms))
    for number in range(-2, 24):
        day = START + timedelta(days=number)
        for term in on(cut, day):
            assert term.roles >= {role for each in on(given_terms, day) for role in each.roles}


@given(spans, spans)
def test_common_days_are_those_of_both(one, other):
    both = common_days(one, other)
    for number in range(-2, 24):
        day = START + timedelta(days=number)
        assert (both is not None and holds(both, day)) == (holds(one, day) and holds(other, day))


def test_a_role_address_that_is_handed_over_is_written_to_as_one_contact_and_then_as_the_other():
    old = Term(1, None, date(2027, 3, 31), frozenset({"chair"}))
    new = Term(2, date(2027, 4, 1), None, frozenset({"protocol"}))
    assert list(one_a_day([old, new])) == [old, new]
