"""When a day of a state's calendar changes, the open deadlines that it touches are shown, and then follow."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.changes import meetings_changed
from meetings.days.closed_days import days_changed, fingerprint, plan_days, seat_changed
from meetings.days.state_calendars import DayEdit
from meetings.days.workdays import SpecialDay
from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import CalendarDay, Due, Meeting
from meetings.saving import save_meeting
from tests.factories import (
    CalendarDayFactory,
    MechanismFactory,
    TemplateLineFactory,
    TrackFactory,
    UserFactory,
    day_span,
)

pytestmark = pytest.mark.django_db

DAY = date(2027, 4, 16)  # a Friday: the day of all dues below, for 18 April is a Sunday


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        yield


def new_meeting(ordinal=3, track=None, day="2027-06-17"):
    track = track or TrackFactory(deadline_template=TemplateLineFactory(offset_days=-60).template)
    meeting = Meeting(track=track, ordinal=ordinal, status="proposed")
    meeting.take_span(day_span(day))
    save_meeting(meeting)
    return meeting


@pytest.fixture
def meeting(today):
    return new_meeting()


def closed(state="KZ", day=DAY, basis="decree"):
    return DayEdit(state, day, basis, SpecialDay(True, "Mourning", basis=basis))


def test_another_seat_of_the_secretariat_moves_the_deadlines_that_keep_to_its_days(today):
    line = TemplateLineFactory(offset_days=-60, calendars="secretariat")
    both = TemplateLineFactory(template=line.template, offset_days=-61, calendars="all", position=1)
    own = TemplateLineFactory(template=line.template, offset_days=-62, position=2)
    meeting = new_meeting(track=TrackFactory(deadline_template=line.template))
    for day in (DAY, date(2027, 4, 15)):
        CalendarDayFactory(state_id="CN", day=day, basis="decree", name="Mourning")
    received = Due.objects.get(deadline__line=line, state="KZ")
    settle_due(received.pk, status="received", at=datetime(2027, 1, 14, 8, tzinfo=UTC), actor=None)
    mechanism = meeting.track.mechanism
    mechanism.seat_id = "CN"
    mechanism.save()
    (touched,) = seat_changed(mechanism.pk)
    assert touched.meeting == meeting
    days = {
        (due.deadline.line_id, due.state_id): due.due_on.day
        for due in Due.objects.filter(state__in=["KZ", "TJ"]).select_related("deadline")
    }
    assert days == {
        (line.pk, "KZ"): 16,
        (line.pk, "TJ"): 14,
        (both.pk, "KZ"): 14,
        (both.pk, "TJ"): 14,
        (own.pk, "KZ"): 16,
        (own.pk, "TJ"): 16,
    }
    assert seat_changed(mechanism.pk) == ()


def test_the_seat_is_set_on_the_mechanisms_page_and_says_what_it_moved(client, today):
    line = TemplateLineFactory(offset_days=-60, calendars="secretariat")
    meeting = new_meeting(track=TrackFactory(deadline_template=line.template))
    CalendarDayFactory(state_id="CN", day=DAY, basis="decree", name="Mourning")
    client.force_login(UserFactory(is_superuser=True))
    address = reverse("admin:rotation_mechanism_change", args=[meeting.track.mechanism_id])
    form = client.get(address).context["adminform"].form
    values = {
        bound.html_name: "" if (value := bound.value()) is None else value
        for bound in form
        if not bound.field.disabled
    }
    values |= {f"names_{code}": text for code, text in meeting.track.mechanism.names.items()}
    formset = client.get(address).context["inline_admin_formsets"][0].formset
    values |= {f"{formset.prefix}-TOTAL_FORMS": 0, f"{formset.prefix}-INITIAL_FORMS": 0}
    answer = client.post(address, {**values, "seat": "CN", "reason": "it sits in Xi'an"}, follow=True)
    assert next(str(message) for message in answer.context["messages"]) == "6 deadlines changed."
    assert dict(Due.objects.values_list("state_id", "due_on"))["KZ"] == date(2027, 4, 15)


def test_a_year_without_a_calendar_is_warned_of_on_the_meetings_page(client, meeting):
    client.force_login(UserFactory(is_superuser=True))
    address = reverse("admin:meetings_meeting_change", args=[meeting.pk])
    for code in ("CN", "KG", "TJ", "TM"):
        CalendarDayFactory(state_id=code, day=date(2027, 1, 1), basis="library", entered_by="library")
    CalendarDayFactory(state_id="KZ", day=date(2027, 1, 1), basis="decree")  # one day is no calendar
    answer = client.get(address)
    assert answer.context["matrix"]["unknown"] == [{"year": 2027, "states": "Kazakhstan and Uzbekistan"}]
    assert "No holidays are entered for 2027 in: Kazakhstan and Uzbekistan." in answer.content.decode()
    Due.objects.filter(state="UZ").update(status="waived")
    CalendarDayFactory(state_id="KZ", day=date(2027, 1, 2), basis="library", entered_by="library")
    assert client.get(address).context["matrix"]["unknown"] == []


def told(plan):
    return {
        (change.state, change.due_on_before.isoformat(), change.due_on.isoformat())
        for touched in plan
        for change in touched.changes
    }


def test_what_a_closed_day_would_move_is_told_before_anything_is_written(meeting):
    assert told(plan_days([closed()])) == {("KZ", "2027-04-16", "2027-04-15")}
    assert not CalendarDay.objects.exists()
    assert set(Due.objects.values_list("due_on", flat=True)) == {DAY}


def test_what_is_told_is_what_is_then_done_and_the_meeting_is_announced_once(meeting):
    elsewhere = new_meeting(
        track=TrackFactory(deadline_template=TemplateLineFactory().template), day="2027-09-17"
    )
    plan = plan_days([closed()])
    heard = []
    listen = lambda meeting_ids, **_: heard.append(meeting_ids)  # noqa: E731
    meetings_changed.connect(listen)
    try:
        CalendarDayFactory(state_id="KZ", day=DAY, basis="decree", name="Mourning")
        done = days_changed([("KZ", DAY)])
    finally:
        meetings_changed.disconnect(listen)
    assert (told(done), heard) == (told(plan), [frozenset({meeting.pk})])
    assert elsewhere.pk not in heard[0]
    assert Due.objects.get(deadline__meeting=meeting, state="KZ").due_on == date(2027, 4, 15)


def test_what_was_received_or_set_by_hand_stays_when_a_day_closes(meeting):
    settle_due(
        Due.objects.get(state="KZ").pk, status="received", at=datetime(2027, 1, 14, tzinfo=UTC), actor=None
    )
    pin_due(Due.objects.get(state="KG").pk, day=DAY, actor=UserFactory(), reason="agreed", may_be_past=True)
    edits = [closed(state) for state in ("KZ", "KG", "UZ")]
    assert told(plan_days(edits)) == {("UZ", "2027-04-16", "2027-04-15")}


def test_a_closed_day_of_the_host_moves_others_where_the_line_asks_for_its_calendar(today):
    template = TemplateLineFactory(offset_days=-60, calendars="host").template
    meeting = Meeting(
        track=TrackFactory(deadline_template=template), ordinal=3, host_id="CN", status="proposed"
    )
    MechanismFactory()
    meeting.take_span(day_span("2027-06-17"))
    save_meeting(meeting)
    assert {state for state, _before, _after in told(plan_days([closed("CN")]))} == {
        "CN",
        "KG",
        "KZ",
        "TJ",
        "TM",
        "UZ",
    }


def test_the_seat_gives_the_secretariats_working_days(today):
    mechanism = MechanismFactory()
    mechanism.seat_id = "CN"
    mechanism.save()
    template = TemplateLineFactory(offset_days=-60, calendars="secretariat").template
    CalendarDayFactory(state_id="CN", day=DAY)
    new_meeting(track=TrackFactory(mechanism=mechanism, deadline_template=template))
    assert set(Due.objects.values_list("due_on", flat=True)) == {date(2027, 4, 15)}


def test_a_preview_costs_the_same_for_many_meetings_as_for_one(meeting):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            plan_days([closed()])
        return len(queries)

    first = cost()
    for ordinal in range(4, 9):
        new_meeting(ordinal, meeting.track)
    assert cost() == first


def test_the_same_plan_has_the_same_fingerprint_and_another_another(meeting):
    same = [fingerprint(plan_days([closed()])) for _twice in range(2)]
    assert same[0] == same[1] != fingerprint(plan_days([closed("KG")]))


# On the desk: shown, confirmed, done.

ENTRY = {
    "states": ["KZ", "CN"],
    "day": DAY.isoformat(),
    "status": "closed",
    "basis": "decree",
    "certainty": "confirmed",
    "name": "Mourning",
    "source": "Decree 7",
}


def test_a_new_closed_day_is_saved_only_after_its_deadlines_were_seen(meeting, desk):
    address = reverse("admin:meetings_calendarday_add")
    page = desk.post(address, ENTRY)
    assert page.context["touched"]["count"] == 2
    assert not page.context["errors"]
    assert not CalendarDay.objects.exists()
    desk.post(address, {**ENTRY, "seen": page.context["touched"]["fingerprint"]})
    assert set(CalendarDay.objects.values_list("state_id", "basis", "entered_by")) == {
        ("CN", "decree", "staff"),
        ("KZ", "decree", "staff"),
    }
    moved = Due.objects.filter(due_on=date(2027, 4, 15)).values_list("state_id", flat=True)
    assert sorted(moved) == ["CN", "KZ"]


def test_a_plan_that_changed_since_it_was_shown_is_shown_again(meeting, desk):
    page = desk.post(reverse("admin:meetings_calendarday_add"), {**ENTRY, "seen": "another"})
    assert page.context["is_stale"]
    assert not CalendarDay.objects.exists()


def test_a_day_that_touches_no_deadline_is_saved_at_once(meeting, desk):
    desk.post(reverse("admin:meetings_calendarday_add"), {**ENTRY, "day": "2028-04-17"})
    assert CalendarDay.objects.count() == 2


def test_a_shortened_day_needs_its_hour_and_shows_that_deadlines_close_with_it(meeting, desk):
    address = reverse("admin:meetings_calendarday_add")
    entry = {**ENTRY, "states": ["KZ"], "status": "shortened"}
    assert desk.post(address, entry).context["adminform"].form.errors.keys() == {"closes_at"}
    page = desk.post(address, {**entry, "closes_at": "15:00"})
    assert [row["after"]["clock"][:5] for row in page.context["touched"]["rows"]] == ["15:00"]
    desk.post(address, {**entry, "closes_at": "15:00", "seen": page.context["touched"]["fingerprint"]})
    assert Due.objects.get(state="KZ").due_at == datetime(2027, 4, 16, 10, tzinfo=UTC)


def test_moving_and_deleting_a_closed_day_shows_the_deadlines_too(meeting, desk):
    row = CalendarDayFactory(state_id="KZ", day=DAY, name="Mourning")
    days_changed([("KZ", DAY)])
    address = reverse("admin:meetings_calendarday_change", args=[row.pk])
    entry = {**ENTRY, "state": "KZ", "basis": "word", "day": "2027-04-15"}
    page = desk.post(address, entry)
    assert [row["after"]["day"] for row in page.context["touched"]["rows"]] == ["16 April 2027"]
    desk.post(address, {**entry, "seen": page.context["touched"]["fingerprint"]})
    assert Due.objects.get(state="KZ").due_on == DAY
    CalendarDay.objects.update(day=DAY)
    days_changed([("KZ", DAY)])
    address = reverse("admin:meetings_calendarday_delete", args=[row.pk])
    assert desk.get(address).context["touched"]["count"] == 1
    desk.post(address, {"post": "yes"})
    assert Due.objects.get(state="KZ").due_on == DAY


def test_a_day_that_would_leave_no_working_day_at_all_is_refused(meeting, desk):
    for back in range(1, 33):
        CalendarDayFactory(state_id="KZ", day=DAY - timedelta(days=back))
    page = desk.post(reverse("admin:meetings_calendarday_add"), {**ENTRY, "states": ["KZ"]})
    assert page.context["adminform"].form.non_field_errors() == [
        "No working day would be left in Kazakhstan within 30 days of 18 April 2027."
    ]
