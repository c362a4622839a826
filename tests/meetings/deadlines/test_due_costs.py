"""What deriving and listing dues costs does not grow with their number."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.days.closed_days import days_changed
from meetings.models import Deadline, Due, Meeting
from meetings.saving import save_meeting
from meetings.schedule.moves import move_meeting, plan_move
from tests.factories import (
    CalendarDayFactory,
    DeadlineTemplateFactory,
    DueFactory,
    MeetingFactory,
    StateFactory,
    TemplateLineFactory,
    TrackFactory,
    day_span,
)

pytestmark = pytest.mark.django_db


def queries(work):
    with CaptureQueriesContext(connection) as captured:
        work()
    return len(captured)


def summit(lines):
    """A meeting that owes so many deadlines by six states, in a chain that looks at three calendars."""
    template = DeadlineTemplateFactory()
    for number in range(1, lines + 1):
        TemplateLineFactory(
            template=template, offset_days=-7 * number, chain_place=100 - number, calendars="all"
        )
    meeting = Meeting(track=TrackFactory(deadline_template=template), status="proposed", host_id="KZ")
    StateFactory(code="KZ")
    meeting.take_span(day_span("2031-06-17"))
    return meeting


def costs(lines):
    meeting = summit(lines)
    found = {"set": queries(lambda: save_meeting(meeting))}
    assert Due.objects.filter(deadline__meeting=meeting).count() == 6 * lines
    found["shown"] = queries(lambda: plan_move(meeting, day_span("2031-07-17")))
    found["moved"] = queries(
        lambda: move_meeting(meeting.pk, to=day_span("2031-07-17"), actor=None, reason="the host asked")
    )
    due = Due.objects.filter(deadline__meeting=meeting, state="KZ").latest("due_on")
    CalendarDayFactory(state_id="KZ", day=due.due_on, basis="decree")
    found["closed"] = queries(lambda: days_changed([("KZ", due.due_on)]))
    Meeting.objects.filter(pk=meeting.pk).update(status="held")
    return found


def test_thirty_deadlines_of_six_states_cost_as_many_queries_as_two():
    assert costs(30) == costs(2)


def fill(start, count):
    """So many open dues, each of a meeting of its own."""
    meeting = MeetingFactory()
    deadlines = Deadline.objects.bulk_create(
        Deadline(meeting=meeting, titles={"en": f"Paper {number}"}, offset_days=-60, position=number)
        for number in range(start, start + count)
    )
    like = DueFactory.build(deadline=deadlines[0], state=StateFactory())
    same = {name: getattr(like, name) for name in ("target_on", "due_on", "due_at", "zone")}
    Due.objects.bulk_create(
        Due(deadline=deadline, state=like.state, notice="short", **same) for deadline in deadlines
    )


@pytest.mark.parametrize("query", ["", "?time=overdue", "?time=short", "?all=1"])
def test_a_page_of_five_hundred_dues_costs_as_many_queries_as_one_due(desk, query):
    address = reverse("admin:meetings_due_changelist") + query
    fill(0, 1)
    first = queries(lambda: desk.get(address))
    fill(1, 499)
    assert Due.objects.count() == 500
    assert queries(lambda: desk.get(address)) == first


def test_a_meetings_page_costs_the_same_with_five_hundred_dues(desk):
    def cost(lines):
        meeting = summit(lines)
        save_meeting(meeting)
        address = reverse("admin:meetings_due_changelist")
        return queries(lambda: desk.get(f"{address}?deadline__meeting__id__exact={meeting.pk}"))

    assert cost(1) == cost(80)
