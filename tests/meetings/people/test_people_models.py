"""What must never be of delegations and committees, the database refuses."""

from datetime import date

import pytest
from django.db import Error, IntegrityError, connection, transaction

from meetings.models import (
    Attendance,
    Committee,
    Delegate,
    Delegation,
    Erasure,
    GroupSeat,
    ListedParticipant,
    ParticipantList,
    Particulars,
    Recommendation,
    RecommendationStep,
    SeatTerm,
    Sitting,
    WorkingGroup,
)
from tests.factories import (
    ContactFactory,
    DelegateFactory,
    DelegationFactory,
    MeetingFactory,
    OrganisationFactory,
    SeatFactory,
    StateFactory,
    TrackFactory,
)

pytestmark = pytest.mark.django_db


def twice(make, **same):
    for _time in range(2):
        make(**same)


def term(seat=None, starts="2025-01-01", ends="2027-01-01", office="member", basis="Decision 1"):
    return SeatTerm.objects.create(
        seat=seat or SeatFactory(), office=office, starts_on=starts, ends_on=ends, basis=basis
    )


def two_terms(office):
    seat = SeatFactory()
    term(seat, office=office)
    term(seat, "2026-12-31", None, office=office)


def listing(meeting=None, number=1):
    return ParticipantList.objects.create(
        meeting=meeting or MeetingFactory(), number=number, stage="provisional", heading={}
    )


def line(delegate=None, of=None):
    delegate = delegate or DelegateFactory()
    return ListedParticipant.objects.create(
        listing=of or listing(delegate.delegation.meeting),
        party="KZ", position=1, delegate=delegate, code=delegate.code, role="member", rank="official",
    )  # fmt: skip


def two_lines():
    first = line()
    line(first.delegate, first.listing)


def group(**values):
    given = {"track": TrackFactory(), "names": {"en": "Rail"}, "opened_on": date(2025, 1, 1), "basis": "1"}
    return WorkingGroup.objects.create(**given | values)


def sitting(meeting=None):
    return Sitting.objects.create(meeting=meeting or MeetingFactory(), number=1, held_on=date(2025, 6, 17))


def recommendation(meeting=None):
    meeting = meeting or MeetingFactory()
    return Recommendation.objects.create(
        meeting=meeting, number=1, titles={"en": "One window"}, addressee=meeting.track
    )


def step(basis="Communiqué"):
    return RecommendationStep.objects.create(recommendation=recommendation(), step="adopted", basis=basis)


def erasure(rule="others: 365 days"):
    return Erasure.objects.create(meeting=MeetingFactory(), rule=rule)


BREAKERS = {
    "a_delegation_speaks_for_a_state_or_an_organisation": lambda: DelegationFactory(state=None),
    "a_state_sends_one_delegation": lambda: twice(
        DelegationFactory, meeting=MeetingFactory(), state=StateFactory()
    ),
    "an_organisation_sends_one_delegation": lambda: twice(
        DelegationFactory, meeting=MeetingFactory(), state=None, organisation=OrganisationFactory()
    ),
    "delegates_are_numbered_once_in_a_delegation": lambda: twice(
        DelegateFactory, delegation=DelegationFactory(), number=1
    ),
    "a_delegation_has_one_head": lambda: twice(DelegateFactory, delegation=DelegationFactory(), role="head"),
    "particulars_are_numbered_once": lambda: DelegateFactory().particulars.create(
        number=1, names={"en": "Another"}
    ),
    "particulars_say_something_until_they_are_erased": lambda: DelegateFactory().particulars.create(number=2),
    "an_erasure_names_its_rule": lambda: erasure(rule=""),
    "an_erasure_is_of_a_meetings_delegates_or_of_a_contact": lambda: Erasure.objects.create(
        meeting=MeetingFactory(), contact=ContactFactory(), rule="others: 365 days"
    ),
    "lists_of_participants_are_numbered_once": lambda: twice(listing, meeting=MeetingFactory()),
    "lists_of_participants_count_from_one": lambda: listing(number=0),
    "a_delegate_stands_once_in_a_list": two_lines,
    "a_quorum_says_how_many": lambda: Committee.objects.create(track=TrackFactory(), quorum_kind="number"),
    "a_term_ends_after_it_begins": lambda: term(ends="2024-12-31"),
    "a_term_has_a_source": lambda: term(basis=""),
    "terms_of_a_seat_do_not_overlap": lambda: two_terms("member"),
    "terms_as_co_chair_do_not_overlap": lambda: two_terms("co-chair"),
    "a_working_group_is_dissolved_after_it_was_set_up": lambda: group(closed_on=date(2025, 1, 1)),
    "a_seat_is_once_in_a_working_group": lambda: twice(
        GroupSeat.objects.create, group=group(), seat=SeatFactory()
    ),
    "a_session_numbers_its_sittings_once": lambda: twice(sitting, meeting=MeetingFactory()),
    "a_seat_attends_a_sitting_once": lambda: twice(
        Attendance.objects.create, sitting=sitting(), seat=SeatFactory(), presence="present"
    ),
    "a_session_numbers_its_recommendations_once": lambda: twice(recommendation, meeting=MeetingFactory()),
    "a_recommendations_step_has_a_source": lambda: step(basis=""),
}


@pytest.mark.parametrize("constraint", BREAKERS)
def test_the_database_itself_refuses_what_must_never_be_of_people(constraint):
    with pytest.raises(IntegrityError, match=f'constraint "{constraint}"'), transaction.atomic():
        BREAKERS[constraint]()


def test_a_percentage_beyond_a_hundred_is_no_quorum():
    with pytest.raises(IntegrityError, match="a_quorum_says_how_many"), transaction.atomic():
        Committee.objects.create(track=TrackFactory(), quorum_kind="percent", quorum_number=101)


def test_what_the_rules_allow_of_people_the_database_allows():
    seat = SeatFactory()
    term(seat)
    term(seat, office="co-chair", starts="2026-01-01", ends=None)
    term(seat, starts="2027-01-01", ends=None)  # the day on which the first is over
    term(SeatFactory())
    delegation = DelegationFactory()
    DelegateFactory(delegation=delegation, role="head", is_withdrawn=True)
    DelegateFactory(delegation=delegation, role="head")
    meeting = delegation.meeting
    DelegationFactory(meeting=meeting, state=None, organisation=OrganisationFactory(state=delegation.state))
    assert (SeatTerm.objects.count(), Delegate.objects.count(), Delegation.objects.count()) == (4, 2, 2)


@pytest.mark.parametrize("make", [listing, line, step, erasure], ids=lambda make: make.__name__)
@pytest.mark.parametrize("act", ["UPDATE", "DELETE"])
def test_what_was_issued_or_recorded_of_people_is_neither_edited_nor_deleted(make, act):
    row = make()
    table = row._meta.db_table
    sql = f"UPDATE {table} SET id = id" if act == "UPDATE" else f"DELETE FROM {table}"
    with (
        pytest.raises(Error, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize(
    "sql",
    [
        'UPDATE meetings_particulars SET names = \'{"en": "Forged"}\'',
        "UPDATE meetings_particulars SET names = '{}'",
        "UPDATE meetings_particulars SET number = 7",
        "DELETE FROM meetings_particulars",
    ],
)
def test_a_name_on_record_is_not_changed_even_in_sql(sql):
    DelegateFactory()
    with (
        pytest.raises(Error, match="only erased, never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_an_erasure_takes_name_and_office_together_and_is_final():
    particulars, mark = DelegateFactory().particulars.get(), erasure()
    rows = Particulars.objects.filter(pk=particulars.pk)
    with pytest.raises(IntegrityError, match="particulars_say_something"), transaction.atomic():
        rows.update(names={}, erasure=mark)
    with pytest.raises(Error, match="only erased, never changed"), transaction.atomic():
        rows.update(names={}, offices={}, erasure=mark, number=9)
    rows.update(names={}, offices={}, erasure=mark)
    for values in ({"names": {"en": "Back"}}, {"erasure": None}, {"erasure": erasure()}):
        with pytest.raises(Error, match="only erased, never changed"), transaction.atomic():
            rows.update(**values)
