"""A status follows the last one by the act that it belongs to, with what that needs; the database agrees."""

from contextlib import nullcontext
from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import ProgrammingError, transaction
from django.urls import reverse

from meetings.models import Due, Meeting
from meetings.saving import save_meeting
from meetings.schedule.lifecycle import TRANSITIONS, WAYS, Act, Standing, Status, offered, refusal
from meetings.schedule.lifecycle_said import StatusRefused
from meetings.schedule.moves import (
    MeetingAlreadyHeld,
    MeetingCancelled,
    NotToBePostponed,
    ReasonMissing,
    move_meeting,
    plan_postpone,
    postpone_meeting,
)
from rotation.history import history_of
from secretariat.feed.models import FeedItem
from tests.acts import confirm
from tests.factories import MeetingFactory, TemplateLineFactory, TrackFactory, UserFactory, day_span

TODAY = date(2027, 1, 15)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        yield


@pytest.fixture
def meeting(db):
    track = TrackFactory(deadline_template=TemplateLineFactory(offset_days=-60).template)
    meeting = Meeting(track=track, ordinal=3, status="confirmed", visibility="public")
    meeting.take_span(day_span("2027-06-17"))
    save_meeting(meeting)
    return meeting


def why(before, to, act=Act.FORM, first_on="2027-01-14", turn="", has_reason=True):
    standing = Standing(Status(before), date.fromisoformat(first_on), turn)
    return refusal(standing, Status(to), act=act, today=TODAY, has_reason=has_reason)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("idea", {"proposed", "confirmed", "cancelled"}),
        ("proposed", {"confirmed", "held", "postponed", "cancelled"}),
        ("confirmed", {"proposed", "held", "postponed", "cancelled"}),
        ("postponed", {"proposed", "cancelled"}),
        ("held", {"confirmed"}),
        ("cancelled", set()),
    ],
)
def test_each_status_is_followed_by_these_and_no_other(before, after):
    assert {status.value for status in WAYS[Status(before)]} == after


def test_what_a_change_of_status_needs_is_named():
    assert why("proposed", "confirmed") is None
    assert why("confirmed", "confirmed") is None
    assert why("cancelled", "proposed") == "does_not_follow"
    assert why("confirmed", "idea") == "does_not_follow"
    assert why("confirmed", "cancelled") == "by_cancel"
    assert why("confirmed", "postponed") == "by_postpone"
    assert why("postponed", "proposed") == "by_move"
    assert why("confirmed", "proposed", has_reason=False) == "no_reason"
    assert why("held", "confirmed", has_reason=False) == "no_reason"
    assert why("confirmed", "held", first_on="2027-01-15") is None
    assert why("confirmed", "held", first_on="2027-01-16") == "not_begun"


def test_a_summit_is_held_with_its_turn_and_then_stays_so():
    assert why("confirmed", "held", turn="announced") == "with_its_turn"
    assert why("confirmed", "held", turn="held") is None
    assert why("held", "confirmed", turn="held") == "with_its_turn"


@pytest.mark.parametrize(
    ("status", "first_on", "shown"),
    [
        ("idea", "2027-06-17", ["idea", "proposed", "confirmed"]),
        ("proposed", "2027-06-17", ["proposed", "confirmed"]),
        ("confirmed", "2027-01-15", ["proposed", "confirmed", "held"]),
        ("postponed", "2027-01-15", ["postponed"]),
        ("cancelled", "2027-01-15", ["cancelled"]),
    ],
)
def test_the_form_offers_what_may_follow_there(status, first_on, shown):
    assert list(offered(Standing(Status(status), date.fromisoformat(first_on)), TODAY)) == shown


@pytest.mark.django_db
@pytest.mark.parametrize("before", Status)
def test_the_database_keeps_the_same_table(before):
    row = MeetingFactory(status=before.value)
    for after in Status:
        if after is before:
            continue
        is_allowed = (before.value, after.value) in TRANSITIONS
        refused = pytest.raises(ProgrammingError, match='Invalid transition of field "status"')
        with nullcontext() if is_allowed else refused, transaction.atomic():
            Meeting.objects.filter(pk=row.pk).update(status=after.value)
            transaction.set_rollback(True)


def test_saving_refuses_what_another_act_does(meeting):
    for status, code in [("cancelled", "by_cancel"), ("held", "not_begun"), ("idea", "does_not_follow")]:
        row = Meeting.objects.get(pk=meeting.pk)
        row.status = status
        with pytest.raises(StatusRefused) as refused:
            save_meeting(row, reason="because")
        assert refused.value.code == code
    assert Meeting.objects.get(pk=meeting.pk).status == "confirmed"


def test_postponing_to_later_keeps_the_old_date_and_withdraws_what_is_open(meeting):
    shown = plan_postpone(meeting)
    done = postpone_meeting(meeting.pk, actor=None, reason="the host asked")
    assert [(c.state, c.action) for c in shown.changes] == [(c.state, c.action) for c in done.changes]
    meeting.refresh_from_db()
    assert (meeting.status, meeting.first_on) == ("postponed", date(2027, 6, 17))
    assert set(Due.objects.values_list("status", flat=True)) == {"withdrawn"}


def test_a_postponed_meeting_stands_again_when_it_is_given_a_date(meeting):
    postpone_meeting(meeting.pk, actor=None, reason="the host asked")
    move_meeting(meeting.pk, to=day_span("2027-09-16"), actor=None, reason="agreed")
    meeting.refresh_from_db()
    assert meeting.status == "proposed"
    assert set(Due.objects.values_list("status", "due_on")) == {("open", date(2027, 7, 16))}


def test_the_feed_tells_a_postponement_legally(meeting):
    before = meeting.sequence
    postpone_meeting(meeting.pk, actor=None, reason="the host asked")
    item = FeedItem.objects.get(meeting=meeting, audience="public")
    meeting.refresh_from_db()
    assert meeting.sequence == before + 1
    lines = [line for line in item.ics["en"].split("\r\n") if line.startswith(("DTSTART", "SE", "ST", "SU"))]
    assert lines == [
        f"SEQUENCE:{before + 1}",
        "DTSTART;VALUE=DATE:20270617",
        "SUMMARY;LANGUAGE=en:Postponed: 3rd Foreign ministers' meeting",
        "STATUS:TENTATIVE",
    ]


@pytest.mark.parametrize(
    ("status", "refused"),
    [
        ("held", MeetingAlreadyHeld),
        ("cancelled", MeetingCancelled),
        ("postponed", NotToBePostponed),
        ("idea", NotToBePostponed),
    ],
)
@pytest.mark.django_db
def test_only_what_stands_is_postponed(status, refused):
    row = MeetingFactory(status=status)
    with pytest.raises(refused):
        postpone_meeting(row.pk, actor=None, reason="because")


def test_a_postponement_without_a_reason_changes_nothing(meeting):
    with pytest.raises(ReasonMissing):
        postpone_meeting(meeting.pk, actor=None, reason=" ")
    assert Meeting.objects.get(pk=meeting.pk).status == "confirmed"


def test_the_page_shows_the_effect_first_and_the_history_tells_it(desk, meeting, user):
    address = reverse("admin:meetings_meeting_postpone", args=[meeting.pk])
    values = {"until": "later", "reason": "The host asked."}
    page = desk.post(address, {**values, "preview": "1"})
    assert page.context["plan"]["changed"] == 6
    assert "later: no new date is known yet" in page.content.decode()
    assert Meeting.objects.get(pk=meeting.pk).status == "confirmed"
    confirm(desk, address, values)
    last = history_of(Meeting.objects.get(pk=meeting.pk))[0]
    assert (last.user, last.reason) == (user.username, "The host asked.")
    assert {c.label: (c.before, c.after) for c in last.changes}["Status"] == ("confirmed", "postponed")


def test_postponing_to_a_date_moves_the_meeting_and_its_deadlines(desk, meeting):
    address = reverse("admin:meetings_meeting_postpone", args=[meeting.pk])
    values = {"until": "date", "precision": "day", "first_on": "2027-09-16", "zone": "Asia/Shanghai"}
    values |= {"reason": "The host asked."}
    page = desk.post(address, {**values, "preview": "1"})
    assert page.context["plan"]["changed"] == 6
    confirm(desk, address, values)
    meeting.refresh_from_db()
    assert (meeting.status, meeting.first_on) == ("confirmed", date(2027, 9, 16))


def test_postponing_to_a_date_asks_for_the_date(desk, meeting):
    address = reverse("admin:meetings_meeting_postpone", args=[meeting.pk])
    page = desk.post(address, {"until": "date", "reason": "x", "precision": "day", "zone": "Asia/Shanghai"})
    assert page.context["form"].errors.keys() == {"first_on"}


def test_the_page_is_for_those_who_may_change_meetings(client, meeting):
    client.force_login(UserFactory())
    assert client.get(reverse("admin:meetings_meeting_postpone", args=[meeting.pk])).status_code == 403


def test_the_meetings_form_offers_the_allowed_ones_and_asks_for_a_reason(desk, meeting):
    address = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    form = desk.get(address).context["adminform"].form
    assert [value for value, _label in form.fields["status"].choices] == ["proposed", "confirmed"]
    parts = {f"{name}-{end}_FORMS": 0 for name in ("deadlines", "outcomes") for end in ("TOTAL", "INITIAL")}
    values = {**parts, "track": meeting.track_id, "ordinal": 3, "status": "proposed", "reason": ""}
    values |= {"visibility": "public", "format": "in person", "titles_en": ""}
    page = desk.post(address, values)
    assert page.context["adminform"].form.errors == {"reason": ["Give the reason; it stands in the history."]}
    desk.post(address, {**values, "reason": "Bishkek asked to wait."})
    assert Meeting.objects.get(pk=meeting.pk).status == "proposed"


def test_a_meeting_that_has_not_begun_is_not_entered_as_held(desk, db):
    values = {"track": TrackFactory().pk, "status": "held", "visibility": "internal", "format": "in person"}
    values |= {"precision": "day", "first_on": "2027-06-17", "zone": "Asia/Shanghai", "host": "KZ"}
    page = desk.post(reverse("admin:meetings_meeting_add"), values)
    assert page.context["adminform"].form.errors.keys() == {"status"}


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("internal", "public", "Anybody may read it from now on"),
        ("internal", "partners", "Partner systems may read it from now on"),
        ("public", "partners", "taken out of the public feed"),
        ("public", "internal", "taken out of every feed and calendar"),
    ],
)
def test_who_may_see_a_meeting_changes_once_staff_saw_what_that_means(desk, meeting, before, after, says):
    Meeting.objects.filter(pk=meeting.pk).update(visibility=before)
    address = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    values = {f"{name}-{end}_FORMS": 0 for name in ("deadlines", "outcomes") for end in ("TOTAL", "INITIAL")}
    values |= {"track": meeting.track_id, "ordinal": 3, "status": "confirmed", "visibility": after}
    values |= {"format": "in person", "titles_en": "", "reason": "Agreed.", "_continue": "1"}
    page = desk.post(address, values).content.decode()
    assert says in page
    assert Meeting.objects.get(pk=meeting.pk).visibility == before
    desk.post(address, {**values, "confirm": "Confirm"})
    assert Meeting.objects.get(pk=meeting.pk).visibility == after
