"""A committee: terms that end, sittings and their quorum, recommendations and what became of them."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from meetings.committees.acts import (
    CommitteeRefused,
    end_term,
    grant_term,
    quorums,
    record_attendance,
    record_recommendation_step,
    seats_on,
)
from meetings.committees.follow_up import FollowUp
from meetings.models import Attendance, Committee, Recommendation, SeatTerm, Sitting
from rotation.history import history_of
from tests.factories import (
    MeetingFactory,
    OrganisationFactory,
    SeatFactory,
    StateFactory,
    TrackFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 25)
BASIS = "Decision of the second session"


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 25, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def track(db):
    return TrackFactory(level="committee")


@pytest.fixture
def seats(track):
    codes = ("CN", "KZ", "KG", "TJ", "TM", "UZ")
    return {
        code: SeatFactory(track=track, organisation=OrganisationFactory(state=StateFactory(code=code)))
        for code in codes
    }


@pytest.fixture
def sitting(track):
    row = Sitting.objects.create(meeting=MeetingFactory(track=track), number=1, held_on=DAY)
    return Sitting.objects.select_related("meeting__track").get(pk=row.pk)


def refused(code, act, *args, **values):
    with pytest.raises(CommitteeRefused) as refusal:
        act(*args, actor=None, **values)
    assert refusal.value.code == code
    return str(refusal.value)


def test_terms_of_one_seat_follow_each_other_and_do_not_overlap(seats):
    seat = seats["KZ"]
    first = grant_term(seat.pk, starts_on=date(2025, 1, 1), ends_on=date(2027, 1, 1), basis=BASIS, actor=None)
    said = refused("invalid", grant_term, seat.pk, starts_on=date(2026, 12, 31), basis=BASIS)
    assert said == "This seat has another term on one of these days."
    grant_term(seat.pk, starts_on=date(2027, 1, 1), basis=BASIS, actor=None)
    grant_term(seat.pk, office="co-chair", starts_on=date(2026, 1, 1), basis=BASIS, actor=None)
    refused("no_source", grant_term, seat.pk, starts_on=date(2030, 1, 1), basis=" ")
    said = refused("invalid", end_term, first.pk, ends_on=date(2024, 1, 1), reason="x")
    assert said.startswith("The term ends before it begins.")
    assert SeatTerm.objects.count() == 3


def test_a_term_that_ends_otherwise_says_who_and_why(seats):
    officer = UserFactory(username="aida")
    row = grant_term(seats["KZ"].pk, starts_on=date(2025, 1, 1), basis=BASIS, actor=officer)
    refused("no_reason", end_term, row.pk, ends_on=DAY, reason=" ")
    end_term(row.pk, ends_on=DAY, actor=officer, reason="the chamber left")
    last = history_of(SeatTerm.objects.get())[0]
    assert (last.user, last.reason) == ("aida", "the chamber left")


def test_a_seat_sits_while_its_term_runs_or_where_no_term_is_on_record(track, seats):
    grant_term(seats["KZ"].pk, starts_on=date(2025, 1, 1), ends_on=DAY, basis=BASIS, actor=None)
    assert {seat.organisation.state_id for seat in seats_on(track, date(2026, 11, 24))} == set(seats)
    assert {seat.organisation.state_id for seat in seats_on(track, DAY)} == set(seats) - {"KZ"}


def test_the_quorum_of_a_sitting_follows_from_who_was_there(track, seats, sitting):
    came = {seat.pk: "present" for seat in seats.values()} | {seats["TM"].pk: "absent"}
    assert quorums([sitting])[sitting.pk].reason == "not_recorded"
    quorum = record_attendance(sitting.pk, came, actor=None)
    assert (quorum.reason, quorum.present, quorum.needed) == ("too_few", 5, 6)
    Committee.objects.create(
        track=track, quorum_kind="number", quorum_number=5, required_states=["CN"], basis="Regulations"
    )
    assert quorums([sitting])[sitting.pk].is_there
    quorum = record_attendance(
        sitting.pk, {seats["CN"].pk: "absent", seats["TM"].pk: "alternate"}, actor=None
    )
    assert (quorum.reason, quorum.missing) == ("required_missing", ("CN",))
    assert Attendance.objects.count() == 6


def test_only_a_seat_that_is_held_attends(track, seats, sitting):
    elsewhere = SeatFactory()
    refused("not_seated", record_attendance, sitting.pk, {elsewhere.pk: "present"})
    refused("presence", record_attendance, sitting.pk, {seats["KZ"].pk: "perhaps"})
    assert Attendance.objects.count() == 0


def test_quorums_cost_the_same_number_of_queries_for_one_sitting_and_for_many(
    track, seats, sitting, django_assert_num_queries
):
    record_attendance(sitting.pk, {seat.pk: "present" for seat in seats.values()}, actor=None)
    rows = [sitting]
    for number in range(2, 22):
        rows.append(Sitting.objects.create(meeting=sitting.meeting, number=number, held_on=DAY))
    for some in (rows[:1], rows):
        with django_assert_num_queries(4):
            assert len(quorums(some)) == len(some)


def test_what_became_of_a_recommendation_is_told_step_by_step(track):
    transport = TrackFactory()
    session, ministers = MeetingFactory(track=track), MeetingFactory(track=transport)
    row = Recommendation.objects.create(
        meeting=session, number=1, titles={"en": "One window at the border"}, addressee=transport
    )

    def step(what, **values):
        record_recommendation_step(row.pk, step=what, actor=None, **{"on": DAY, "basis": "Protocol"} | values)

    step(FollowUp.ADOPTED)
    step(FollowUp.PASSED_ON, basis="Note 12")
    step(FollowUp.CONSIDERED, on=None, meeting=ministers.pk)
    step(FollowUp.IN_PART, note="one crossing only")
    row.refresh_from_db()
    assert row.reached == "accepted in part"
    assert list(row.steps.values_list("step", "meeting")) == [
        ("adopted", None),
        ("passed on", None),
        ("considered", ministers.pk),
        ("accepted in part", None),
    ]
    given = {"step": FollowUp.CARRIED_OUT, "on": DAY, "basis": "Protocol"}
    refused("other_track", record_recommendation_step, row.pk, **given | {"meeting": session.pk})
    refused("no_source", record_recommendation_step, row.pk, **given | {"basis": " "})
    refused("order", record_recommendation_step, row.pk, **given | {"step": FollowUp.PASSED_ON})
