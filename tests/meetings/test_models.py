"""What must never be, the database refuses: each constraint has a test that tries to break it."""

from datetime import UTC, date, datetime, time

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError

from meetings.models import (
    DeadlineTemplate,
    Handover,
    HostOffer,
    LevelTemplate,
    Meeting,
    Organisation,
    Outcome,
    Seat,
    YearNotice,
)
from rotation.models import RotationDecision, Side, Summit
from tests.factories import (
    CalendarDayFactory,
    ContactFactory,
    DeadlineFactory,
    DeadlineTemplateFactory,
    DueFactory,
    MechanismFactory,
    MeetingFactory,
    ResponsibilityFactory,
    StateFactory,
    TemplateLineFactory,
    TrackFactory,
)
from tests.meetings.paper_breakers import PAPER_BREAKERS
from tests.meetings.track_breakers import TRACK_BREAKERS

from .agenda.test_agenda_models import BREAKERS as AGENDA_BREAKERS
from .people.test_people_models import BREAKERS as PEOPLE_BREAKERS

pytestmark = pytest.mark.django_db


def twice(factory, **values):
    """Makes the same row two times; a test that calls it expects the second to be refused."""
    for _time in range(2):
        factory(**values)


def summit(ordinal, period):
    return Summit.objects.create(
        mechanism=MechanismFactory(), ordinal=ordinal, period=period, host=StateFactory(code="CN")
    )


def two_seats():
    state = StateFactory()
    organisation = Organisation.objects.create(state=state, names={"en": "Atameken"})
    twice(Seat.objects.create, track=TrackFactory(), organisation=organisation, role="member")


def two_summits(first, second):
    summit(*first)
    summit(*second)


def decision(**values):
    given = {"mechanism": MechanismFactory(), "number": 1, "kind": "skip", "period": "2029"}
    given |= {"decided_on": date(2026, 3, 2), "basis": "Astana Declaration, art. 3"}
    return RotationDecision.objects.create(**given | values)


def offer(**values):
    given = {"track": TrackFactory(), "state": StateFactory(code="KG"), "year": 2027, "basis": "note verbale"}
    return HostOffer.objects.create(**given | values)


def notice(**values):
    given = {"state": values.pop("state", None) or StateFactory(code="CN"), "year": 2027, "source": "notice"}
    return YearNotice.objects.create(**given | values)


def in_no_zone(row):
    type(row).objects.filter(pk=row.pk).update(zone="asia/almaty")


def own_short_notice():
    template = DeadlineTemplateFactory()
    DeadlineTemplate.objects.filter(pk=template.pk).update(short_notice=template)


BREAKERS = {
    "decisions_are_numbered_once": lambda: twice(decision),
    "decisions_count_from_one": lambda: decision(number=0),
    "a_decision_has_a_legal_basis": lambda: decision(basis=""),
    "a_decision_says_what_its_kind_needs": lambda: decision(kind="swap", other_period=""),
    "a_handover_has_a_source": lambda: Handover.objects.create(
        summit=summit(1, "2023"),
        to=StateFactory(code="KZ"),
        period="2025",
        handed_over_on=date(2023, 5, 19),
        basis="",
    ),
    "a_state_offers_once_for_a_year": lambda: twice(offer, track=TrackFactory()),
    "an_offer_has_a_source": lambda: offer(basis=""),
    "sides_take_turns_in_one_order": lambda: Side.objects.create(
        mechanism=MechanismFactory(), position=1, names={"en": "Another first side"}
    ),
    "a_turn_is_held_once": lambda: two_summits((1, "2023"), (1, "2025")),
    "a_period_has_one_summit": lambda: two_summits((1, "2023"), (2, "2023")),
    "summits_count_from_one": lambda: summit(0, "2021"),
    "a_contact_leaves_after_arriving": lambda: ContactFactory(
        valid_from=date(2027, 2, 1), valid_until=date(2027, 1, 31)
    ),
    "a_contact_has_a_role": lambda: ContactFactory(roles=[]),
    "a_digest_has_a_day_of_the_week": lambda: ContactFactory(digest_on=8),
    "an_address_is_listed_once_at_a_ministry": lambda: twice(
        ContactFactory, ministry=ContactFactory().ministry, email="desk@example.org"
    ),
    "a_ministry_answers_once_for_a_track": lambda: (
        lambda first: ResponsibilityFactory(track=first.track, ministry=first.ministry)
    )(ResponsibilityFactory()),
    "an_organisation_has_one_seat": two_seats,
    "a_number_is_used_once_in_a_track": lambda: twice(MeetingFactory, track=TrackFactory(), ordinal=7),
    "a_meeting_ends_after_it_starts": lambda: MeetingFactory(
        starts_at=datetime(2027, 6, 17, 9, tzinfo=UTC), ends_at=datetime(2027, 6, 17, 9, tzinfo=UTC)
    ),
    "a_last_day_is_not_before_the_first": lambda: MeetingFactory(
        first_on=date(2027, 6, 17), last_on=date(2027, 6, 16)
    ),
    "a_date_is_there_as_far_as_it_is_known": lambda: MeetingFactory(
        precision="year", first_on=None, last_on=None, starts_at=None, ends_at=None
    ),
    "an_instant_is_there_when_the_day_is": lambda: MeetingFactory(starts_at=None, ends_at=None),
    "outcomes_stand_in_one_order": lambda: twice(
        Outcome.objects.create, meeting=MeetingFactory(), position=0, title="Joint statement"
    ),
    "a_line_is_taken_once_by_a_meeting": lambda: twice(
        DeadlineFactory, meeting=MeetingFactory(), line=TemplateLineFactory()
    ),
    "a_state_owes_a_deadline_once": lambda: twice(
        DueFactory, deadline=DeadlineFactory(), state=StateFactory(code="KG")
    ),
    "what_is_received_says_when": lambda: DueFactory(status="received", received_at=None),
    "a_date_set_by_hand_has_its_reason": lambda: DueFactory(is_pinned=True, pin_reason=""),
    "a_day_is_entered_once_a_basis": lambda: twice(CalendarDayFactory, state=StateFactory()),
    "a_shortened_day_says_when_it_closes": lambda: CalendarDayFactory(status="shortened"),
    "what_staff_enter_rests_on_more_than_the_library": lambda: CalendarDayFactory(basis="library"),
    "a_years_notice_comes_once": lambda: twice(notice, state=StateFactory(code="CN")),
    "a_years_notice_has_a_source": lambda: notice(source=""),
    "a_set_is_not_its_own_short_notice": lambda: own_short_notice(),
    "a_level_has_one_template": lambda: twice(
        LevelTemplate.objects.create, level="ministers", template=DeadlineTemplateFactory()
    ),
    "a_key_is_used_once_in_a_set": lambda: twice(
        TemplateLineFactory, template=DeadlineTemplateFactory(), key="papers"
    ),
    "a_day_agreed_at_short_notice_has_its_reason": lambda: DueFactory(notice="agreed", pin_reason=""),
    "a_side_goes_by_a_known_alphabet": lambda: Side.objects.create(
        mechanism=MechanismFactory(), position=9, names={"en": "North"}, locale="xx-nowhere"
    ),
    "a_state_speaks_known_languages": lambda: StateFactory(code="KZ", languages=["kk", "Kazakh"]),
    "a_state_is_in_a_time_zone": lambda: StateFactory(code="KZ", zone="Almaty"),
    "a_contact_is_in_a_time_zone": lambda: ContactFactory(zone="UTC+5"),
    "a_meeting_is_in_a_time_zone": lambda: in_no_zone(MeetingFactory()),
    "a_due_is_in_a_time_zone": lambda: in_no_zone(DueFactory()),
}

BREAKERS |= PAPER_BREAKERS | TRACK_BREAKERS


@pytest.mark.parametrize("constraint", BREAKERS)
def test_the_database_itself_refuses_what_must_never_be(constraint):
    with pytest.raises(IntegrityError, match=f'constraint "{constraint}"'), transaction.atomic():
        BREAKERS[constraint]()


def test_every_constraint_of_the_two_lower_floors_is_tried():
    named = {
        constraint.name
        for label in ("rotation", "meetings")
        for model in apps.get_app_config(label).get_models()
        for constraint in model._meta.constraints
    }
    assert {*BREAKERS, *AGENDA_BREAKERS, *PEOPLE_BREAKERS} == named


def test_what_is_received_may_not_say_when_while_it_is_open():
    with pytest.raises(IntegrityError, match="what_is_received_says_when"), transaction.atomic():
        DueFactory(status="open", received_at=datetime(2027, 4, 1, tzinfo=UTC))


def test_a_date_that_is_not_known_to_the_day_has_no_instant():
    with pytest.raises(IntegrityError, match="an_instant_is_there_when_the_day_is"), transaction.atomic():
        MeetingFactory(precision="year")


def test_the_number_of_a_cancelled_meeting_is_free_again():
    track = TrackFactory()
    MeetingFactory(track=track, ordinal=7, status="cancelled")
    MeetingFactory(track=track, ordinal=7)
    statuses = Meeting.objects.filter(track=track).order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["cancelled", "confirmed"]


def test_informal_meetings_of_a_track_carry_no_number_and_do_not_collide():
    track = TrackFactory()
    twice(MeetingFactory, track=track, ordinal=None)
    assert track.meetings.count() == 2


def test_a_state_that_hosts_cannot_be_deleted():
    state = StateFactory(code="KZ")
    MeetingFactory(host=state)
    with pytest.raises(ProtectedError):
        state.delete()


def test_a_day_that_is_not_shortened_has_no_hour():
    with pytest.raises(IntegrityError, match="a_shortened_day_says_when_it_closes"), transaction.atomic():
        CalendarDayFactory(status="closed", closes_at=time(15))


def test_what_the_library_entered_is_not_the_word_of_staff():
    rule = "what_staff_enter_rests_on_more_than_the_library"
    with pytest.raises(IntegrityError, match=rule), transaction.atomic():
        CalendarDayFactory(entered_by="library", basis="decree")
