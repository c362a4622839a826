from datetime import date

import pytest
from django.db import Error, connection, transaction

from meetings.hosts.summits import (
    AlreadyAnnounced,
    AnotherHost,
    NotBegun,
    NotHeld,
    NoTrack,
    NoTurn,
    announce_summit,
    hand_over,
    hold_summit,
    lies_outside_its_period,
    plan_summit,
)
from meetings.models import Handover, Meeting
from rotation.models import RotationDecision, Summit
from rotation.projection import turns_until
from tests.factories import MechanismFactory, TrackFactory, UserFactory, day_span, decided

BASIS = "Astana Declaration, art. 15"


@pytest.fixture
def mechanism(db):
    return MechanismFactory()


@pytest.fixture
def track(mechanism):
    return TrackFactory(mechanism=mechanism, rotation=mechanism, host_rule="follows_summit")


def announce(mechanism, period="2029", **values):
    values = {"basis": BASIS, "decided_on": date(2026, 6, 1), "actor": None} | values
    return announce_summit(mechanism.pk, period=period, **values)


def test_a_projected_turn_becomes_a_summit_with_its_meeting_in_one_act(mechanism, track):
    officer = UserFactory()
    summit = announce(mechanism, actor=officer)
    assert (summit.ordinal, summit.host_id, summit.period, summit.status) == (4, "KG", "2029", "announced")
    meeting = summit.meeting
    assert (meeting.track, meeting.host_id, meeting.ordinal, meeting.city) == (track, "KG", 4, "")
    assert (meeting.precision, meeting.first_on, meeting.last_on, meeting.zone) == (
        "year",
        date(2029, 1, 1),
        date(2029, 12, 31),
        "Asia/Bishkek",
    )
    decision = RotationDecision.objects.get()
    assert (decision.kind, decision.period, decision.basis, decision.recorded_by) == (
        "announce",
        "2029",
        BASIS,
        officer,
    )
    assert [turn.status for turn in turns_until(mechanism, "2029")][-1] == "announced"


@pytest.mark.parametrize(
    ("period", "refusal"), [("2030", NoTurn), ("soon", NoTurn), ("2029", AlreadyAnnounced)]
)
def test_only_a_projected_turn_can_be_announced(mechanism, track, period, refusal):
    announce(mechanism)
    with pytest.raises(refusal):
        announce(mechanism, period)
    assert (Summit.objects.count(), Meeting.objects.count()) == (1, 1)


def test_without_a_track_for_its_meeting_nothing_is_announced(mechanism):
    with pytest.raises(NoTrack):
        plan_summit(mechanism, "2029")


def test_a_decision_takes_the_meeting_of_an_announced_summit_along(mechanism, track):
    summit = announce(mechanism)
    decided(mechanism, "substitute", period="2029", member="UZ", turn_kept=True, on="2026-07-01")
    decided(mechanism, "vacate", period="2029", on="2026-08-01")
    meeting = Meeting.objects.get(summit=summit)
    assert (meeting.host_id, meeting.country_id, meeting.first_on) == ("UZ", "UZ", date(2031, 1, 1))


def test_a_day_that_was_chosen_stays_and_is_marked_when_its_turn_moves(mechanism, track):
    announce(mechanism, span=day_span("2029-06-17", "Asia/Bishkek"), city="Bishkek")
    decided(mechanism, "vacate", period="2029", on="2026-08-01")
    meeting = Meeting.objects.select_related("summit__mechanism").get()
    assert (meeting.first_on, meeting.city) == (date(2029, 6, 17), "Bishkek")
    assert lies_outside_its_period(meeting)


def test_a_held_summit_is_handed_over_to_the_next_turn_only(mechanism, track):
    first = announce(mechanism, "2023", span=day_span("2023-05-18"))
    with pytest.raises(NotHeld):
        hand_over(first.pk, to="KZ", handed_over_on=date(2023, 5, 19), basis=BASIS, actor=None)
    hold_summit(first.pk, actor=None)
    with pytest.raises(AnotherHost, match="The next turn, 2025, is that of Kazakhstan"):
        hand_over(first.pk, to="UZ", handed_over_on=date(2023, 5, 19), basis=BASIS, actor=None)
    made = hand_over(first.pk, to="KZ", handed_over_on=date(2023, 5, 19), basis=BASIS, actor=None)
    assert (made.period, Meeting.objects.get().status) == ("2025", "held")
    for statement in ("update meetings_handover set basis = 'x'", "delete from meetings_handover"):
        with pytest.raises(Error, match="Cannot update or delete"), transaction.atomic():
            connection.cursor().execute(statement)
    assert Handover.objects.get() == made


def test_a_summit_that_has_not_begun_is_not_held(mechanism, track):
    summit = announce(mechanism)
    with pytest.raises(NotBegun):
        hold_summit(summit.pk, actor=None)


def test_revoking_an_announcement_makes_the_turn_projected_again_and_its_meeting_a_proposal(mechanism, track):
    summit = announce(mechanism)
    meeting = summit.meeting
    decided(mechanism, "revoke", on="2026-07-01", revokes=0)
    assert [turn.status for turn in turns_until(mechanism, "2029")] == ["projected"] * 4
    assert not Summit.objects.filter(pk=summit.pk).exists()
    meeting.refresh_from_db()
    assert (meeting.summit, meeting.status, meeting.ordinal) == (None, "proposed", 4)


def test_revoking_another_decision_leaves_what_is_announced(mechanism, track):
    decided(mechanism, "swap", period="2029", other_period="2033")
    announce(mechanism)
    decided(mechanism, "revoke", on="2026-07-01", revokes=0)
    assert [(summit.period, summit.host_id) for summit in Summit.objects.all()] == [("2029", "KG")]
