"""Deadlines that would be past when a meeting is set are proposed anew, never silently dropped."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from meetings.days.workdays import WorkCalendar
from meetings.deadlines.rules import Line, Party, moments_of
from meetings.deadlines.short_days import (
    DayIsPast,
    NotAtShortNotice,
    ReasonMissing,
    TooLateForTheMeeting,
    short_dues,
    take_short_days,
)
from meetings.deadlines.short_notice import falls_short, is_in_time, proposals
from meetings.models import Due, Meeting
from meetings.saving import save_meeting
from meetings.schedule.dates import Precision, Span
from meetings.schedule.moves import move_meeting, plan_move
from tests.acts import confirm
from tests.factories import DeadlineTemplateFactory, TemplateLineFactory, TrackFactory, day_span

NOW = datetime(2027, 1, 15, 8, tzinfo=UTC)  # a Friday
WEEKEND = frozenset({6, 7})
PARTIES = [
    Party(code, zone, WorkCalendar(code, WEEKEND, {}, frozenset({2027})), is_host=code == "CN")
    for code, zone in (("CN", "Asia/Shanghai"), ("KZ", "Asia/Almaty"))
]


def on(day):
    return Span(Precision.DAY, date.fromisoformat(day), date.fromisoformat(day), "Asia/Shanghai")


def proposed(lines, span, short_lines=None):
    moments = moments_of(lines, span, PARTIES)
    found = proposals(lines, moments, span, PARTIES, NOW, short_lines or {})
    return {key: {code: m.due_on.isoformat() for code, m in each.items()} for key, each in found.items()}


def test_the_set_for_short_notice_proposes_the_day_of_the_same_line():
    lines, short = {"papers": Line(-70)}, {"papers": Line(-10)}
    assert proposed(lines, on("2027-02-15"), short) == {"papers": {"CN": "2027-02-05", "KZ": "2027-02-05"}}


def test_where_no_set_helps_the_least_notice_does_and_goes_to_a_working_day_later():
    # Eight days from Friday 15 January is a Saturday.
    assert proposed({"papers": Line(-70, min_notice_days=8)}, on("2027-02-15")) == {
        "papers": {"CN": "2027-01-25", "KZ": "2027-01-25"}
    }


def test_where_no_day_is_left_before_the_meeting_none_is_proposed():
    assert proposed({"papers": Line(-70, min_notice_days=40)}, on("2027-02-15")) == {}


def test_what_is_nearer_than_its_least_notice_is_short_though_not_past():
    line = Line(-10, min_notice_days=14)
    moment = moments_of({"papers": line}, on("2027-02-01"), PARTIES)["papers"]["KZ"]
    assert (moment.due_at > NOW, falls_short(line, moment, NOW)) == (True, True)


def test_proposals_of_a_chain_stay_in_its_order():
    lines = {
        "papers": Line(-70, min_notice_days=20, chain_place=1),
        "comments": Line(-60, min_notice_days=5, chain_place=2),
    }
    assert proposed(lines, on("2027-02-15")) == {
        "papers": {"CN": "2027-01-20", "KZ": "2027-01-20"},
        "comments": {"CN": "2027-01-20", "KZ": "2027-01-20"},
    }


lines = st.builds(
    Line,
    st.integers(-120, 20),
    addressee=st.sampled_from(["all", "host", "guests"]),
    min_notice_days=st.integers(0, 30),
    chain_place=st.one_of(st.none(), st.integers(1, 3)),
)


@given(st.dictionaries(st.integers(0, 4), lines), st.integers(1, 200))
def test_a_proposal_lies_ahead_on_a_working_day_and_serves_the_meeting(by_key, days_ahead):
    day = date.fromordinal(date(2027, 1, 15).toordinal() + days_ahead)
    span = Span(Precision.DAY, day, day, "Asia/Shanghai")
    moments = moments_of(by_key, span, PARTIES)
    for key, found in proposals(by_key, moments, span, PARTIES, NOW, {}).items():
        for code, moment in found.items():
            assert falls_short(by_key[key], moments[key][code], NOW)
            assert moment.due_at > NOW
            assert is_in_time(by_key[key], moment.due_at, span)
            assert moment.due_on.isoweekday() not in WEEKEND


@pytest.fixture
def today():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def meeting(db, today):
    """In June, so nothing is short; papers ten weeks before, by a set that has one for short notice."""
    short = TemplateLineFactory(key="papers", offset_days=-10).template
    template = DeadlineTemplateFactory(short_notice=short)
    TemplateLineFactory(template=template, key="papers", offset_days=-70)
    TemplateLineFactory(template=template, offset_days=-14, titles={"en": "Delegations"})
    meeting = Meeting(track=TrackFactory(deadline_template=template), ordinal=3, status="proposed")
    meeting.take_span(day_span("2027-06-17"))
    save_meeting(meeting)
    return meeting


def states_of(notice):
    return sorted(Due.objects.filter(notice=notice).values_list("state_id", flat=True))


def moved(meeting, day, **values):
    return move_meeting(meeting.pk, to=day_span(day), actor=None, reason="the host asked", **values)


ALL = ["CN", "KG", "KZ", "TJ", "TM", "UZ"]


def test_a_move_to_a_near_day_shows_what_would_be_past_and_proposes_new_days(meeting):
    plan = plan_move(meeting, day_span("2027-02-15"))
    assert {change.title for change in plan.changes if change.is_short} == {"Draft papers"}
    assert {moment.due_on.isoformat() for moment in plan.proposed.values()} == {"2027-02-05"}


def test_proposals_are_taken_with_the_move_and_keep_its_reason(meeting):
    moved(meeting, "2027-02-15", takes_proposals=True)
    agreed = Due.objects.filter(notice="agreed")
    assert {(due.due_on.isoformat(), due.pin_reason) for due in agreed} == {("2027-02-05", "the host asked")}
    assert states_of("agreed") == ALL


def test_without_a_word_they_are_flagged_and_stay_so(meeting):
    moved(meeting, "2027-02-15")
    assert states_of("short") == ALL
    assert {short.proposal.due_on.isoformat() for short in short_dues(meeting_now(meeting))} == {"2027-02-05"}


def meeting_now(meeting):
    return Meeting.objects.select_related("track").get(pk=meeting.pk)


def test_a_day_agreed_at_short_notice_gives_way_when_the_rules_day_serves_again(meeting):
    moved(meeting, "2027-02-15", takes_proposals=True)
    moved(meeting, "2027-06-17")
    assert set(Due.objects.filter(deadline__key="papers").values_list("due_on", "notice")) == {
        (date(2027, 4, 8), "full")
    }


def test_a_day_agreed_stays_while_the_rules_day_is_still_past(meeting):
    moved(meeting, "2027-02-15", takes_proposals=True)
    moved(meeting, "2027-02-16")
    assert states_of("agreed") == ALL


def test_a_day_agreed_that_no_longer_serves_is_flagged_anew(meeting):
    moved(meeting, "2027-02-15", takes_proposals=True)
    moved(meeting, "2027-02-03")
    assert states_of("agreed") == []
    assert {due.state_id for due in Due.objects.at_short_notice().filter(deadline__key="papers")} == set(ALL)


def test_what_was_overdue_stays_overdue_when_its_day_changes(meeting):
    with time_machine.travel(datetime(2027, 5, 1, tzinfo=UTC), tick=False):
        moved(meeting, "2027-06-18")
        assert states_of("short") == []


@pytest.mark.parametrize(
    ("day", "reason", "refusal"),
    [
        (date(2027, 1, 14), "agreed by telephone", DayIsPast),
        (date(2027, 2, 15), "agreed by telephone", TooLateForTheMeeting),
        (date(2027, 2, 5), " ", ReasonMissing),
    ],
)
def test_a_new_day_lies_ahead_before_the_meeting_and_has_a_reason(meeting, day, reason, refusal):
    moved(meeting, "2027-02-15")
    due = Due.objects.at_short_notice().first()
    with pytest.raises(refusal):
        take_short_days(meeting.pk, days={due.pk: day}, actor=None, reason=reason)
    assert Due.objects.get(pk=due.pk).notice == "short"


def test_a_deadline_that_had_full_notice_is_not_set_anew_here(meeting):
    due = Due.objects.first()
    with pytest.raises(NotAtShortNotice):
        take_short_days(meeting.pk, days={due.pk: date(2027, 2, 5)}, actor=None, reason="x")


def test_the_meetings_page_says_what_is_short_and_leads_to_the_proposals(meeting, desk):
    moved(meeting, "2027-02-15")
    page = desk.get(reverse("admin:meetings_meeting_change", args=[meeting.pk])).content.decode()
    assert "6 deadlines were past" in page
    address = reverse("admin:meetings_meeting_short", args=[meeting.pk])
    assert address in page
    rows = desk.get(address).context["rows"]
    values = {row["field"].html_name: row["field"].initial.isoformat() for row in rows}
    values[rows[0]["field"].html_name] = ""
    confirm(desk, address, {**values, "reason": "agreed by telephone"})
    assert (states_of("agreed"), states_of("short")) == (ALL[1:], ALL[:1])
    left = desk.get(address)
    assert [row["due"].state_id for row in left.context["rows"]] == ["CN"]
    assert desk.post(address, {"reason": "x"}).context["form"].non_field_errors() == [
        "Give a day to one deadline at least."
    ]


def test_a_meeting_that_is_new_at_short_notice_says_so_at_once(meeting, desk):
    values = {
        "track": meeting.track.pk,
        "titles_en": "",
        "titles_zh": "",
        "titles_ru": "",
        "status": "proposed",
    }
    values |= {"visibility": "internal", "format": "in person", "ordinal": "4", "zone": "Asia/Shanghai"}
    values |= {"precision": "day", "first_on": "2027-02-15"}
    page = desk.post(reverse("admin:meetings_meeting_add"), values, follow=True)
    address = reverse("admin:meetings_meeting_short", args=[Meeting.objects.get(ordinal=4).pk])
    assert [
        address in str(message) for message in page.context["messages"] if message.level_tag == "warning"
    ] == [True]


def test_the_preview_on_the_desk_takes_the_proposals_where_they_stay_ticked(meeting, desk):
    address = reverse("admin:meetings_meeting_move", args=[meeting.pk])
    to = {"precision": "day", "first_on": "2027-02-15", "zone": "Asia/Shanghai", "reason": "The host asked."}
    page = desk.post(address, {**to, "preview": "1"})
    assert (page.context["plan"]["short"], page.context["plan"]["proposed"]) == (6, 6)
    meeting.refresh_from_db()
    confirm(desk, address, {**to, "take": "1"})
    assert states_of("agreed") == ALL


def test_the_page_of_proposals_costs_the_same_for_six_as_for_more(meeting, desk):
    moved(meeting, "2027-02-15")
    address = reverse("admin:meetings_meeting_short", args=[meeting.pk])

    def cost():
        with CaptureQueriesContext(connection) as queries:
            desk.get(address)
        return len(queries)

    first = cost()
    for offset in (-80, -90, -100):
        TemplateLineFactory(template=meeting.track.deadline_template, offset_days=offset)
    other = Meeting(track=meeting.track, ordinal=4, status="proposed")
    other.take_span(day_span("2027-02-15"))
    save_meeting(other)
    address = reverse("admin:meetings_meeting_short", args=[other.pk])
    assert cost() == first
