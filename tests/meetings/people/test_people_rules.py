"""Quorums, terms, retention, lists of participants and recommendations: the rules by themselves."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.committees.follow_up import AFTER, FollowUp, next_steps, step_refusal
from meetings.committees.quorum import Place, QuorumRule, quorum_of
from meetings.committees.terms import Term, leaving
from meetings.people.participants import (
    Differences,
    ListStage,
    Participant,
    differences,
    list_refusal,
    next_stages,
)
from meetings.people.retention import DEFAULT_DAYS, Category, category_of, retention

SIX = ("CN", "KZ", "KG", "TJ", "TM", "UZ")
FIVE = QuorumRule("number", 5, required=("CN",))


def places(*absent, unknown=()):
    return [
        Place(number, code, None if code in unknown else code not in absent)
        for number, code in enumerate(SIX)
    ]


@pytest.mark.parametrize(
    ("rule", "there", "reason", "counted"),
    [
        (QuorumRule(), places(), "reached", (6, 6, 6)),
        (QuorumRule(), places("TM"), "too_few", (5, 6, 6)),
        (FIVE, places("TM"), "reached", (5, 5, 6)),
        (FIVE, places("CN"), "required_missing", (5, 5, 6)),
        (FIVE, places("TM", "KG"), "too_few", (4, 5, 6)),
        (QuorumRule("percent", 34), places("TM", "KG", "TJ"), "reached", (3, 3, 6)),
        (QuorumRule("percent", 51), places("TM", "KG", "TJ"), "too_few", (3, 4, 6)),
        (QuorumRule(), [], "no_members", (0, 0, 0)),
        (QuorumRule("number", 1), places(unknown=SIX), "not_recorded", (0, 1, 6)),
        (QuorumRule("number", 5), places(unknown=("KZ",)), "reached", (5, 5, 6)),
    ],
)
def test_a_quorum_says_how_many_were_there_and_why_that_is_enough_or_not(rule, there, reason, counted):
    quorum = quorum_of(rule, there)
    assert (quorum.reason, (quorum.present, quorum.needed, quorum.members)) == (reason, counted)
    assert quorum.is_there == (reason == "reached")
    assert quorum.missing == (("CN",) if reason == "required_missing" else quorum.missing)


def test_a_state_with_two_seats_is_counted_once_unless_seats_are_counted():
    there = [Place(1, "KZ", True), Place(2, "KZ", False), Place(3, "CN", True)]
    assert quorum_of(QuorumRule(), there).reason == "reached"
    assert quorum_of(QuorumRule(unit="seats"), there).reason == "too_few"


@given(st.lists(st.sampled_from(SIX), unique=True), st.sampled_from([QuorumRule(), FIVE]), st.data())
def test_one_more_who_comes_never_breaks_a_quorum(absent, rule, data):
    fewer = data.draw(st.lists(st.sampled_from(absent), unique=True)) if absent else []
    if quorum_of(rule, places(*absent)).is_there:
        assert quorum_of(rule, places(*fewer)).is_there


def term(key, starts, ends, seat=1, office="member"):
    return Term(key, seat, office, date.fromisoformat(starts), date.fromisoformat(ends) if ends else None)


ENDING = term(1, "2025-01-01", "2027-01-01")


def test_nobody_leaves_whose_term_is_renewed_without_a_gap_or_has_no_end():
    renewed = term(2, "2027-01-01", None)
    assert leaving([ENDING, renewed], date(2026, 12, 1)) == ()
    other_office = term(3, "2027-01-01", None, office="co-chair")
    assert leaving([ENDING, other_office, term(4, "2027-01-02", None)], date(2026, 12, 1)) == (ENDING,)


def test_who_leaves_within_ninety_days_is_counted_to_the_day():
    day = ENDING.ends_on - timedelta(days=90)
    assert leaving([ENDING], day) == (ENDING,)
    assert leaving([ENDING], day - timedelta(days=1)) == ()
    assert leaving([ENDING], ENDING.ends_on) == ()
    assert (ENDING.runs_on(date(2026, 12, 31)), ENDING.runs_on(date(2027, 1, 1))) == (True, False)


def test_personal_data_are_kept_through_the_last_day_of_their_time_and_heads_for_good():
    until = retention(Category.OTHERS, 365, date(2025, 6, 17))
    assert until.last_on == date(2026, 6, 17)
    assert (until.is_over(date(2026, 6, 17)), until.is_over(date(2026, 6, 18))) == (False, True)
    assert not retention(Category.HEADS, DEFAULT_DAYS[Category.HEADS], date(1990, 1, 1)).is_over(
        date(2100, 1, 1)
    )
    assert not retention(Category.OTHERS, 0, None).is_over(date(2100, 1, 1))
    assert category_of(is_head=True, is_withdrawn=True) is Category.OTHERS
    assert category_of(is_head=True, is_withdrawn=False) is Category.HEADS


def person(key, rank="official", particulars=1):
    return Participant(key, "KZ", "member", rank, particulars)


def test_a_list_says_who_came_who_went_and_whose_line_changed():
    before = [person(1), person(2), person(3)]
    after = [person(2, rank="minister"), person(3), person(4)]
    assert differences(before, after) == Differences(joined=(4,), left=(1,), changed=(2,))
    assert not differences(before, before)


@pytest.mark.parametrize(
    ("stage", "last", "has_begun", "after", "code"),
    [
        ("provisional", None, False, [1], None),
        ("corrected", None, False, [1], "does_not_follow"),
        ("final", None, True, [1], "does_not_follow"),
        ("provisional", None, False, [], "nobody"),
        ("provisional", "provisional", False, [1, 2], "does_not_follow"),
        ("corrected", "provisional", False, [1, 2], None),
        ("corrected", "provisional", False, [1], "nothing_changed"),
        ("final", "provisional", True, [1], None),
        ("final", "corrected", False, [1], "not_begun"),
        ("corrected", "final", True, [1, 2], "does_not_follow"),
        ("final", "final", True, [1, 2], None),
        ("final", "final", True, [1], "nothing_changed"),
    ],
)
def test_lists_go_from_provisional_through_corrected_to_final(stage, last, has_begun, after, code):
    last = ListStage(last) if last else None
    lines = [person(key) for key in after]
    assert list_refusal(ListStage(stage), last, [person(1)], lines, has_begun=has_begun) == code


def test_every_stage_that_is_offered_can_be_issued_when_something_changed():
    for last in (None, *ListStage):
        for has_begun in (False, True):
            for stage in next_stages(last, has_begun=has_begun):
                assert list_refusal(stage, last, [], [person(1)], has_begun=has_begun) is None


def test_a_recommendation_comes_to_an_end_from_every_step():
    def ends(step, seen=frozenset()):
        later = set(next_steps(step)) - seen - {step}
        return not next_steps(step) or any(ends(each, seen | {step}) for each in later)

    assert all(ends(step) for step in AFTER)


@pytest.mark.parametrize(
    ("step", "on", "code"),
    [
        (FollowUp.CONSIDERED, None, None),
        (FollowUp.ACCEPTED, date(2026, 5, 1), None),
        (FollowUp.CARRIED_OUT, None, "order"),
        (FollowUp.CONSIDERED, date(2027, 1, 1), "future"),
        (FollowUp.CONSIDERED, date(2025, 6, 16), "earlier"),
    ],
)
def test_a_step_of_a_recommendation_follows_the_last(step, on, code):
    steps = [(FollowUp.ADOPTED, date(2025, 6, 17)), (FollowUp.PASSED_ON, None)]
    assert step_refusal(steps, step, on, date(2026, 11, 25)) == code
