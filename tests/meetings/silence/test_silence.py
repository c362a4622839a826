"""The silence procedure by its acts: open, broken, extended, withdrawn, adopted, and who is bound."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.silence.rules import (
    Act,
    Closing,
    Effect,
    Kind,
    SilenceRefused,
    Stage,
    check_act,
    check_opening,
    effects,
    is_shorter_than,
    notices,
    standing,
)

SIX = ("CN", "KG", "KZ", "TJ", "TM", "UZ")
OPENED_AT = datetime(2027, 4, 12, 4, tzinfo=UTC)
# Friday 18:00 in Astana, which is 13:00 UTC since Kazakhstan's change of March 2024.
FRIDAY = Closing(date(2027, 4, 16), time(18), "Asia/Almaty")
MONDAY = Closing(date(2027, 4, 19), time(18), "Asia/Almaty")
CLOSES_AT = datetime(2027, 4, 16, 13, tzinfo=UTC)
JUST_BEFORE = CLOSES_AT - timedelta(microseconds=1)
OPENING = Act(Kind.OPENED, OPENED_AT, closing=FRIDAY)


def at(hours):
    return OPENED_AT + timedelta(hours=hours)


def after(*acts, now):
    return standing(SIX, [OPENING, *acts], now)


def test_silence_closes_at_an_hour_of_the_named_zone():
    assert FRIDAY.instant == CLOSES_AT


def test_silence_is_open_until_the_closing_instant_and_not_at_it():
    assert after(now=JUST_BEFORE).stage is Stage.OPEN
    assert after(now=CLOSES_AT).stage is Stage.EXPIRED


def test_one_objection_before_the_closing_instant_breaks_silence():
    broken = after(Act(Kind.OBJECTED, JUST_BEFORE, "TM", amends=True), now=CLOSES_AT)
    assert (broken.stage, broken.objectors, broken.late) == (Stage.BROKEN, ("TM",), ())


def test_an_objection_at_the_closing_instant_is_late_and_changes_nothing():
    late = Act(Kind.OBJECTED, CLOSES_AT, "TM")
    stands = after(late, Act(Kind.ADOPTED, at(200)), now=at(201))
    assert (stands.stage, stands.objectors, stands.late, stands.bound) == (Stage.ADOPTED, (), ("TM",), SIX)


def test_a_late_objection_after_adoption_is_kept_without_effect():
    acts = [OPENING, Act(Kind.ADOPTED, CLOSES_AT), Act(Kind.OBJECTED, at(300), "KG")]
    assert effects(acts) == (Effect.OPENS, Effect.ADOPTS, Effect.NONE)
    assert standing(SIX, acts, at(301)).bound == SIX


def test_a_second_state_may_join_an_objection_before_the_closing_instant():
    stands = after(Act(Kind.OBJECTED, at(1), "TM"), Act(Kind.OBJECTED, at(2), "UZ"), now=at(3))
    assert (stands.stage, stands.objectors) == (Stage.BROKEN, ("TM", "UZ"))


def test_an_extension_moves_the_closing_instant_and_an_objection_until_then_counts():
    extended = Act(Kind.EXTENDED, at(5), closing=MONDAY)
    objection = Act(Kind.OBJECTED, CLOSES_AT, "KG")
    assert after(extended, now=CLOSES_AT).stage is Stage.OPEN
    assert after(extended, objection, now=at(200)).objectors == ("KG",)


@pytest.mark.parametrize("kind", [Kind.EXTENDED, Kind.WITHDRAWN, Kind.STOOD_ASIDE])
def test_nothing_but_an_adoption_has_effect_after_the_closing_instant(kind):
    stands = after(Act(kind, CLOSES_AT, "TM", closing=MONDAY), now=CLOSES_AT)
    assert (stands.stage, stands.closing, stands.bound) == (Stage.EXPIRED, FRIDAY, SIX)


def test_a_withdrawn_text_is_not_adopted_when_its_silence_would_have_closed():
    stands = after(Act(Kind.WITHDRAWN, at(1)), Act(Kind.ADOPTED, CLOSES_AT), now=at(200))
    assert stands.stage is Stage.WITHDRAWN


def test_a_text_is_adopted_by_five_when_one_stood_aside_in_time():
    acts = [
        Act(Kind.STOOD_ASIDE, at(9), "TM"),
        Act(Kind.EXPLAINED, at(10), "UZ"),
        Act(Kind.ADOPTED, CLOSES_AT),
    ]
    stands = after(*acts, now=CLOSES_AT)
    assert (stands.stage, stands.bound, stands.aside) == (
        Stage.ADOPTED,
        ("CN", "KG", "KZ", "TJ", "UZ"),
        ("TM",),
    )


def test_an_objection_received_in_time_breaks_silence_whenever_it_is_recorded():
    typed_later = Act(Kind.OBJECTED, at(200), "TM", received_at=JUST_BEFORE)
    stands = after(typed_later, now=at(201))
    assert (stands.stage, stands.objectors, stands.late) == (Stage.BROKEN, ("TM",), ())
    late = Act(Kind.OBJECTED, at(200), "TM", received_at=CLOSES_AT)
    assert after(late, now=at(201)).stage is Stage.EXPIRED


def test_an_adoption_is_set_aside_by_an_objection_that_had_been_received_in_time():
    adopted = Act(Kind.ADOPTED, CLOSES_AT)
    objection = Act(Kind.OBJECTED, at(200), "TM", received_at=JUST_BEFORE)
    acts = [OPENING, adopted, objection, Act(Kind.OBJECTED, at(201), "UZ", received_at=at(3))]
    assert effects(acts)[1:] == (Effect.ADOPTS, Effect.SETS_ASIDE, Effect.JOINS)
    assert standing(SIX, acts, at(199)).stage is Stage.ADOPTED
    assert (standing(SIX, acts, at(202)).stage, standing(SIX, acts, at(202)).objectors) == (
        Stage.SET_ASIDE,
        ("TM", "UZ"),
    )


def test_an_objection_recorded_as_late_counts_once_it_is_recorded_as_received_in_time():
    adopted, late = Act(Kind.ADOPTED, CLOSES_AT), Act(Kind.OBJECTED, at(200), "TM")
    stands = after(adopted, late, now=at(201))
    check_act(Kind.OBJECTED, stands, SIX, at(201), state="TM", received_at=JUST_BEFORE)
    with pytest.raises(SilenceRefused):
        check_act(Kind.OBJECTED, stands, SIX, at(201), state="TM", received_at=CLOSES_AT)
    again = after(adopted, late, Act(Kind.OBJECTED, at(202), "TM", received_at=JUST_BEFORE), now=at(203))
    assert (again.stage, again.objectors, again.late) == (Stage.SET_ASIDE, ("TM",), ())


def test_a_state_that_stood_aside_in_time_is_not_bound_by_an_adoption_recorded_before_its_note():
    acts = [
        OPENING,
        Act(Kind.ADOPTED, CLOSES_AT),
        Act(Kind.STOOD_ASIDE, at(200), "TM", received_at=JUST_BEFORE),
    ]
    assert effects(acts)[2] is Effect.NARROWS
    stands = standing(SIX, acts, at(201))
    assert (stands.stage, stands.bound) == (Stage.ADOPTED, ("CN", "KG", "KZ", "TJ", "UZ"))


def test_an_adoption_before_the_closing_instant_adopts_nothing():
    assert after(Act(Kind.ADOPTED, JUST_BEFORE), now=JUST_BEFORE).stage is Stage.OPEN


SAID = (Kind.OBJECTED, Kind.STOOD_ASIDE, Kind.EXPLAINED)
kinds = st.sampled_from([kind for kind in Kind if kind is not Kind.OPENED])
moments = st.integers(0, 250).map(at)


@st.composite
def recorded(draw):
    """An act as it may be recorded: a state's word at once, or a while after it was received."""
    kind, moment = draw(kinds), draw(moments)
    received_at = moment - timedelta(hours=draw(st.integers(0, 60))) if kind in SAID else None
    closing = draw(st.sampled_from([FRIDAY, MONDAY]))
    return Act(kind, moment, draw(st.sampled_from(SIX)), closing, received_at=received_at)


acts = st.lists(recorded(), max_size=12).map(lambda rows: sorted(rows, key=lambda act: act.at))
ENDED = (Stage.BROKEN, Stage.WITHDRAWN, Stage.SET_ASIDE)


@given(acts=acts, now=moments, later=st.integers(0, 100))
def test_a_procedure_that_is_over_stays_as_it_ended(acts, now, later):
    stands = after(*acts, now=now)
    then = after(*acts, now=now + timedelta(hours=later))
    if stands.stage in ENDED:
        assert (then.stage, then.closing) == (stands.stage, stands.closing)
    if stands.stage is Stage.ADOPTED:
        assert (then.stage in (Stage.ADOPTED, Stage.SET_ASIDE), then.closing) == (True, stands.closing)


@given(acts=acts, now=moments)
def test_every_party_is_bound_or_stood_aside_and_nobody_is_both(acts, now):
    stands = after(*acts, now=now)
    assert sorted((*stands.bound, *stands.aside)) == sorted(SIX)


@given(acts=acts)
def test_a_text_ends_in_one_way_at_most(acts):
    ends = {Effect.BREAKS, Effect.WITHDRAWS, Effect.ADOPTS}
    assert sum(effect in ends for effect in effects([OPENING, *acts])) <= 1


def test_silence_is_not_opened_towards_the_past_or_to_nobody():
    for parties, now, code in [(SIX, CLOSES_AT, "past"), ((), OPENED_AT, "nobody")]:
        with pytest.raises(SilenceRefused) as refusal:
            check_opening(parties, FRIDAY, now)
        assert refusal.value.code == code
    check_opening(SIX, FRIDAY, JUST_BEFORE)


ASIDE_FIVE = [Act(Kind.STOOD_ASIDE, at(1), code) for code in SIX[:5]]


@pytest.mark.parametrize(
    ("before", "kind", "values", "code"),
    [
        ([], Kind.EXTENDED, {"to": FRIDAY}, "not_later"),
        ([Act(Kind.OBJECTED, at(1), "TM")], Kind.EXTENDED, {"to": MONDAY}, "not_running"),
        ([Act(Kind.WITHDRAWN, at(1))], Kind.WITHDRAWN, {}, "not_running"),
        ([], Kind.OBJECTED, {"state": "RU"}, "not_a_party"),
        ([Act(Kind.OBJECTED, at(1), "TM")], Kind.OBJECTED, {"state": "TM"}, "said_already"),
        ([Act(Kind.STOOD_ASIDE, at(1), "TM")], Kind.STOOD_ASIDE, {"state": "TM"}, "said_already"),
        (ASIDE_FIVE, Kind.STOOD_ASIDE, {"state": "UZ"}, "last_party"),
        ([Act(Kind.WITHDRAWN, at(1))], Kind.STOOD_ASIDE, {"state": "UZ"}, "not_running"),
        ([], Kind.OBJECTED, {"state": "UZ", "received_at": at(3)}, "not_received_yet"),
        ([], Kind.OBJECTED, {"state": "UZ", "received_at": at(-1)}, "before_opening"),
    ],
)
def test_an_act_that_makes_no_sense_is_refused(before, kind, values, code):
    stands = after(*before, now=at(2))
    with pytest.raises(SilenceRefused) as refusal:
        check_act(kind, stands, SIX, at(2), **values)
    assert refusal.value.code == code


def test_a_late_objection_is_not_refused():
    check_act(Kind.OBJECTED, after(Act(Kind.ADOPTED, CLOSES_AT), now=at(200)), SIX, at(200), state="TM")


def test_less_than_the_usual_time_is_a_reason_to_warn():
    assert is_shorter_than(106, OPENED_AT, FRIDAY)
    assert not is_shorter_than(105, OPENED_AT, FRIDAY)


def told(*acts, hours=(24, 72)):
    seen = {}
    for notice in notices(SIX, [OPENING, *acts], hours):
        seen.setdefault((notice.kind, notice.act, notice.hours_before, notice.at), []).append(notice.state)
    assert all(tuple(states) == SIX for states in seen.values())
    return list(seen)


def test_all_six_are_told_of_the_opening_and_reminded_before_the_closing_instant():
    assert told() == [
        ("opened", 0, None, OPENED_AT),
        ("reminder", 0, 72, CLOSES_AT - timedelta(hours=72)),
        ("reminder", 0, 24, CLOSES_AT - timedelta(hours=24)),
    ]


def test_an_end_is_told_to_all_six_and_ends_the_reminders():
    assert told(Act(Kind.OBJECTED, at(40), "TM"), Act(Kind.OBJECTED, at(41), "UZ")) == [
        ("opened", 0, None, OPENED_AT),
        ("reminder", 0, 72, CLOSES_AT - timedelta(hours=72)),
        ("broken", 1, None, at(40)),
    ]
    assert told(Act(Kind.ADOPTED, CLOSES_AT), hours=())[1:] == [("adopted", 1, None, CLOSES_AT)]


def test_after_an_extension_the_reminders_are_of_the_new_closing_instant():
    assert told(Act(Kind.EXTENDED, at(1), closing=MONDAY), hours=(24,)) == [
        ("opened", 0, None, OPENED_AT),
        ("extended", 1, None, at(1)),
        ("reminder", 1, 24, MONDAY.instant - timedelta(hours=24)),
    ]


def test_no_reminder_falls_due_before_silence_was_opened():
    assert told(hours=(200,)) == [("opened", 0, None, OPENED_AT)]


def test_a_late_objection_is_told_to_nobody():
    acts = [Act(Kind.ADOPTED, CLOSES_AT), Act(Kind.OBJECTED, at(300), "KG")]
    assert [kind for kind, *_rest in told(*acts, hours=())] == ["opened", "adopted"]


def test_all_six_are_told_that_an_adoption_was_set_aside_or_is_by_fewer():
    adopted = Act(Kind.ADOPTED, CLOSES_AT)
    aside = Act(Kind.STOOD_ASIDE, at(200), "TM", received_at=JUST_BEFORE)
    objection = Act(Kind.OBJECTED, at(300), "KG", received_at=JUST_BEFORE)
    assert [kind for kind, *_rest in told(adopted, aside, objection, hours=())] == [
        "opened", "adopted", "narrowed", "set aside",
    ]  # fmt: skip


@given(acts=acts)
def test_no_reminder_is_due_after_it_became_untrue_and_each_notice_has_one_key(acts):
    rows = notices(SIX, [OPENING, *acts], (1, 24, 72))
    assert all(row.untrue_from is None or row.at < row.untrue_from for row in rows)
    keys = [(row.kind, row.state, row.act, row.hours_before) for row in rows]
    assert len(set(keys)) == len(keys)
