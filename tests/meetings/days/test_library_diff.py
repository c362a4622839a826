"""What the holiday library would change is looked at, taken whole or in part; and the year on one page."""

from datetime import UTC, date, datetime, time

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.days.closed_days import days_changed
from meetings.days.library_layer import (
    fill_library,
    import_library,
    plan_deadlines,
    plan_library,
    record_notice,
    take_changes,
)
from meetings.days.state_calendars import calendars_of
from meetings.models import CalendarDay, Due, Meeting, YearNotice
from meetings.saving import save_meeting
from rotation.models import State
from tests.factories import (
    CalendarDayFactory,
    MechanismFactory,
    StateFactory,
    TemplateLineFactory,
    TrackFactory,
    day_span,
)

pytestmark = pytest.mark.django_db

DAY = date(2027, 4, 16)  # a Friday: the day of all dues of `meeting`, for 18 April is a Sunday


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        yield


def new_meeting(track, day):
    meeting = Meeting(track=track, ordinal=3, status="proposed")
    meeting.take_span(day_span(day))
    save_meeting(meeting)
    return meeting


@pytest.fixture
def meeting(today):
    return new_meeting(
        TrackFactory(deadline_template=TemplateLineFactory(offset_days=-60).template), "2027-06-17"
    )


def told(plan):
    return {
        (change.state, change.due_on_before.isoformat(), change.due_on.isoformat())
        for touched in plan
        for change in touched.changes
    }


# What the library says, as a diff.


def china():
    return StateFactory(code="CN")


def test_an_empty_table_is_filled_and_a_second_time_nothing_changes(today):
    china()
    first, _differing = fill_library(["CN"], range(2026, 2029))
    assert first.created == CalendarDay.objects.count() > 60
    assert plan_library(["CN"], range(2026, 2029)) == ((), first.created)


def test_a_year_that_was_filled_before_is_not_changed_without_a_look(today):
    china()
    fill_library(["CN"], [2027])
    CalendarDay.objects.filter(day=date(2027, 4, 5)).delete()
    summary, differing = fill_library(["CN"], [2027])
    assert (summary.created, differing) == (0, 1)
    assert [(c.action, c.day.isoformat()) for c in plan_library(["CN"], [2027])[0]] == [
        ("added", "2027-04-05")
    ]


def test_the_diff_tells_what_is_added_removed_and_changed_and_where_staff_win(today):
    china()
    import_library(["CN"], [2027])
    library = CalendarDay.objects.filter(basis="library")
    library.filter(day=date(2027, 4, 5)).delete()
    library.filter(day=date(2027, 6, 9)).update(name="Another name")
    CalendarDayFactory(state_id="CN", day=date(2027, 8, 3), basis="library", entered_by="library")
    CalendarDayFactory(state_id="CN", day=date(2027, 4, 5), basis="notice", status="working", name="Worked")
    changes, _unchanged = plan_library(["CN"], [2027])
    assert [(change.day.isoformat(), change.action, bool(change.staffs)) for change in changes] == [
        ("2027-04-05", "added", True),
        ("2027-06-09", "changed", False),
        ("2027-08-03", "removed", False),
    ]
    take_changes(changes)
    assert plan_library(["CN"], [2027])[0] == ()
    # The secretariat's word stands: it is a working day.
    assert calendars_of([State.objects.get(code="CN")])["CN"].closure(date(2027, 4, 5)) is None


def test_a_taken_change_moves_the_deadlines_that_the_diff_names(meeting):
    CalendarDayFactory(
        state_id="CN", day=DAY, basis="library", entered_by="library", name="Not in the library"
    )
    days_changed([("CN", DAY)])
    changes = [change for change in plan_library(["CN"], [2027])[0] if change.day == DAY]
    assert told(plan_deadlines(changes)) == {("CN", "2027-04-15", "2027-04-16")}
    take_changes(changes)
    assert Due.objects.get(state="CN").due_on == DAY


def test_a_feast_that_moves_after_it_was_told_is_told_again_and_the_earlier_day_is_kept(meeting):
    """An estimate that the library takes back, in the next release or once the moon was seen."""
    wrong = {"basis": "library", "entered_by": "library", "certainty": "estimated"}
    CalendarDayFactory(state_id="KZ", day=DAY, name="Eid al-Adha (estimated)", **wrong)
    days_changed([("KZ", DAY)])
    told_first = Due.objects.get(state="KZ")
    take_changes([change for change in plan_library(["KZ"], [2027])[0] if change.day == DAY])
    told_then = Due.objects.get(state="KZ")
    assert (told_first.due_on, told_then.due_on) == (date(2027, 4, 15), DAY)
    assert told_then.sequence == told_first.sequence + 1
    kept = Due.pgh_event_model.objects.filter(pgh_obj=told_then).values_list("due_on", flat=True)
    assert date(2027, 4, 15) in kept


def test_before_its_notice_china_is_expected_to_close_and_the_trail_says_so(today):
    MechanismFactory()
    import_library(["CN"], [2027])
    template = TemplateLineFactory(offset_days=-10).template
    new_meeting(TrackFactory(deadline_template=template), "2027-02-22")
    due = Due.objects.get(state="CN")
    # Friday 12 February: the week of the Spring Festival, from the 5th on.
    assert due.due_on == date(2027, 2, 4)
    assert [step["basis"] for step in due.trail if step["code"] == "holiday"] == [
        "provisional",
        "provisional",
        "library",
        "library",
        "library",
        "library",
        "library",
        "library",
    ]
    assert due.trail[-1]["code"] == "worked_before_notice"


def test_a_recorded_notice_takes_away_what_was_only_expected(today):
    MechanismFactory()
    import_library(["CN"], [2027, 2028])
    new_meeting(TrackFactory(deadline_template=TemplateLineFactory(offset_days=-10).template), "2027-02-22")
    moved = record_notice(YearNotice(state_id="CN", year=2027, source="State Council, 4 November 2026"))
    assert told(moved) == {("CN", "2027-02-04", "2027-02-12")}
    left = CalendarDay.objects.filter(basis="provisional").values_list("day__year", flat=True)
    assert set(left) == {2028}
    assert plan_library(["CN"], [2027])[0] == ()  # its days are confirmed now, as the library would say


def test_the_desk_takes_some_of_the_diff_and_leaves_the_rest(meeting, desk):
    page = desk.get(reverse("admin:meetings_calendarday_library"))
    assert not CalendarDay.objects.exists()
    rows = next(group["rows"] for group in page.context["groups"] if group["state"].code == "KZ")
    chosen = [row["change"].key for row in rows[:2]]
    desk.post(reverse("admin:meetings_calendarday_library"), {"change": chosen, "reason": "looked at"})
    assert list(CalendarDay.objects.order_by("day").values_list("state_id", "entered_by", "basis")) == [
        ("KZ", "library", "library"),
        ("KZ", "library", "library"),
    ]


def test_a_diff_that_changed_since_it_was_shown_is_not_taken(meeting, desk):
    page = desk.get(reverse("admin:meetings_calendarday_library"))
    keys = [row["change"].key for row in page.context["groups"][0]["rows"]]
    desk.post(
        reverse("admin:meetings_calendarday_library"), {"change": [*keys, "CN:2027-01-01:library:other"]}
    )
    assert not CalendarDay.objects.exists()


def test_the_command_shows_and_writes_only_when_told_to(meeting, capsys):
    call_command("import_holidays", "KG", "--until", "2027")
    assert "would change" in capsys.readouterr().out
    assert not CalendarDay.objects.exists()
    call_command("import_holidays", "KG", "--until", "2027", "--take")
    assert set(CalendarDay.objects.values_list("state_id", flat=True)) == {"KG"}


def test_recording_a_notice_on_the_desk_shows_the_deadlines_first(today, desk):
    MechanismFactory()
    import_library(["CN"], [2027])
    new_meeting(TrackFactory(deadline_template=TemplateLineFactory(offset_days=-10).template), "2027-02-22")
    values = {"state": "CN", "year": "2027", "source": "State Council, 4 November 2026"}
    page = desk.post(reverse("admin:meetings_yearnotice_add"), values)
    assert page.context["touched"]["count"] == 1
    desk.post(
        reverse("admin:meetings_yearnotice_add"), {**values, "seen": page.context["touched"]["fingerprint"]}
    )
    assert Due.objects.get(state="CN").due_on == date(2027, 2, 12)


# The year at a glance.


def test_the_year_shows_every_day_of_every_state_and_how_many_work(meeting, desk):
    CalendarDayFactory(state_id="KZ", day=DAY, name="Mourning", certainty="estimated")
    CalendarDayFactory(state_id="KG", day=DAY, name="Eve", status="shortened", closes_at=time(15))
    page = desk.get(reverse("admin:meetings_calendarday_year", args=[2027]))
    assert [month["is_here"] for month in page.context["months"]].index(True) == 0
    day = page.context["months"][3]["days"][15]
    assert (day["working"], day["shade"]) == (5, "5")
    assert {cell["state"].code: cell["mark"] for cell in day["cells"]} == {
        "CN": "·",
        "KG": "◐",
        "KZ": "≈",
        "TJ": "·",
        "TM": "·",
        "UZ": "·",
    }
    text = page.content.decode()
    assert 'title="Kazakhstan: Mourning — closed, the date is an estimate"' in text
    assert text.count('aria-current="date"') == 1  # today is 15 January 2027
    assert [part for part in ("<style", " style=", "<script>") if part in text] == []


def test_a_phone_shows_one_month_and_turns_over_the_year(meeting, desk):
    page = desk.get(reverse("admin:meetings_calendarday_year", args=[2027]), {"month": "12"})
    assert [month["number"] for month in page.context["months"] if month["is_here"]] == [12]
    assert page.context["following"]["url"].endswith("/2028/?month=1")


def test_the_year_costs_the_same_however_many_days_are_entered(meeting, desk):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(reverse("admin:meetings_calendarday_year", args=[2027])).status_code == 200
        return len(queries)

    first = cost()
    import_library(["CN", "KZ", "KG", "TJ", "TM", "UZ"], [2027])
    assert cost() == first


def test_the_page_of_a_day_says_which_entry_counts_and_what_is_due(meeting, desk):
    CalendarDayFactory(state_id="KZ", day=DAY, name="Library's", basis="library", entered_by="library")
    CalendarDayFactory(state_id="KZ", day=DAY, name="Worked after all", basis="decree", status="working")
    page = desk.get(reverse("admin:meetings_calendarday_day", args=[2027, 4, 16]))
    shown = {each["state"].code: each for each in page.context["states"]}
    assert [(each["row"].name, each["counts"]) for each in shown["KZ"]["rows"]] == [
        ("Worked after all", True),
        ("Library's", False),
    ]
    assert {due.state_id for due in page.context["dues"]} == {"CN", "KG", "KZ", "TJ", "TM", "UZ"}


@pytest.mark.parametrize(
    "address", ["/admin/meetings/calendarday/year/1800/", "/admin/meetings/calendarday/day/2027/2/30/"]
)
def test_what_is_no_year_or_day_is_not_found(desk, address):
    assert desk.get(address).status_code == 404
