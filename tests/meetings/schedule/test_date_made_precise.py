"""Year → month → day, the most usual act: what is new is asked for, nothing of the former date is left standing."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse

from meetings.admin.schedule.when import when_text
from meetings.models import CalendarDay, Due, Meeting
from meetings.saving import save_meeting
from meetings.schedule.dates import month_span, parse_span, year_span
from meetings.schedule.moves import LastDayLeftOver, move_meeting, plan_move
from tests.acts import confirm, look
from tests.factories import MeetingFactory, TemplateLineFactory, TrackFactory, day_span

pytestmark = pytest.mark.django_db
DAY = {"precision": "day", "zone": "Asia/Almaty", "reason": "Agreed."}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        yield


def known_to(span):
    return MeetingFactory(status="proposed", span=span)


def move_page(meeting):
    return reverse("admin:meetings_meeting_move", args=[meeting.pk])


def shown_days(page):
    form = page.context["form"]
    return form["first_on"].value(), form["last_on"].value()


@pytest.mark.parametrize("span", [year_span(2027, "Asia/Almaty"), month_span(2027, 5, "Asia/Almaty")])
def test_a_year_or_a_month_shows_no_day_that_nobody_gave(desk, span):
    meeting = known_to(span)
    page = desk.get(move_page(meeting))
    assert shown_days(page) == (None, None)
    assert f"So far: {when_text(span)}; empty leaves it so." in page.content.decode()


def test_from_the_year_to_a_month_to_a_day_leaves_a_meeting_of_one_day(desk):
    meeting = known_to(year_span(2027, "Asia/Almaty"))
    confirm(desk, move_page(meeting), {**DAY, "precision": "month", "first_on": "2027-05-14"})
    meeting.refresh_from_db()
    assert (meeting.first_on, meeting.last_on) == (date(2027, 5, 1), date(2027, 5, 31))
    confirm(desk, move_page(meeting), {**DAY, "first_on": "2027-05-14"})
    meeting.refresh_from_db()
    assert when_text(meeting.span) == "14 May 2027"


def test_a_last_day_that_was_left_standing_is_cleared_and_asked_for(desk):
    meeting = known_to(parse_span("2027-05-18", "2027-05-19", "Asia/Almaty"))
    assert shown_days(desk.get(move_page(meeting))) == (date(2027, 5, 18), date(2027, 5, 19))
    for first_on in ("2027-05-17", "2027-05-25"):
        page = look(desk, move_page(meeting), {**DAY, "first_on": first_on, "last_on": "2027-05-19"})
        assert page.context["form"].errors["last_on"] == [
            "The date is another: the former last day was cleared. Give the last day anew, or leave it empty for one day."
        ]
        assert shown_days(page) == (first_on, "")
        assert page.context["plan"] is None
    confirm(desk, move_page(meeting), {**DAY, "first_on": "2027-05-25", "last_on": "2027-05-26"})
    meeting.refresh_from_db()
    assert when_text(meeting.span) == "25–26 May 2027"


def test_days_over_the_turn_of_a_year_become_the_year_of_the_first(desk):
    meeting = known_to(parse_span("2027-12-30", "2028-01-02", "Asia/Almaty"))
    values = {**DAY, "precision": "year", "first_on": "2027-12-30", "last_on": "2028-01-02"}
    assert look(desk, move_page(meeting), values).context["form"].errors.keys() == {"last_on"}
    confirm(desk, move_page(meeting), {**values, "last_on": ""})
    meeting.refresh_from_db()
    assert when_text(meeting.span) == "2027"


def test_another_zone_alone_keeps_the_year(desk):
    meeting = known_to(year_span(2027, "Asia/Almaty"))
    confirm(desk, move_page(meeting), {**DAY, "precision": "year", "zone": "Asia/Shanghai"})
    meeting.refresh_from_db()
    assert (when_text(meeting.span), meeting.zone) == ("2027", "Asia/Shanghai")


@pytest.mark.parametrize("former", [year_span(2027, "Asia/Almaty"), month_span(2027, 5, "Asia/Almaty")])
def test_the_verb_refuses_the_end_of_the_former_year_or_month_as_a_last_day(former):
    meeting = known_to(former)
    with pytest.raises(LastDayLeftOver):
        move_meeting(
            meeting.pk,
            to=parse_span("2027-05-14", former.last_on.isoformat(), "Asia/Almaty"),
            actor=None,
            reason="Agreed.",
        )
    meeting.refresh_from_db()
    assert meeting.span == former


def test_a_meeting_of_the_last_days_of_its_month_is_meant():
    meeting = known_to(month_span(2027, 5, "Asia/Almaty"))
    to = parse_span("2027-05-29", "2027-05-31", "Asia/Almaty")
    move_meeting(meeting.pk, to=to, actor=None, reason="Agreed.")
    meeting.refresh_from_db()
    assert when_text(meeting.span) == "29–31 May 2027"


def test_only_deadlines_that_really_change_are_counted(desk):
    """17 and 18 June: sixty days before lie a Sunday and a Monday; in China that Monday is closed, too."""
    track = TrackFactory(deadline_template=TemplateLineFactory(offset_days=-60).template)
    meeting = Meeting(track=track, ordinal=3, status="proposed")
    meeting.take_span(day_span("2027-06-17"))
    save_meeting(meeting)
    CalendarDay.objects.create(
        state_id="CN", day=date(2027, 4, 19), status="closed", name="Closed", source="desk"
    )
    plan = plan_move(meeting, day_span("2027-06-18"))
    assert {change.state: change.action for change in plan.changes} == {
        **dict.fromkeys(["KG", "KZ", "TJ", "TM", "UZ"], "moved"),
        "CN": "retraced",
    }
    values = {**DAY, "zone": "Asia/Shanghai", "first_on": "2027-06-18"}
    shown = look(desk, move_page(meeting), values)
    assert "5 deadlines change. 1 stays as it is." in shown.content.decode()
    page = confirm(desk, move_page(meeting), values, follow=True)
    assert [str(message) for message in page.context["messages"]] == [
        "The meeting was moved. 5 deadlines changed."
    ]
    due = Due.objects.get(state="CN")
    assert (due.due_on, due.sequence, due.trail[0]["day"]) == (date(2027, 4, 16), 0, "2027-04-19")
