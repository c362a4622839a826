"""The table of special days: what wins, what is only expected, and how a year looks. Pure."""

from datetime import date, time

import pytest

from meetings.days.halo import Around, Between, HaloRule, expected_days
from meetings.days.library import halo_rules, library_days
from meetings.days.workdays import SpecialDay, WorkCalendar, land, strongest
from meetings.days.workyear import state_day, year_days

WEEKEND = frozenset({6, 7})
KNOWN = frozenset({2026, 2027})


def on(text):
    return date.fromisoformat(text)


def book(state="KZ", **entries):
    """`d2027_03_22=SpecialDay(...)` by day."""
    special = {on(name[1:].replace("_", "-")): entry for name, entry in entries.items()}
    return WorkCalendar(state, WEEKEND, special, KNOWN)


@pytest.mark.parametrize(
    ("bases", "winner"),
    [
        (["library", "provisional"], "library"),
        (["word", "library"], "word"),
        (["notice", "word", "library"], "notice"),
        (["law", "decree"], "decree"),
        (["provisional", "word"], "word"),
    ],
)
def test_a_decree_or_notice_wins_over_other_words_and_these_over_the_library(bases, winner):
    assert strongest([SpecialDay(True, basis, basis=basis) for basis in bases]).basis == winner


def test_a_day_beside_an_estimated_feast_is_worked_and_says_so():
    calendar = book(d2027_03_09=SpecialDay(True, "Eid al-Fitr (estimated)", "estimated"))
    landed = land(on("2027-03-10"), calendar)
    assert landed.day == on("2027-03-10")
    assert [step.code for step in landed.trail] == ["worked_near_estimate"]
    assert state_day(on("2027-03-08"), calendar).kind == "near_estimate"
    kinds = {day: state_day(on(f"2027-03-{day}"), calendar).kind for day in ("07", "08", "11", "12")}
    assert kinds == {"07": "weekend", "08": "near_estimate", "11": "near_estimate", "12": "worked"}


def test_the_likeliest_of_two_estimated_feasts_is_named():
    calendar = book(
        d2027_03_09=SpecialDay(True, "far", "estimated"), d2027_03_12=SpecialDay(True, "near", "estimated")
    )
    assert calendar.estimate_beside(on("2027-03-11")).name == "near"
    assert book(d2027_03_10=SpecialDay(True, "far", "estimated")).estimate_beside(on("2027-03-08")) is None


def test_every_kind_of_day_is_told_apart():
    calendar = book(
        d2027_03_22=SpecialDay(True, "Nauryz"),
        d2027_03_09=SpecialDay(True, "Eid", "estimated"),
        d2027_02_11=SpecialDay(True, "Spring Festival", "provisional", "provisional"),
        d2027_03_27=SpecialDay(False, "Make-up working day"),
        d2027_12_31=SpecialDay(False, "New Year's Eve", basis="law", closes_at=time(15)),
    )
    kinds = {day.day.isoformat(): day.states[0].kind for day in year_days(2027, [calendar])}
    asked = ["03-22", "03-09", "02-11", "03-27", "12-31", "03-10", "03-20", "03-17"]
    assert [kinds[f"2027-{day}"] for day in asked] == [
        "closed",
        "estimated",
        "provisional",
        "made_up",
        "shortened",
        "near_estimate",
        "weekend",
        "worked",
    ]


def test_a_year_has_all_its_days_and_counts_who_works():
    days = list(year_days(2028, [book("KZ"), book("KG", d2028_02_29=SpecialDay(True, "closed"))]))
    assert len(days) == 366
    assert [day.working for day in days if day.day == on("2028-02-29")] == [1]


RULE = HaloRule(
    2026,
    (Around("Spring Festival", 1, 7), Between("Labor Day", (5, 1), (5, 5))),
    bridges=True,
)


def test_the_days_round_the_spring_festival_and_in_early_may_are_expected_to_be_closed():
    closed = {on("2027-02-06"): "Spring Festival", on("2027-02-08"): "Spring Festival"}
    found = expected_days(RULE, 2027, closed, WEEKEND)
    assert [day.isoformat()[5:] for day in found] == [
        "02-05",
        "02-09",
        "02-10",
        "02-11",
        "02-12",
        "05-03",
        "05-04",
        "05-05",
    ]


def test_a_feast_of_one_day_on_a_tuesday_or_thursday_makes_a_bridge():
    closed = {
        on("2028-04-04"): "Tomb-Sweeping Day",  # a Tuesday
        on("2027-06-10"): "Of 2027",  # another year
        on("2028-06-15"): "Feast",  # a Thursday
        on("2028-09-13"): "On a Wednesday",
        on("2028-11-07"): "Two days",
        on("2028-11-08"): "Two days",
    }
    found = expected_days(HaloRule(2026, (), True), 2028, closed, WEEKEND)
    assert {day.isoformat(): name for day, name in found.items()} == {
        "2028-04-03": "Tomb-Sweeping Day",
        "2028-06-16": "Feast",
    }


def test_china_is_expected_to_close_from_the_year_on_that_the_library_does_not_know():
    assert halo_rules()["CN"].known_until == 2026
    found = library_days("CN", [2026, 2027], WEEKEND)
    expected = sorted(day.isoformat() for day, basis in found if basis == "provisional")
    # 7 October 2027 is the seventh day after the first of the month; the library closes 1, 4 and 5.
    assert expected == ["2027-02-11", "2027-02-12", "2027-05-05", "2027-10-06", "2027-10-07", "2027-10-08"]
    assert {entry.certainty for (day, _b), entry in found.items() if day.year == 2026} == {"confirmed"}
    assert {entry.certainty for (day, _b), entry in found.items() if day.year == 2027} == {"provisional"}


def test_a_year_whose_notice_is_recorded_is_no_longer_provisional():
    found = library_days("CN", [2027], WEEKEND, noticed=[2027])
    assert {(basis, entry.certainty) for (_day, basis), entry in found.items()} == {("library", "confirmed")}


def test_a_state_without_yearly_notices_has_nothing_expected():
    assert {basis for _day, basis in library_days("KG", [2027], WEEKEND)} == {"library"}


def test_a_state_that_the_library_does_not_know_has_no_days():
    assert library_days("XX", [2027], WEEKEND) == {}
