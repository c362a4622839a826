"""A committee on the desk: who sits, who leaves, sittings with their quorum, recommendations."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.admin.committees.desk import quorum_text
from meetings.committees.acts import grant_term, record_recommendation_step
from meetings.committees.follow_up import FollowUp
from meetings.committees.quorum import Quorum
from meetings.models import Attendance, Committee, GroupSeat, Recommendation, SeatTerm, Sitting, WorkingGroup
from rotation.history import history_of
from tests.acts import confirm
from tests.factories import (
    MeetingFactory,
    OrganisationFactory,
    SeatFactory,
    StateFactory,
    TrackFactory,
    day_span,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2026, 11, 25, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def committee(db):
    track = TrackFactory(level="committee")
    for code in ("CN", "KZ", "KG"):
        SeatFactory(track=track, organisation=OrganisationFactory(state=StateFactory(code=code)))
    return Committee.objects.create(
        track=track, quorum_kind="number", quorum_number=2, required_states=["CN"]
    )


def seat_of(committee, code):
    return committee.track.seats.get(organisation__state=code)


def page_of(desk, committee):
    return desk.get(reverse("admin:meetings_committee_change", args=[committee.pk]))


def term(committee, code, start, end, office="member"):
    return grant_term(
        seat_of(committee, code).pk,
        office=office,
        starts_on=date.fromisoformat(start),
        ends_on=date.fromisoformat(end) if end else None,
        basis="Decision 2",
        actor=None,
    )


def test_the_page_says_who_sits_who_is_co_chair_and_who_leaves_within_ninety_days(desk, committee):
    term(committee, "KZ", "2025-01-01", "2027-02-01")
    term(committee, "KG", "2025-01-01", "2027-02-01")
    term(committee, "KG", "2027-02-01", None)
    term(committee, "CN", "2025-01-01", None, office="co-chair")
    context = page_of(desk, committee).context
    assert [(row["state"], row["says"]) for row in context["leaving"]] == [
        ("KZ", "member from 1 January 2025, last day 31 January 2027")
    ]
    told = [(row["state"], row["is_co_chair"], row["holds"]) for row in context["seats"]]
    assert told == [("China", True, True), ("Kazakhstan", False, True), ("Kyrgyzstan", False, True)]


def test_the_quorum_of_each_sitting_is_told_with_its_reason(desk, committee):
    session = MeetingFactory(track=committee.track)
    for number, absent in enumerate(["KG", "CN"], start=1):
        sitting = Sitting.objects.create(meeting=session, number=number, held_on=DAY)
        for seat in committee.track.seats.all():
            presence = "absent" if seat.organisation.state_id == absent else "present"
            Attendance.objects.create(sitting=sitting, seat=seat, presence=presence)
    Sitting.objects.create(meeting=session, number=3, held_on=DAY)
    assert [row["says"] for row in page_of(desk, committee).context["sittings"]] == [
        "attendance not recorded",
        "no quorum: without China (2 of 3, 2 needed)",
        "quorum (2 of 3, 2 needed)",
    ]
    assert quorum_text(Quorum(False, "no_members", 0, 0, 0), {}) == "nobody has a seat"


def test_a_sitting_offers_every_seat_and_records_who_was_there(desk, committee, user):
    sitting = Sitting.objects.create(meeting=MeetingFactory(track=committee.track), number=1, held_on=DAY)
    address = reverse("admin:meetings_sitting_change", args=[sitting.pk])
    seats = list(committee.track.seats.all())
    (formset,) = [each.formset for each in desk.get(address).context["inline_admin_formsets"]]
    assert [form.initial["seat"] for form in formset.forms] == [seat.pk for seat in seats]
    form = {
        "number": 1, "held_on": "2026-11-24", "note": "", "reason": "the secretary's sheet",
        "attendance-TOTAL_FORMS": 3, "attendance-INITIAL_FORMS": 0,
    }  # fmt: skip
    for place, seat in enumerate(seats):
        form |= {f"attendance-{place}-seat": seat.pk, f"attendance-{place}-sitting": sitting.pk}
    form |= {"attendance-0-presence": "present", "attendance-1-presence": "alternate"}
    assert desk.post(address, form).status_code == 302
    assert list(Attendance.objects.values_list("seat", "presence")) == [
        (seats[0].pk, "present"),
        (seats[1].pk, "alternate"),
    ]
    last = history_of(Attendance.objects.first())[0]
    assert (last.user, last.reason) == (user.username, "the secretary's sheet")
    elsewhere = form | {"attendance-2-seat": SeatFactory().pk, "attendance-2-presence": "present"}
    page = desk.post(address, elsewhere)
    assert page.status_code == 200
    assert Attendance.objects.count() == 2


def test_a_new_sitting_has_its_seats_on_its_form_and_records_them_at_once(desk, committee):
    session = MeetingFactory(track=committee.track)
    address = f"{reverse('admin:meetings_sitting_add')}?meeting={session.pk}&held_on=2026-11-24&number=1"
    seats = list(committee.track.seats.all())
    (formset,) = [each.formset for each in desk.get(address).context["inline_admin_formsets"]]
    assert [form.initial["seat"] for form in formset.forms] == [seat.pk for seat in seats]
    form = {
        "meeting": session.pk, "number": 1, "held_on": "2026-11-24", "note": "", "reason": "the sheet",
        "attendance-TOTAL_FORMS": 3, "attendance-INITIAL_FORMS": 0,
        **{f"attendance-{place}-seat": seat.pk for place, seat in enumerate(seats)},
        "attendance-0-presence": "present", "attendance-2-presence": "absent",
    }  # fmt: skip
    answer = desk.post(address, form)
    assert answer.status_code == 302, answer.context["errors"]
    assert list(Attendance.objects.values_list("sitting__number", "seat", "presence")) == [
        (1, seats[0].pk, "present"),
        (1, seats[2].pk, "absent"),
    ]
    # The seat of a term that is over by then is refused, with nothing stored.
    term(committee, "CN", "2025-01-01", "2026-12-01")
    refused = desk.post(address, {**form, "number": 2, "held_on": "2026-12-02"})
    assert "This seat is not held on the day of the sitting." in refused.content.decode()
    assert Sitting.objects.count() == 1


def test_a_sitting_whose_session_was_chosen_on_the_form_comes_again_with_its_seats(desk, committee):
    session = MeetingFactory(track=committee.track)
    address = reverse("admin:meetings_sitting_add")
    assert desk.get(address).context["inline_admin_formsets"] == []
    for odd in ("x", "²", "9" * 30):
        assert desk.get(address, {"meeting": odd, "held_on": "2026-11-24"}).status_code == 200
    form = {"meeting": session.pk, "number": 1, "held_on": "2026-11-24", "note": "", "reason": ""}
    answer = desk.post(address, form)
    assert answer.url == reverse("admin:meetings_sitting_change", args=[Sitting.objects.get().pk])
    (formset,) = [each.formset for each in desk.get(answer.url).context["inline_admin_formsets"]]
    assert len(formset.forms) == 3


def test_a_sitting_goes_only_while_nothing_is_recorded_of_it(desk, committee):
    session = MeetingFactory(track=committee.track)
    empty, recorded = (
        Sitting.objects.create(meeting=session, number=number, held_on=DAY) for number in (1, 2)
    )
    Attendance.objects.create(sitting=recorded, seat=seat_of(committee, "KZ"), presence="present")
    answers = {
        row.number: desk.post(
            reverse("admin:meetings_sitting_delete", args=[row.pk]), {"post": "yes"}
        ).status_code
        for row in (empty, recorded)
    }
    assert answers == {1: 302, 2: 403}
    assert list(Sitting.objects.all()) == [recorded]


def terms_form(seat, *rows):
    form = {
        "track": seat.track_id, "organisation": seat.organisation_id, "role": seat.role, "reason": "",
        "terms-TOTAL_FORMS": len(rows), "terms-INITIAL_FORMS": 0,
    }  # fmt: skip
    for place, (start, end) in enumerate(rows):
        values = {
            "office": "member",
            "starts_on": start,
            "ends_on": end,
            "basis": "Decision",
            "seat": seat.pk,
        }
        form |= {f"terms-{place}-{name}": value for name, value in values.items()}
    return form


def test_terms_that_share_a_day_are_refused_with_a_sentence(desk, committee):
    seat = seat_of(committee, "KZ")
    address = reverse("admin:meetings_seat_change", args=[seat.pk])
    page = desk.post(address, terms_form(seat, ("2025-01-01", "2026-01-02"), ("2026-01-01", "")))
    assert "Two of these terms share a day." in page.content.decode()
    assert SeatTerm.objects.count() == 0
    assert (
        desk.post(address, terms_form(seat, ("2025-01-01", "2025-12-31"), ("2026-01-01", ""))).status_code
        == 302
    )
    assert SeatTerm.objects.count() == 2


def test_staff_say_the_last_day_of_a_term_and_read_the_same_day_again(desk, committee):
    seat = seat_of(committee, "KZ")
    address = reverse("admin:meetings_seat_change", args=[seat.pk])
    assert desk.post(address, terms_form(seat, ("2025-01-01", "2026-12-31"))).status_code == 302
    row = SeatTerm.objects.get()
    assert row.ends_on == date(2027, 1, 1)
    assert 'value="2026-12-31"' in desk.get(address).content.decode()
    unchanged = terms_form(seat, ("2025-01-01", "2026-12-31")) | {
        "terms-INITIAL_FORMS": 1, "terms-0-id": row.pk, "reason": "only the role",
    }  # fmt: skip
    assert desk.post(address, unchanged).status_code == 302
    row.refresh_from_db()
    assert row.ends_on == date(2027, 1, 1)


def test_a_term_cannot_end_with_the_last_day_that_there_is(desk, committee):
    seat = seat_of(committee, "KZ")
    address = reverse("admin:meetings_seat_change", args=[seat.pk])
    page = desk.post(address, terms_form(seat, ("2025-01-01", "9999-12-31")))
    assert "Enter a valid date." in page.content.decode()
    assert not SeatTerm.objects.exists()


def test_a_recommendation_that_was_adopted_is_read_in_its_languages(desk, committee, user):
    row = Recommendation.objects.create(
        meeting=MeetingFactory(track=committee.track), number=1, addressee=TrackFactory(),
        titles={"en": "One <window>", "zh": "单一窗口"}, texts={"en": "That it opens."},
    )  # fmt: skip
    record_recommendation_step(row.pk, step=FollowUp.ADOPTED, on=DAY, basis="Report", actor=user)
    page = desk.get(reverse("admin:meetings_recommendation_change", args=[row.pk])).content.decode()
    assert '<p lang="en"><span class="quiet">English</span> One &lt;window&gt;</p>' in page
    assert '<p lang="zh"><span class="quiet">中文</span> 单一窗口</p>' in page


def test_the_rule_is_set_on_the_page_and_what_cannot_be_is_refused_with_a_sentence(desk, committee):
    form = {
        "quorum_kind": "number", "quorum_number": "", "quorum_unit": "states", "required_states": ["CN"],
        "notice_days": "60, 14", "basis": "Regulations, art. 4", "reason": "agreed",
    }  # fmt: skip
    address = reverse("admin:meetings_committee_change", args=[committee.pk])
    assert "Say how many" in desk.post(address, form).content.decode()
    assert desk.post(address, form | {"quorum_number": 5}).status_code == 302
    committee.refresh_from_db()
    assert (committee.quorum_number, committee.notice_days, committee.required_states) == (
        5,
        [60, 14],
        ["CN"],
    )


def test_what_became_of_a_recommendation_is_recorded_on_its_page(desk, committee, user):
    transport = TrackFactory()
    row = Recommendation.objects.create(
        meeting=MeetingFactory(track=committee.track), number=1, titles={"en": "One window"},
        addressee=transport,
    )  # fmt: skip
    address = reverse("admin:meetings_recommendation_step", args=[row.pk])
    page = desk.get(address)
    assert page.context["form"].fields["step"].choices == [("adopted", "adopted")]
    assert desk.post(address, {"step": "adopted", "on": "2026-11-24", "basis": ""}).status_code == 200
    confirm(desk, address, {"step": "adopted", "on": "2026-11-24", "basis": "Protocol of the session"})
    confirm(desk, address, {"step": "passed on", "on": "", "basis": "Note 8"})
    assert list(row.steps.values_list("step", "basis", "recorded_by")) == [
        ("adopted", "Protocol of the session", user.pk),
        ("passed on", "Note 8", user.pk),
    ]
    shown = desk.get(reverse("admin:meetings_recommendation_change", args=[row.pk]))
    assert "Note 8" in shown.content.decode()
    assert "titles" not in shown.context["adminform"].form.fields


def test_pages_of_committees_cost_the_same_number_of_queries_for_few_rows_and_for_many(desk, committee):
    pages = [
        reverse("admin:meetings_committee_change", args=[committee.pk]),
        *(
            reverse(f"admin:meetings_{name}_changelist")
            for name in ("committee", "seat", "sitting", "recommendation", "workinggroup", "retentionrule")
        ),
    ]

    def cost():
        with CaptureQueriesContext(connection) as captured:
            for address in pages:
                assert desk.get(address).status_code == 200, address
        return len(captured)

    def fill(count):
        for _time in range(count):
            session = MeetingFactory(track=committee.track, span=day_span("2026-06-17"))
            seat = SeatFactory(track=committee.track)
            SeatTerm.objects.create(seat=seat, starts_on=DAY, basis="x")
            sitting = Sitting.objects.create(meeting=session, number=1, held_on=DAY)
            Attendance.objects.create(sitting=sitting, seat=seat, presence="present")
            group = WorkingGroup.objects.create(
                track=committee.track, names={"en": "Rail"}, opened_on=DAY, basis="x", lead=seat
            )
            GroupSeat.objects.create(group=group, seat=seat)
            Recommendation.objects.create(
                meeting=session, number=1, titles={"en": "x"}, addressee=TrackFactory(), group=group
            )

    fill(1)
    cost()
    few = cost()
    fill(10)
    assert cost() == few


def test_seats_of_a_state_and_members_of_a_group_stand_by_the_readers_alphabet(desk, committee):
    state = StateFactory(code="TJ")
    names = ["Ҷамъияти савдо", "Чамбер", "Қосибон", "Ёвар", "Ежегодник", "Комбинат"]
    seats = [
        SeatFactory(track=committee.track, organisation=OrganisationFactory(state=state, names={"ru": each}))
        for each in names
    ]
    group = WorkingGroup.objects.create(track=committee.track, names={"ru": "x"}, opened_on=DAY, basis="x")
    for seat in seats:
        GroupSeat.objects.create(group=group, seat=seat)
    expected = ["Ёвар", "Ежегодник", "Комбинат", "Қосибон", "Чамбер", "Ҷамъияти савдо"]
    desk.defaults["HTTP_ACCEPT_LANGUAGE"] = "ru"
    page = page_of(desk, committee).context
    assert [
        row["organisation"] for row in page["seats"] if row["row"].organisation.state == state
    ] == expected
    assert page["groups"][0]["members"] == ("Ёвар, Ежегодник, Комбинат, Қосибон, Чамбер и Ҷамъияти савдо")
    listing = desk.get(reverse("admin:meetings_seat_changelist"), {"organisation__state__code__exact": "TJ"})
    assert [row.organisation.names["ru"] for row in listing.context["cl"].result_list] == expected
