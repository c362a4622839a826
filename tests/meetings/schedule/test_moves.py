"""Moving a meeting moves what is open, keeps what was received, and shows beforehand what it will do."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meetings.days.closed_days import days_changed
from meetings.deadlines.dues import DueRefused, pin_due, settle_due
from meetings.models import Due, Meeting
from meetings.saving import rederive, save_meeting
from meetings.schedule.moves import (
    MeetingAlreadyHeld,
    MeetingCancelled,
    ReasonMissing,
    cancel_meeting,
    move_meeting,
    plan_move,
)
from tests.factories import CalendarDayFactory, TemplateLineFactory, TrackFactory, UserFactory, day_span

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def meeting():
    track = TrackFactory(deadline_template=TemplateLineFactory(offset_days=-60).template)
    meeting = Meeting(track=track, ordinal=3, status="proposed")
    meeting.take_span(day_span("2027-06-17"))
    save_meeting(meeting)
    return meeting


def days():
    return {due.state_id: due.due_on.isoformat() for due in Due.objects.filter(status="open")}


def test_a_new_meeting_takes_the_deadlines_of_its_track_for_every_state(meeting):
    # 18 April 2027 is a Sunday.
    assert days() == dict.fromkeys(["CN", "KG", "KZ", "TJ", "TM", "UZ"], "2027-04-16")


def test_moving_moves_what_is_open_and_keeps_what_was_received(meeting):
    settle_due(
        Due.objects.get(state="KZ").pk, status="received", at=datetime(2027, 1, 14, tzinfo=UTC), actor=None
    )
    move_meeting(meeting.pk, to=day_span("2027-06-24"), actor=None, reason="the host asked")
    assert days() == dict.fromkeys(["CN", "KG", "TJ", "TM", "UZ"], "2027-04-23")
    assert Due.objects.get(state="KZ").due_on == date(2027, 4, 16)


def test_the_preview_says_what_the_move_then_does(meeting):
    shown = plan_move(meeting, day_span("2027-06-24"))
    done = move_meeting(meeting.pk, to=day_span("2027-06-24"), actor=None, reason="the host asked")
    assert [(c.state, c.action, c.due_on) for c in shown.changes] == [
        (c.state, c.action, c.due_on) for c in done.changes
    ]
    assert days() == {c.state: c.due_on.isoformat() for c in shown.changes}


def test_a_deadline_that_would_already_be_past_is_said_so(meeting):
    assert {c.is_past for c in plan_move(meeting, day_span("2027-02-01")).changes} == {True}


def test_there_and_back_gives_the_same_dues(meeting):
    before = list(Due.objects.order_by("pk").values("state", "due_on", "due_at", "trail", "status"))
    for day in ("2027-07-01", "2027-06-17"):
        move_meeting(meeting.pk, to=day_span(day), actor=None, reason="thought again")
    assert list(Due.objects.order_by("pk").values("state", "due_on", "due_at", "trail", "status")) == before


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    days_on=st.integers(-140, 700),
    line=st.tuples(st.sampled_from(["earlier", "later", "none"]), st.integers(0, 9)),
)
def test_wherever_it_went_a_meeting_that_comes_back_owes_what_it_owed(meeting, days_on, line):
    roll, chain_place = line
    with transaction.atomic():
        CalendarDayFactory(state_id="KZ", day=date(2027, 4, 16), name="Decree")
        meeting.deadlines.update(roll=roll, chain_place=chain_place)
        rederive([meeting.pk])
        columns = ("state", "due_on", "due_at", "zone", "trail", "status", "notice")
        before = list(Due.objects.order_by("pk").values(*columns))
        there = date(2027, 6, 17) + timedelta(days=days_on)
        for day in (there.isoformat(), "2027-06-17"):
            move_meeting(meeting.pk, to=day_span(day), actor=None, reason="thought again")
        assert list(Due.objects.order_by("pk").values(*columns)) == before
        transaction.set_rollback(True)


def test_a_due_set_by_hand_stays_when_the_meeting_moves(meeting):
    pin_due(
        Due.objects.get(state="KZ").pk,
        day=date(2027, 4, 1),
        actor=UserFactory(),
        reason="Nauryz leave",
        may_be_past=True,
    )
    move_meeting(meeting.pk, to=day_span("2027-06-24"), actor=None, reason="the host asked")
    assert days()["KZ"] == "2027-04-01"


def test_moving_numbers_the_change_and_moving_to_the_same_day_does_not(meeting):
    for _twice in range(2):
        move_meeting(meeting.pk, to=day_span("2027-06-24"), actor=None, reason="the host asked")
    meeting.refresh_from_db()
    assert (meeting.sequence, meeting.revision) == (1, 2)


def test_cancelling_withdraws_what_is_open_and_keeps_the_date(meeting):
    cancel_meeting(meeting.pk, actor=None, reason="no longer wanted")
    meeting.refresh_from_db()
    assert (days(), meeting.first_on, meeting.status) == ({}, date(2027, 6, 17), "cancelled")


def test_a_move_without_a_reason_changes_nothing(meeting):
    with pytest.raises(ReasonMissing):
        move_meeting(meeting.pk, to=day_span("2027-06-24"), actor=None, reason=" ")
    meeting.refresh_from_db()
    assert meeting.first_on == date(2027, 6, 17)


@pytest.mark.parametrize(
    ("status", "refusal"), [("held", MeetingAlreadyHeld), ("cancelled", MeetingCancelled)]
)
def test_what_is_over_is_not_moved(meeting, status, refusal):
    Meeting.objects.filter(pk=meeting.pk).update(status=status)
    with pytest.raises(refusal):
        move_meeting(meeting.pk, to=day_span("2027-06-24"), actor=None, reason="the host asked")


def test_a_new_closed_day_moves_the_due_of_that_state_only(meeting):
    CalendarDayFactory(state_id="KZ", day=date(2027, 4, 16), name="Decree")
    days_changed([("KZ", date(2027, 4, 16))])
    assert days() == {**dict.fromkeys(["CN", "KG", "TJ", "TM", "UZ"], "2027-04-16"), "KZ": "2027-04-15"}


def test_what_was_received_says_when_and_not_in_the_future(meeting):
    due = Due.objects.get(state="KZ")
    for at in (None, datetime(2027, 2, 1, tzinfo=UTC)):
        with pytest.raises(DueRefused):
            settle_due(due.pk, status="received", at=at, actor=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Due.objects.filter(pk=due.pk).update(status="received")


def test_a_number_is_used_once_in_a_track(meeting):
    twin = Meeting(track=meeting.track, ordinal=3, status="proposed")
    twin.take_span(day_span("2028-06-17"))
    with pytest.raises(IntegrityError), transaction.atomic():
        save_meeting(twin)
