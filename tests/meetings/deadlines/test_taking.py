"""Deadlines of a template taken to a meeting that was made without, and what a new meeting is offered."""

import re

import pytest
from django.urls import reverse

from meetings.deadlines.sets import load_deadline_sets
from meetings.deadlines.taking import MeetingIsOver, NothingLeft, plan_taking, take_deadlines_from
from meetings.models import Deadline, DeadlineTemplate, Due, LevelTemplate, Meeting
from meetings.saving import save_meeting, template_of
from meetings.schedule.dates import Precision, Span
from meetings.schedule.lifecycle_said import StatusRefused
from meetings.schedule.moves import DateMissing, move_meeting
from tests.factories import MeetingFactory, StateFactory, TrackFactory, day_span

pytestmark = pytest.mark.django_db
UNDATED = Span(Precision.NONE, None, None, "Asia/Shanghai")
EU_LIKE = [("papers", -16), ("agenda", -14)]


@pytest.fixture
def sets():
    load_deadline_sets()
    return DeadlineTemplate.objects.in_bulk(field_name="slug")


def test_every_level_has_a_template_from_the_start_and_what_the_desk_chooses_stays(sets):
    expected = dict.fromkeys(["heads of state", "ministers", "heads of agency", "committee"], "un-like")
    expected |= dict.fromkeys(
        ["senior officials", "working group", "dialogue", "forum", "programme"], "eu-like"
    )
    levels = [level for level, _name in TrackFactory._meta.model.Level.choices]
    assert {level: template_of(TrackFactory(level=level)).slug for level in levels} == expected
    LevelTemplate.objects.all().delete()
    load_deadline_sets()
    assert LevelTemplate.objects.count() == 0


def test_a_meeting_takes_what_it_lacks_of_a_template_as_it_was_shown(sets, user):
    meeting = MeetingFactory(span=day_span("2031-06-17"))
    plan = plan_taking(meeting, sets["eu-like"])
    shown = {(change.title, change.state, change.action, change.due_on) for change in plan}
    assert (len(shown), Deadline.objects.count(), Due.objects.count()) == (6, 0, 0)
    take_deadlines_from(meeting.pk, sets["eu-like"].pk, actor=user, reason="agreed")
    assert list(meeting.deadlines.order_by("offset_days").values_list("key", "offset_days")) == EU_LIKE
    dues = Due.objects.select_related("deadline")
    assert {(str(due.deadline), due.state_id, "created", due.due_on) for due in dues} == shown
    with pytest.raises(NothingLeft):
        take_deadlines_from(meeting.pk, sets["eu-like"].pk, actor=user, reason="again")
    # Of another set only what it has no word for yet: papers and agenda are there.
    take_deadlines_from(meeting.pk, sets["un-like"].pk, actor=user, reason="more")
    assert set(meeting.deadlines.values_list("key", flat=True)) == {
        "papers", "agenda", "issued", "supplementary", "supplementary-list", "delegation", "report",
    }  # fmt: skip


@pytest.mark.parametrize("status", ["held", "cancelled"])
def test_nothing_falls_due_for_what_is_over(sets, user, status):
    meeting = MeetingFactory(span=day_span("2024-06-17"), status=status)
    with pytest.raises(MeetingIsOver):
        take_deadlines_from(meeting.pk, sets["eu-like"].pk, actor=user, reason="agreed")
    assert Deadline.objects.count() == 0


def test_the_page_shows_what_falls_due_before_it_is_done(sets, desk):
    meeting = MeetingFactory(span=day_span("2031-06-17"), track=TrackFactory(level="forum"))
    page = reverse("admin:meetings_meeting_take", args=[meeting.pk])
    assert page in desk.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).content.decode()
    answers = {"template": sets["eu-like"].pk, "reason": "agreed"}
    shown = desk.post(page, {**answers, "preview": "1"}).content.decode()
    assert (shown.count('class="action-created"'), Due.objects.count()) == (6, 0)
    seen = re.search(r'name="seen" value="([^"]+)"', shown)[1]
    answer = desk.post(page, {**answers, "confirm": "1", "seen": seen})
    assert (answer.status_code, Due.objects.count()) == (302, 6)
    told = desk.get(answer.headers["Location"]).context["messages"]
    assert [str(each) for each in told] == ["Deadlines were taken: 6 dates were derived."]
    assert "has all the deadlines" in desk.post(page, {**answers, "preview": "1"}).content.decode()


def test_a_meeting_without_a_date_takes_deadlines_that_fall_due_with_the_date(sets, desk):
    meeting = MeetingFactory(span=UNDATED, status="proposed", track=TrackFactory(level="forum"))
    page = reverse("admin:meetings_meeting_take", args=[meeting.pk])
    answers = {"template": sets["eu-like"].pk, "reason": "agreed"}
    shown = desk.post(page, {**answers, "preview": "1"})
    assert (shown.context["plan"]["rows"], len(shown.context["taken"])) == ([], 2)
    seen = re.search(r'name="seen" value="([^"]+)"', shown.content.decode())[1]
    answer = desk.post(page, {**answers, "confirm": "1", "seen": seen}, follow=True)
    assert [str(each) for each in answer.context["messages"]] == [
        "Deadlines were taken; their days follow with the date of the meeting."
    ]
    assert (meeting.deadlines.count(), Due.objects.count()) == (2, 0)
    move_meeting(meeting.pk, to=day_span("2031-06-17"), actor=None, reason="agreed")
    assert Due.objects.count() == 6


# --- Confirmed, but when? ---------------------------------------------------------------------
def test_a_meeting_is_not_confirmed_without_any_date():
    for meeting in (
        Meeting(track=TrackFactory(), ordinal=1, status="confirmed", zone="Asia/Shanghai"),
        MeetingFactory(span=UNDATED, status="proposed"),
    ):
        meeting.status = "confirmed"
        with pytest.raises(StatusRefused, match="give the day, the month or the year"):
            save_meeting(meeting)
    assert not Meeting.objects.filter(status="confirmed").exists()


def test_a_confirmed_meeting_does_not_lose_its_date(user):
    meeting = MeetingFactory()
    with pytest.raises(DateMissing):
        move_meeting(meeting.pk, to=UNDATED, actor=user, reason="open again")
    assert Meeting.objects.get().first_on.isoformat() == "2027-06-17"


def entered(track, **values):
    return {
        "track": track.pk, "status": "proposed", "visibility": "internal", "format": "in person",
        "precision": "none", "zone": "Asia/Shanghai", **values,
    }  # fmt: skip


def test_the_form_says_what_is_missing(desk):
    page = reverse("admin:meetings_meeting_add")
    told = desk.post(page, entered(TrackFactory(), status="confirmed", ordinal=1)).content.decode()
    assert "give the day, the month or the year" in told
    meeting = MeetingFactory(span=UNDATED, status="proposed")
    change = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    told = desk.post(change, {"status": "confirmed", "track": meeting.track_id}).content.decode()
    assert "give the day, the month or the year" in told


# --- The next number --------------------------------------------------------------------------
def test_the_next_number_is_proposed_and_never_taken_unseen(desk):
    StateFactory(code="KZ")
    track = TrackFactory()
    MeetingFactory(track=track, ordinal=6)
    MeetingFactory(track=track, ordinal=7, status="cancelled")
    page = reverse("admin:meetings_meeting_add")
    shown = desk.get(page, {"track": track.pk}).content.decode()
    assert re.search(r'name="ordinal" value="7"', shown)
    asked = desk.post(page, entered(track)).content.decode()
    assert "next number of the track" in asked
    assert re.search(r'name="ordinal" value="7"', asked)
    assert Meeting.objects.count() == 2
    # An informal meeting carries none: left empty again, it stays so.
    assert desk.post(page, entered(track, number_shown="7")).status_code == 302
    assert Meeting.objects.latest("pk").ordinal is None
    # A track that has not begun to count does not begin by itself.
    assert desk.post(page, entered(TrackFactory())).status_code == 302
