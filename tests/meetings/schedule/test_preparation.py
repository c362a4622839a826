"""The meetings that prepare another are proposed in one act, back from its date, and made only once."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.urls import reverse

from meetings.days.workdays import SpecialDay, WorkCalendar
from meetings.models import Meeting
from meetings.schedule.dates import Precision, month_span, year_span
from meetings.schedule.preparation import Existing, Link, missing, proposed_span
from meetings.schedule.preparing import Choice, NotStanding, PlanChanged, plan_preparation, prepare_meeting
from tests.factories import MeetingFactory, PreparatoryStepFactory, TrackFactory, UserFactory, day_span

NAURYZ = {date(2027, 3, day): SpecialDay(True, "Nauryz") for day in (22, 23)}
CALENDAR = WorkCalendar("KZ", frozenset({6, 7}), NAURYZ, frozenset({2027}))


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        yield


@pytest.mark.parametrize(
    ("lead", "lasts", "first", "last"),
    [
        (22, 1, "2027-05-26", "2027-05-26"),
        (18, 1, "2027-05-28", "2027-05-28"),  # 30 May 2027 is a Sunday
        (86, 1, "2027-03-19", "2027-03-19"),  # 23 March is Nauryz, the days before it a weekend
        (83, 2, "2027-03-25", "2027-03-26"),
        (82, 2, "2027-03-25", "2027-03-26"),  # from 27 March it would be a Saturday
    ],
)
def test_a_proposal_lies_back_from_the_date_on_days_that_the_host_works(lead, lasts, first, last):
    span = proposed_span(Link(1, 1, lead, lasts), day_span("2027-06-17"), "Asia/Almaty", CALENDAR)
    assert (span.first_on.isoformat(), span.last_on.isoformat()) == (first, last)


def test_a_proposal_is_known_as_far_as_the_date_it_prepares():
    link = Link(1, 1, 30)
    assert proposed_span(link, month_span(2027, 6, "Asia/Almaty"), "Asia/Almaty", None) == month_span(
        2027, 5, "Asia/Almaty"
    )
    assert (
        proposed_span(link, year_span(2027, "Asia/Almaty"), "Asia/Almaty", None).precision is Precision.NONE
    )


def test_what_is_there_already_stands_for_the_nearest_step_of_its_track():
    links = [Link(1, 5, 90), Link(2, 5, 30), Link(3, 6, 60)]
    anchor = day_span("2027-06-17")
    near, far = Existing(5, date(2027, 5, 20)), Existing(5, date(2027, 3, 10))
    assert [link.id for link in missing(links, [], anchor)] == [1, 3, 2]
    assert [link.id for link in missing(links, [near], anchor)] == [1, 3]
    assert [link.id for link in missing(links, [near, far], anchor)] == [3]
    assert [link.id for link in missing(links, [Existing(7, None)], anchor)] == [1, 3, 2]


@pytest.fixture
def summit(db):
    """A summit on Thursday, 17 June 2027: ministers 30 days before, their senior officials 14 before them."""
    ministers = TrackFactory(names={"en": "Foreign ministers' meeting"})
    officials = TrackFactory(names={"en": "Senior officials' meeting"}, level="senior officials")
    top = TrackFactory(names={"en": "Summit"}, level="heads of state")
    PreparatoryStepFactory(track=top, prepared_by=ministers, lead_days=30)
    PreparatoryStepFactory(track=ministers, prepared_by=officials, lead_days=14, format="video")
    return MeetingFactory(track=top, host_id="KZ", span=day_span("2027-06-17", "Asia/Almaty"))


def proposed(anchor, **kwargs):
    return [
        (str(row.meeting), row.span.first_on.isoformat(), row.step.format)
        for row in plan_preparation(anchor, **kwargs)
    ]


def test_the_whole_chain_is_proposed_each_back_from_the_one_it_prepares(summit):
    assert proposed(summit) == [
        ("Foreign ministers' meeting", "2027-05-18", "in person"),
        ("Senior officials' meeting", "2027-05-04", "video"),
    ]


def made(summit, choices=None):
    choices = choices or {row.key: Choice() for row in plan_preparation(summit)}
    return prepare_meeting(summit.pk, choices, seen=summit.revision, actor=None, reason="the chain")


def test_they_are_made_linked_and_run_again_nothing_is_missing(summit):
    ministers, officials = made(summit)
    assert (ministers.prepares, officials.prepares) == (summit, ministers)
    assert (officials.format, officials.host_id, officials.zone) == ("video", "KZ", "Asia/Almaty")
    assert {row.status for row in (ministers, officials)} == {"proposed"}
    assert plan_preparation(summit) == ()
    assert made(summit, {}) == []


def test_what_was_cancelled_is_missing_again_and_so_is_what_was_left_out(summit):
    first, second = plan_preparation(summit)
    (officials,) = made(summit, {first.key: Choice(is_taken=False), second.key: Choice()})
    assert officials.prepares == summit  # the ministers between them were left out
    assert [name for name, _day, _format in proposed(summit)] == [
        "Foreign ministers' meeting",
        "Senior officials' meeting",
    ]
    (ministers, _officials) = made(summit)
    Meeting.objects.filter(prepares=ministers).update(status="cancelled")
    assert [name for name, _day, _format in proposed(summit)] == ["Senior officials' meeting"]


def test_those_that_are_taken_continue_the_count_of_their_track(summit):
    first, _second = plan_preparation(summit)
    ministers = first.step.prepared_by
    MeetingFactory(track=ministers, ordinal=8, status="cancelled")
    MeetingFactory(track=ministers, ordinal=7)
    PreparatoryStepFactory(track=summit.track, prepared_by=ministers, lead_days=60)
    names = [name for name, _day, _format in proposed(summit)]
    assert names == [
        "8th Foreign ministers' meeting",  # the earlier one
        "Senior officials' meeting",
        "9th Foreign ministers' meeting",
        "Senior officials' meeting",
    ]
    early = plan_preparation(summit)[0].key
    left_out = {early: Choice(is_taken=False)}
    assert [name for name, _day, _format in proposed(summit, choices=left_out)][::2] == [
        "Foreign ministers' meeting",
        "8th Foreign ministers' meeting",
    ]
    assert [row.ordinal for row in made(summit)] == [8, None, 9, None]


def test_a_changed_day_takes_those_that_prepare_it_along(summit):
    first, _second = plan_preparation(summit)
    changed = {first.key: Choice(first_on=date(2027, 5, 25))}
    assert [day for _name, day, _format in proposed(summit, choices=changed)] == ["2027-05-25", "2027-05-11"]


def test_what_changed_meanwhile_makes_nothing(summit):
    keys = {row.key: Choice() for row in plan_preparation(summit)}
    made(summit)
    with pytest.raises(PlanChanged):
        made(summit, keys)
    assert Meeting.objects.count() == 3


@pytest.mark.parametrize("status", ["held", "cancelled", "postponed"])
def test_only_a_meeting_that_stands_is_prepared(summit, status):
    Meeting.objects.filter(pk=summit.pk).update(status=status)
    with pytest.raises(NotStanding):
        plan_preparation(Meeting.objects.get(pk=summit.pk))


def test_a_chain_that_runs_in_a_circle_ends(summit):
    first, _second = plan_preparation(summit)
    PreparatoryStepFactory(track=first.step.prepared_by, prepared_by=summit.track, lead_days=5)
    assert len(plan_preparation(summit)) == 2


def test_the_page_proposes_shows_what_was_changed_and_makes_what_is_ticked(desk, summit):
    address = reverse("admin:meetings_meeting_prepare", args=[summit.pk])
    page = desk.get(address)
    first, second = (row["form"].prefix for row in page.context["proposals"])
    assert [row["when"] for row in page.context["proposals"]] == ["18 May 2027", "4 May 2027"]
    values = {f"{first}-given": 1, f"{first}-take": "on", f"{first}-first_on": "2027-05-22"}
    values |= {f"{first}-host": "KZ", f"{second}-given": 1, f"{second}-first_on": "2027-05-04"}
    # Another day than was shown: first its clashes are shown, 22 May 2027 is a Saturday.
    page = desk.post(address, {**values, "shown": page.context["shown"], "confirm": "1"})
    assert [clash["code"] for clash in page.context["proposals"][0]["clashes"]] == [
        "weekend",
        "calendar_unknown",
    ]
    assert Meeting.objects.count() == 1
    desk.post(address, {**values, "shown": page.context["shown"], "confirm": "1", "reason": "The chain."})
    (ministers,) = Meeting.objects.filter(prepares=summit)
    assert (ministers.first_on, ministers.host_id) == (date(2027, 5, 22), "KZ")


def test_a_day_that_was_emptied_is_asked_for(desk, summit):
    address = reverse("admin:meetings_meeting_prepare", args=[summit.pk])
    first, _second = (row["form"].prefix for row in desk.get(address).context["proposals"])
    page = desk.post(
        address, {f"{first}-given": 1, f"{first}-take": "on", f"{first}-first_on": "", "confirm": 1}
    )
    assert page.context["proposals"][0]["form"].errors.keys() == {"first_on"}
    assert Meeting.objects.count() == 1


def test_the_page_is_for_those_who_may_make_meetings(client, summit):
    reader = UserFactory()
    reader.user_permissions.add(Permission.objects.get(codename="view_meeting"))
    client.force_login(reader)
    address = reverse("admin:meetings_meeting_prepare", args=[summit.pk])
    assert client.get(address).status_code == 403
    assert (
        "/prepare/"
        not in client.get(reverse("admin:meetings_meeting_change", args=[summit.pk])).content.decode()
    )


def test_a_new_meeting_of_a_track_with_a_chain_offers_the_page(desk, summit):
    values = {"track": summit.track_id, "status": "proposed", "visibility": "internal", "format": "in person"}
    values |= {"precision": "month", "first_on": "2029-06-01", "host": "KZ"}
    page = desk.post(reverse("admin:meetings_meeting_add"), values, follow=True)
    made = Meeting.objects.latest("pk")
    address = reverse("admin:meetings_meeting_prepare", args=[made.pk])
    assert any(address in str(message) for message in page.context["messages"])
    assert address in desk.get(reverse("admin:meetings_meeting_change", args=[made.pk])).content.decode()
