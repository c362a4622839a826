"""What would be told to nobody is said to staff before its day comes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Committee, SeatTerm
from meetings.silence.acts import open_silence
from secretariat.desk.today import today_shown
from secretariat.reminders.unheard import unheard
from tests.factories import (
    ContactFactory,
    DueFactory,
    MinistryFactory,
    OrganisationFactory,
    ResponsibilityFactory,
    SeatFactory,
    StateFactory,
    TrackFactory,
)
from tests.meetings.conftest import draft, issued, track  # noqa: F401
from tests.meetings.silence.test_silences import FRIDAY

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def due():
    return DueFactory(due_on=date(2027, 3, 10), due_at=NOW + timedelta(days=9))


def told(now=NOW):
    return [(row.track, row.states, row.count, row.first_on) for row in unheard(now)]


def answering(due, **values):
    """A contact of the state that owes the due, at a ministry that answers for its track."""
    ministry = MinistryFactory(state=due.state)
    days = {name: values.pop(name) for name in ("answers_from", "answers_until") if name in values}
    ResponsibilityFactory(
        track=due.deadline.meeting.track, ministry=ministry,
        valid_from=days.get("answers_from"), valid_until=days.get("answers_until"),
    )  # fmt: skip
    return ContactFactory(ministry=ministry, **values)


def test_a_due_of_a_state_without_a_ministry_is_told_to_nobody(due):
    assert told() == [(due.deadline.meeting.track, (due.state_id,), 1, date(2027, 3, 10))]


def test_who_answers_is_enough(due):
    answering(due)
    assert told() == []


@pytest.mark.parametrize(
    "values",
    [
        {"valid_until": date(2027, 2, 28)},
        {"is_undeliverable": True},
        {"answers_until": date(2027, 2, 28)},
        {"answers_from": date(2027, 3, 2)},
    ],
)
def test_who_has_left_or_cannot_be_reached_or_does_not_answer_now_is_not_enough(due, values):
    answering(due, **values)
    assert len(told()) == 1


def test_a_contact_of_another_state_is_not_enough(due):
    ministry = MinistryFactory(state=StateFactory(code="CN"))
    ResponsibilityFactory(track=due.deadline.meeting.track, ministry=ministry)
    ContactFactory(ministry=ministry)
    assert [row.states for row in unheard(NOW)] == [(due.state_id,)]


def test_what_is_past_or_settled_is_not_asked_about(due):
    DueFactory(status="received", received_at=NOW, due_at=NOW + timedelta(days=1))
    assert len(told()) == 1
    assert told(due.due_at) == []


def test_silence_counts_for_each_party(issued):  # noqa: F811
    open_silence(issued().pk, closing=FRIDAY, actor=None, reason="Agreed by the coordinators.")
    (row,) = unheard(FRIDAY.instant - timedelta(days=1))
    assert (row.count, row.first_on) == (len(row.states), FRIDAY.on)
    assert unheard(FRIDAY.instant) == []


def test_the_end_of_a_term_counts_where_the_committee_tells_of_it():
    seat = SeatFactory(track=TrackFactory(level="committee"), organisation=OrganisationFactory())
    SeatTerm.objects.create(
        seat=seat, office="member", starts_on=date(2025, 1, 1), ends_on=date(2027, 6, 1), basis="Decision"
    )
    assert told() == []
    committee = Committee.objects.create(track=seat.track, notice_days=[30])
    assert told() == [(seat.track, (seat.organisation.state_id,), 1, date(2027, 5, 31))]
    committee.notice_days = []
    committee.save()
    assert told() == []


def test_the_start_page_names_the_states_and_leads_to_the_track(desk, due, user):
    shown = today_shown(NOW, user)["unheard"]
    assert [(each["states"], each["day"]) for each in shown] == [(str(due.state), "10 March 2027")]
    later = DueFactory(due_at=datetime(2099, 1, 1, tzinfo=UTC), due_on=date(2099, 1, 1))
    page = desk.get("/admin/").content.decode()
    assert "Nobody to write to" in page
    assert f"/admin/meetings/track/{later.deadline.meeting.track_id}/change/" in page


def test_asking_costs_the_same_for_one_due_and_for_twenty(due):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            unheard(NOW)
        return len(queries)

    one = cost()
    for _ in range(19):
        DueFactory(due_at=NOW + timedelta(days=9))
    assert (cost(), len(told())) == (one, 20)


def test_before_silence_is_opened_the_states_are_named_in_which_nobody_would_be_told(desk, issued):  # noqa: F811
    document = issued()
    for code in ("CN", "KZ", "KG", "TJ"):
        ministry = MinistryFactory(state=StateFactory(code=code))
        ResponsibilityFactory(track=document.track, ministry=ministry)
        ContactFactory(ministry=ministry)
    page = desk.get(reverse("admin:meetings_silenceprocedure_open", args=[document.pk])).content.decode()
    assert "Nobody is written to in Turkmenistan and Uzbekistan:" in page
    assert reverse("admin:meetings_track_change", args=[document.track_id]) in page
    for code in ("TM", "UZ"):
        ministry = MinistryFactory(state=StateFactory(code=code))
        ResponsibilityFactory(track=document.track, ministry=ministry)
        ContactFactory(ministry=ministry)
    page = desk.get(reverse("admin:meetings_silenceprocedure_open", args=[document.pk])).content.decode()
    assert "Nobody is written to" not in page
