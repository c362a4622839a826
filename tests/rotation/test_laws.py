"""What holds for every rotation and every valid history of decisions, tried on many."""

import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from benchmarks.rotation import RULE, fifty_decisions
from rotation.periods import read_period
from rotation.reasons import reason_text
from rotation.rule import BadDecision, Decision, Member, Rule, Side, turns
from tests.rotation.histories import (
    FIRST,
    FIRST_DAY,
    KINDS,
    History,
    Record,
    histories,
    record_of,
    rules,
    trials,
)

law = settings(max_examples=40, deadline=None)
# It was told that it had left at a turn before it came.
LEAVES_AS_IT_COMES = History(
    Rule("R", "2020", 12, (Side("A", (Member("A7", "A7", "2021"), Member("A1", "A1"))),)),
    (Decision("withdraw", FIRST_DAY, member="A7", from_period="2021"),),
)
MOVED = {"postponed", "advanced", "vacated", "moved_on", "shifted"}
STEADY = tuple(kind for kind in KINDS if kind not in ("accede", "withdraw"))


def projected(history, count=20, **options):
    return list(islice(turns(history.rule, history.decisions, **options), count))


def codes(turn):
    return {reason.code for reason in turn.why}


@law
@given(histories())
def test_sides_alternate_unless_a_decision_says_otherwise(history):
    sides = [side.name for side in history.rule.sides]
    for number, turn in enumerate(projected(history)):
        if not codes(turn) & {"swapped", "substituted_kept", "substituted_spent"}:
            assert turn.side == sides[number % len(sides)]


@law
@given(rules(), st.integers(1, 40))
def test_without_decisions_every_member_of_a_side_hosts_once_before_any_hosts_twice(rule, count):
    found = projected(History(rule, ()), count)
    for side in rule.sides:
        holders = [turn.holder for turn in found if turn.side == side.name]
        members = sorted(member.code for member in side.members)
        rounds = [holders[n : n + len(members)] for n in range(0, len(holders), len(members))]
        assert all(sorted(each) == members for each in rounds if len(each) == len(members))
        assert all(len(set(each)) == len(each) for each in rounds)


@law
@given(histories(kinds=STEADY, comings=False), st.integers(0, 7), st.integers(0, 7))
def test_a_swap_exchanges_two_holders_and_leaves_all_other_turns_as_they_were(history, a, b):
    assume(a != b)
    before = projected(history)
    swapped = history.and_then("swap", period=before[a].period, other_period=before[b].period)
    after = projected(swapped)
    assert (after[a].holder, after[b].holder) == (before[b].holder, before[a].holder)
    others = [number for number in range(20) if number not in (a, b)]
    assert [after[number] for number in others] == [before[number] for number in others]


@law
@given(histories(at_least=1))
def test_revoking_a_decision_restores_the_projection_and_what_was_known_before_stays_known(history):
    last = len(history.decisions) - 1
    without = History(history.rule, history.decisions[:-1])
    revoked = history.and_then("revoke", revokes=last)
    assert projected(revoked) == projected(without)
    day = revoked.decisions[-1].decided_on
    assert projected(revoked, known_on=day - timedelta(days=1)) == projected(history)
    assert projected(revoked, known_on=day) == projected(without)
    assert projected(revoked.and_then("revoke", revokes=last + 1)) == projected(history)


@law
@given(histories())
def test_revoking_every_decision_leaves_the_rule_alone(history):
    for index in reversed(range(len(history.decisions))):
        if history.decisions[index].kind != "revoke":
            history = history.and_then("revoke", revokes=index)
    assert projected(history) == projected(History(history.rule, ()))


@law
@given(histories(at_least=1), st.integers(0, 20))
def test_what_was_known_on_a_day_is_what_the_decisions_up_to_it_say(history, days):
    day = FIRST_DAY + timedelta(days=days)
    known = tuple(each for each in history.decisions if each.decided_on <= day)
    assert projected(history, known_on=day) == projected(History(history.rule, known))


@law
@given(histories(), st.data())
def test_where_a_decision_stands_in_the_list_does_not_matter(history, data):
    dated = [
        replace(each, decided_on=FIRST_DAY + timedelta(days=n)) for n, each in enumerate(history.decisions)
    ]
    order = data.draw(st.permutations(range(len(dated))))
    listed = [
        replace(dated[n], revokes=order.index(dated[n].revokes)) if dated[n].kind == "revoke" else dated[n]
        for n in order
    ]
    assert projected(History(history.rule, listed)) == projected(history)


@law
@given(histories(), st.integers(1, 15), st.integers(0, 15))
def test_projecting_further_never_changes_earlier_turns(history, count, more):
    assert projected(history, count + more)[:count] == projected(history, count)


@law
@given(histories(kinds=[kind for kind in KINDS if kind not in ("swap", "revoke")], at_least=1))
@example(LEAVES_AS_IT_COMES)
def test_a_decision_changes_no_turn_before_the_period_that_it_speaks_of(history):
    *_earlier, last = history.decisions
    named = [period for period in (last.period, last.from_period, last.to) if period]
    month = min(read_period(period, history.rule.step_months) for period in named)
    before, after = projected(History(history.rule, history.decisions[:-1])), projected(history)
    untouched = sum(read_period(turn.period, history.rule.step_months) < month for turn in before)
    assert after[:untouched] == before[:untouched]


@settings(max_examples=200, deadline=None)
@given(histories())
def test_valid_decisions_never_raise_and_no_period_is_without_a_holder_or_a_reason(history):
    step, found = history.rule.step_months, projected(history)
    record = record_of(history.rule, history.decisions)
    months = [read_period(turn.period, step) for turn in found]
    assert [turn.ordinal for turn in found] == list(range(1, 21))
    assert months == record.calendar[:20]
    assert all(record.is_member(turn.holder, month) for turn, month in zip(found, months, strict=True))
    assert all("{" not in reason_text(reason) for turn in found for reason in turn.why)
    # Where no turn falls for longer than a step, or for less, a turn beside the gap says why.
    assert months[0] == FIRST or codes(found[0]) & MOVED
    for (a, earlier), (b, later) in pairwise(zip(months, found, strict=True)):
        assert b - a == step or (codes(earlier) | codes(later)) & MOVED


@law
@given(histories())
def test_a_vacant_period_stays_vacant_and_a_turn_that_was_moved_names_each_decision_that_moved_it(history):
    record = record_of(history.rule, history.decisions)
    step, found = history.rule.step_months, projected(history)
    assert not {read_period(turn.period, step) for turn in found} & record.vacant
    for turn in found:
        told = [reason for reason in turn.why if reason.code in MOVED]
        assert len(told) == len(set(told))


@law
@given(histories(), st.data())
def test_what_the_record_cannot_take_is_refused(history, data):
    record = record_of(history.rule, history.decisions)
    wild = Record(history.rule)
    wild.calendar = [FIRST + n * (12 if wild.step == 24 else wild.step) for n in range(-1, 20)]
    wild.spans |= dict.fromkeys(["A1", "A9", "B1", "C7"])
    refused = data.draw(trials(wild, history.decisions))
    passed = record.passed.total()
    assume(refused.kind not in ("skip", "revoke") and not record.takes(refused))
    assume(record.passed.total() == passed)  # what only would leave nobody is no mistake of form
    with pytest.raises(BadDecision) as refusal:
        projected(History(history.rule, (*history.decisions, refused)))
    assert refusal.value.index == len(history.decisions)


def calls(history, count):
    """How many functions a projection calls: a measure of its work that no clock disturbs."""
    made = Counter()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, arg: made.update([event]))
    try:
        projected(history, count)
    finally:
        sys.setprofile(before)
    return made["call"] + made["c_call"]


def test_twice_the_turns_with_as_many_decisions_are_no_more_than_twice_the_work():
    work = {count: calls(History(RULE, fifty_decisions(count)), count) for count in (250, 500, 1000, 2000)}
    assert work[500] < 2.1 * work[250]
    assert work[1000] < 2.1 * work[500]
    assert work[2000] < 2.1 * work[1000]
