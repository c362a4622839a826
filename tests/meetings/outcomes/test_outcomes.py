"""Outcomes go from stage to stage, each with its day, its source and the states that took it."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
import time_machine
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from meetings.models import Outcome, OutcomePosition, OutcomeStep
from meetings.outcomes.acts import OutcomeRefused, record_step, revoke_step
from meetings.outcomes.stages import (
    RANK,
    Stage,
    Step,
    StepRefused,
    agreed_by,
    check_step,
    next_stages,
    stage_of,
)
from rotation.history import history_of
from tests.factories import MeetingFactory

FIVE = ("CN", "KG", "KZ", "TJ", "UZ")
DAY = date(2025, 4, 26)
BASIS = "Communiqué of 26 April 2025"


@given(st.lists(st.sampled_from(list(Stage)), max_size=8))
def test_stages_only_go_forward_and_nothing_enters_into_force_unsigned(stages):
    steps = []
    for stage in stages:
        try:
            check_step(steps, Step(stage, None), DAY)
        except StepRefused:
            continue
        steps.append(Step(stage, None))
    ranks = [RANK[step.stage] for step in steps]
    assert ranks == sorted(set(ranks))
    before = [step.stage for step, then in pairwise(steps) if then.stage is Stage.IN_FORCE]
    assert set(before) <= {Stage.SIGNED, Stage.ADOPTED}
    assert not steps or steps[0].stage is not Stage.IN_FORCE


def test_a_communique_may_be_adopted_without_being_initialled():
    assert next_stages(Stage.DRAFT) == (Stage.AD_REFERENDUM, Stage.APPROVED, Stage.SIGNED, Stage.ADOPTED)
    assert next_stages(Stage.SIGNED) == (Stage.IN_FORCE,)
    assert next_stages(Stage.IN_FORCE) == ()


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (Step(Stage.DRAFT, DAY), "order"),
        (Step(Stage.SIGNED, DAY), "order"),
        (Step(Stage.IN_FORCE, date(2026, 1, 2)), "future"),
        (Step(Stage.IN_FORCE, date(2025, 4, 25)), "earlier"),
        (Step(Stage.IN_FORCE, DAY, ("CN", "TM")), "not_agreed"),
    ],
)
def test_a_step_that_contradicts_the_record_is_refused(step, code):
    with pytest.raises(StepRefused) as refusal:
        check_step([Step(Stage.ADOPTED, DAY, FIVE)], step, today=date(2026, 1, 1))
    assert refusal.value.code == code


def test_a_step_that_was_taken_back_does_not_count():
    steps = [Step(Stage.APPROVED, DAY), Step(Stage.SIGNED, DAY, FIVE, revoked=True)]
    assert (stage_of(steps), agreed_by(steps)) == (Stage.APPROVED, ())


@pytest.fixture
def outcome(track):
    return Outcome.objects.create(
        meeting=MeetingFactory(track=track), title="Communiqué", kind=Outcome.Kind.COMMUNIQUE
    )


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 24, 8, tzinfo=UTC), tick=False):
        yield


def adopted(outcome, **values):
    given = {"stage": Stage.ADOPTED, "on": DAY, "basis": BASIS, "actor": None, "states": FIVE}
    return record_step(outcome.pk, **given | values)


def test_five_adopt_and_the_sixth_is_named_with_who_spoke_for_it(outcome, user):
    step = adopted(outcome, actor=user, apart=["TM"], represented_by={"TM": "its ambassador to China"})
    outcome.refresh_from_db()
    assert (outcome.stage, step.states, step.recorded_by) == ("adopted", FIVE, user)
    assert list(step.positions.filter(is_bound=False).values_list("state_id", "represented_by")) == [
        ("TM", "its ambassador to China")
    ]
    assert (history_of(outcome)[0].user, history_of(outcome)[0].reason) == (user.username, BASIS)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"basis": " "}, "source"),
        ({"states": ["RU"]}, "unknown_state"),
        ({"on": date(2026, 11, 25)}, "future"),
        ({"stage": Stage.IN_FORCE}, "order"),
    ],
)
def test_a_refused_step_leaves_the_outcome_as_it_was(outcome, values, code):
    with pytest.raises(OutcomeRefused) as refusal:
        adopted(outcome, **values)
    outcome.refresh_from_db()
    assert (refusal.value.code, outcome.stage, OutcomeStep.objects.count()) == (code, "", 0)


def test_a_step_recorded_in_error_is_taken_back_and_both_records_stay(outcome, user):
    record_step(outcome.pk, stage=Stage.APPROVED, on=DAY, basis="minutes", actor=user)
    wrong = adopted(outcome)
    revoke_step(wrong.pk, actor=user, reason="It was not adopted yet.")
    outcome.refresh_from_db()
    assert (outcome.stage, OutcomeStep.objects.count()) == ("approved", 3)
    with pytest.raises(OutcomeRefused) as refusal:
        revoke_step(wrong.pk, actor=user, reason="again")
    assert refusal.value.code == "not_last"
    assert adopted(outcome).stage == "adopted"


def test_the_database_keeps_steps_and_positions(outcome):
    adopted(outcome)
    for rows in (OutcomeStep.objects, OutcomePosition.objects):
        with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
            rows.all()._raw_delete("default")
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        OutcomeStep.objects.update(basis="x")
