"""What speaks against a meeting's days is told with its reason, wherever a date is chosen, and blocks nothing."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import override

from meetings.authorship import authored
from meetings.days.workdays import SpecialDay, WorkCalendar
from meetings.models import Blackout as BlackoutRow
from meetings.models import CoLocation, Meeting, Responsibility
from meetings.schedule.clashes import Blackout, Gathering, clashes_of
from meetings.schedule.surroundings import clashes_at
from rotation.history import FieldChange, history_of
from tests.acts import confirm
from tests.factories import (
    MeetingFactory,
    MinistryFactory,
    ResponsibilityFactory,
    StateFactory,
    TrackFactory,
    day_span,
)

WEEKEND = frozenset({6, 7})
KZ = {7: "KZ · Ministry of Trade"}


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        yield


def on(first, last=None, key="1", **values):
    days = {"first_on": date.fromisoformat(first), "last_on": date.fromisoformat(last or first)}
    return Gathering(key, f"Meeting {key}", **days, **values)


def codes(meeting, *others, calendars=(), blackouts=()):
    return [clash.code for clash in clashes_of(meeting, others, calendars, blackouts)]


@pytest.mark.parametrize(
    ("first", "last", "code"),
    [
        ("2027-06-16", "2027-06-17", ["ministry_overlap"]),
        ("2027-06-18", "2027-06-18", ["ministry_travel"]),
        ("2027-06-19", "2027-06-19", []),
    ],
)
def test_one_ministry_answers_for_two_meetings_with_no_day_between(first, last, code):
    other = on(first, last, key="2", city="astana", ministries=KZ)
    assert codes(on("2027-06-17", city="xi'an", ministries=KZ), other) == code


def test_nobody_travels_to_a_video_meeting_nor_between_two_in_one_city():
    here = {"city": "astana", "ministries": KZ}
    assert codes(on("2027-06-17", **here), on("2027-06-18", key="2", **here)) == []
    video = on("2027-06-18", key="2", is_travelled_to=False, city="xi'an", ministries=KZ)
    assert codes(on("2027-06-17", **here), video) == []
    assert codes(on("2027-06-17", ministries=KZ), on("2027-06-18", key="2", ministries=KZ)) == []


def test_the_same_city_on_the_same_day_is_no_clash_where_it_is_meant():
    other = on("2027-06-17", "2027-06-18", key="2", city="astana")
    assert codes(on("2027-06-17", city="astana"), other) == ["same_place"]
    assert codes(on("2027-06-17", city="astana", beside=frozenset({"2"})), other) == []
    assert codes(other, on("2027-06-17", city="astana", beside=frozenset({"2"}))) == []
    assert codes(on("2027-06-19", city="astana"), other) == []


def test_a_meeting_does_not_clash_with_itself():
    assert codes(on("2027-06-17", city="astana"), on("2027-06-17", city="astana")) == []


def test_closed_days_are_told_by_run_with_their_certainty():
    nauryz = {date(2027, 3, day): SpecialDay(True, "Nauryz", "estimated") for day in (22, 23)}
    kazakh = WorkCalendar("KZ", WEEKEND, nauryz, frozenset({2027}))
    chinese = WorkCalendar("CN", WEEKEND, {}, frozenset())
    found = clashes_of(on("2027-03-20", "2027-03-23"), (), (chinese, kazakh), ())
    assert [(clash.code, dict(clash.values)) for clash in found] == [
        (
            "holiday",
            {
                "state": "KZ",
                "name": "Nauryz",
                "certainty": "estimated",
                "first": date(2027, 3, 22),
                "last": date(2027, 3, 23),
            },
        ),
        ("weekend", {"states": ("CN", "KZ"), "first": date(2027, 3, 20), "last": date(2027, 3, 21)}),
        ("calendar_unknown", {"states": ("CN",), "first": date(2027, 3, 20), "last": date(2027, 3, 23)}),
    ]


def test_a_blackout_is_told_with_its_source():
    week = Blackout("High-level week", date(2027, 9, 20), date(2027, 9, 24), "note of the desk")
    (clash,) = clashes_of(on("2027-09-24"), (), (), (week,))
    assert (clash.code, clash.values["source"]) == ("blackout", "note of the desk")
    assert codes(on("2027-09-25"), blackouts=(week,)) == []


@pytest.fixture
def pair(db):
    """Two meetings in Astana on 17 June 2027, for which one ministry answers."""
    ministry = MinistryFactory(state=StateFactory(code="KZ"))
    rows = [MeetingFactory(city=city, host_id="KZ", track=TrackFactory()) for city in ("Astana", "astana ")]
    for row in rows:
        ResponsibilityFactory(track=row.track, ministry=ministry)
    return rows


def found_of(meeting, span=None):
    return [clash.code for clash in clashes_at(meeting, span or meeting.span) if clash.is_grave]


def test_stored_meetings_clash_and_cost_the_same_queries_however_many(pair, django_assert_num_queries):
    one, other = pair
    assert found_of(one) == ["ministry_overlap", "same_place"]
    assert found_of(one, day_span("2027-06-24")) == []
    one.co_located_with.add(other)
    assert found_of(other) == ["ministry_overlap"]
    for _more in range(10):
        MeetingFactory(track=one.track, city="Astana")
    one = Meeting.objects.select_related("track").get(pk=one.pk)
    with django_assert_num_queries(7):
        clashes_at(one, one.span)


def test_what_is_cancelled_or_postponed_clashes_with_nothing(pair):
    Meeting.objects.filter(pk=pair[1].pk).update(status="postponed")
    assert found_of(pair[0]) == []


def test_a_ministry_whose_period_has_ended_clashes_with_nothing(pair):
    Responsibility.objects.filter(track=pair[1].track).update(valid_until=date(2027, 6, 16))
    assert found_of(pair[0]) == ["same_place"]


def test_ministries_that_are_wanted_twice_are_told_in_the_order_of_the_readers_alphabet(pair):
    one, other = pair
    state = StateFactory(code="TJ")
    for name in ("Яблоко", "Ҷавонон", "Чинор", "Ёвар"):
        ministry = MinistryFactory(state=state, names={"ru": name})
        for track in (one.track, other.track):
            Responsibility.objects.create(track=track, ministry=ministry)
    with override("ru"):
        told = [
            clash.values["ministries"] for clash in clashes_at(one, one.span) if "ministries" in clash.values
        ]
    ours = [name.removeprefix("TJ · ") for name in told[0] if name.startswith("TJ")]
    assert ours == ["Ёвар", "Чинор", "Ҷавонон", "Яблоко"]


def test_pages_show_the_clashes_and_let_the_date_pass(desk, pair):
    one, _other = pair
    page = desk.get(reverse("admin:meetings_meeting_change", args=[one.pk])).content.decode()
    assert "is in the same city on the same days" in page
    BlackoutRow.objects.create(
        name="High-level week", first_on="2027-09-20", last_on="2027-09-24", source="note of the desk"
    )
    values = {"precision": "day", "first_on": "2027-09-25", "zone": "Asia/Almaty", "reason": "x"}
    move = reverse("admin:meetings_meeting_move", args=[one.pk])
    shown = desk.post(move, {**values, "first_on": "2027-09-24", "preview": "1"}).context["clashes"]
    assert [clash["text"] for clash in shown if clash["code"] == "blackout"] == [
        "20–24 September 2027: High-level week. Source: note of the desk"
    ]
    weekend = {**values, "until": "date"}
    postpone = reverse("admin:meetings_meeting_postpone", args=[one.pk])
    shown = desk.post(postpone, {**weekend, "preview": "1"}).context["clashes"]
    assert "weekend" in [clash["code"] for clash in shown]
    confirm(desk, move, values)
    one.refresh_from_db()
    assert one.first_on == date(2027, 9, 25)


def test_a_new_meeting_shows_its_clashes_before_it_is_saved_and_saves_all_the_same(desk, pair):
    values = {"track": pair[0].track_id, "status": "proposed", "visibility": "internal", "city": "Astana"}
    values |= {"precision": "day", "first_on": "2027-06-17", "host": "KZ", "format": "in person"}
    page = desk.post(reverse("admin:meetings_meeting_add"), values)
    assert Meeting.objects.count() == 2
    codes = {clash["code"] for clash in page.context["clashes"]}
    assert codes == {"ministry_overlap", "same_place", "calendar_unknown"}
    seen = page.context["adminform"].form["clashes_seen"].value()
    desk.post(reverse("admin:meetings_meeting_add"), {**values, "clashes_seen": seen})
    assert Meeting.objects.count() == 3


def test_the_history_of_both_meetings_tells_that_they_are_co_located(pair):
    first, second = pair
    with authored(None, "in one city by agreement"):
        first.co_located_with.add(second)
    with authored(None, "the one moved"):
        first.co_located_with.remove(second)
    for row, other in ((first, second), (second, first)):
        entries = history_of(row, links=[("co_located_with", CoLocation)])
        told = [
            (entry.action, entry.reason, *entry.changes)
            for entry in entries
            if entry.changes[0].label == "Co-located with"
        ]
        assert told == [
            ("changed", "the one moved", FieldChange("Co-located with", str(other), "")),
            ("changed", "in one city by agreement", FieldChange("Co-located with", "", str(other))),
        ]


def test_the_page_of_a_meetings_history_tells_its_co_location(desk, pair):
    pair[0].co_located_with.add(pair[1])
    page = desk.get(reverse("admin:meetings_meeting_history", args=[pair[0].pk])).content.decode()
    assert ("Co-located with" in page, escape(pair[1]) in page) == (True, True)


def test_co_location_holds_both_ways(pair):
    pair[0].co_located_with.add(pair[1])
    assert list(pair[1].co_located_with.all()) == [pair[0]]
