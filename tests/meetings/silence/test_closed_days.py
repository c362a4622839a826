"""Silence that would close on a day on which a state does not work: said before it is confirmed, never refused."""

from datetime import UTC, date, datetime, time

import pytest

from meetings.days.closed_ends import closed_end
from meetings.days.workdays import SpecialDay, WorkCalendar
from meetings.models import CalendarDay, SilenceProcedure
from rotation.models import State
from tests.acts import confirm, look, seal_of
from tests.factories import CalendarDayFactory
from tests.meetings.silence.test_silence_pages import ALL, OPENING, silence_page
from tests.meetings.silence.test_silences import FRIDAY, running  # noqa: F401

pytestmark = pytest.mark.django_db


def closed_in(code, day, name, **values):
    return CalendarDayFactory(
        state=State.objects.get(pk=code), day=date.fromisoformat(day), name=name, **values
    )


def warned(page):
    return [" ".join(told) for told in page.context["plan"]["closed"]]


def test_an_opening_says_which_states_are_closed_on_the_last_day_and_why(desk, issued):
    document = issued()
    closed_in("CN", "2031-05-16", "Long weekend")
    closed_in("TM", "2031-05-16", "Kurban Bayram", certainty="estimated")
    closed_in(
        "UZ", "2031-05-16", "Day off", certainty="provisional", basis="provisional", entered_by="library"
    )
    page = look(desk, silence_page("open", document.pk), {**OPENING, "parties": ALL})
    assert warned(page) == [
        "16 May 2031 (Friday) is closed in China: Long weekend.",
        "16 May 2031 (Friday) is expected to be closed in Turkmenistan: Kurban Bayram.",
        "16 May 2031 (Friday) is expected to be closed in Uzbekistan (Day off); the notice for that year is not in "
        "yet.",
    ]
    assert "Some states do not work on the day on which this ends:" in page.content.decode()
    confirm(desk, silence_page("open", document.pk), {**OPENING, "parties": ALL})
    assert SilenceProcedure.objects.get().closing == FRIDAY


def test_only_the_states_asked_are_told_of(desk, issued):
    document = issued()
    closed_in("CN", "2031-05-16", "Long weekend")
    page = look(desk, silence_page("open", document.pk), {**OPENING, "parties": ["KZ", "UZ"]})
    assert warned(page) == []
    assert "Some states do not work" not in page.content.decode()


def test_an_extension_to_a_weekend_is_warned_of_on_each_states_own_clock(desk, running):  # noqa: F811
    # Friday evening in Almaty is Saturday at Beijing and Bishkek, where the day before was the last that is worked.
    values = {
        "closes_on": "2031-05-16",
        "closes_at": "23:30",
        "zone": "Asia/Almaty",
        "text": "Asked for by China",
    }
    address = silence_page("extend", running.pk)
    page = look(desk, address, values)
    assert warned(page) == [
        "17 May 2031 is a Saturday, not worked in China.",
        "17 May 2031 is a Saturday, not worked in Kyrgyzstan.",
    ]
    confirm(desk, address, values)
    assert SilenceProcedure.objects.get().closing.at == time(23, 30)


def test_a_day_closed_meanwhile_is_shown_before_the_extension_is_done(desk, running):  # noqa: F811
    values = {"closes_on": "2031-05-19", "closes_at": "18:00", "zone": "Asia/Almaty", "text": "Asked for"}
    address = silence_page("extend", running.pk)
    page = look(desk, address, values)
    assert warned(page) == []
    closed_in("TJ", "2031-05-19", "Day off by decree", basis="decree")
    page = desk.post(address, {**values, "seen": seal_of(page), "confirm": "1"})
    assert warned(page) == ["19 May 2031 (Monday) is closed in Tajikistan: Day off by decree."]
    assert SilenceProcedure.objects.get().closing == FRIDAY


def test_an_objection_speaks_of_no_closed_days(desk, running):  # noqa: F811
    closed_in("TM", "2031-05-16", "Flower day")
    page = look(desk, silence_page("object", running.pk), {"state": "TM", "text": "Note", "amendment": ""})
    assert warned(page) == []
    assert CalendarDay.objects.count() == 1


@pytest.mark.parametrize("day", ["2026-01-02", "2031-05-15"])
def test_an_extension_to_yesterday_is_refused(desk, running, day):  # noqa: F811
    values = {"closes_on": day, "closes_at": "18:00", "zone": "Asia/Almaty", "text": "Asked for"}
    page = desk.post(silence_page("extend", running.pk), {**values, "confirm": "1"})
    assert page.context["form"].errors == {
        "closes_on": ["An extension closes later than the silence that runs."]
    }
    assert SilenceProcedure.objects.get().closing == FRIDAY


TURKMENISTAN = WorkCalendar("TM", frozenset({6, 7}), {date(2031, 5, 19): SpecialDay(True, "Holiday")})


@pytest.mark.parametrize(
    ("since", "until", "day", "has_workday"),
    [
        # From Friday noon there is no working day before Monday, a holiday, is over.
        (
            datetime(2031, 5, 16, 7, tzinfo=UTC),
            datetime(2031, 5, 19, 13, tzinfo=UTC),
            date(2031, 5, 19),
            False,
        ),
        (
            datetime(2031, 5, 15, 7, tzinfo=UTC),
            datetime(2031, 5, 19, 13, tzinfo=UTC),
            date(2031, 5, 19),
            True,
        ),
        # Midnight is the first instant after the day before.
        (
            datetime(2031, 5, 15, 7, tzinfo=UTC),
            datetime(2031, 5, 17, 19, tzinfo=UTC),
            date(2031, 5, 17),
            True,
        ),
        (
            datetime(2031, 5, 17, 7, tzinfo=UTC),
            datetime(2031, 5, 17, 13, tzinfo=UTC),
            date(2031, 5, 17),
            False,
        ),
    ],
)
def test_a_time_without_a_working_day_is_known_as_such(since, until, day, has_workday):
    end = closed_end(TURKMENISTAN, "Asia/Ashgabat", since, until)
    assert (end.state, end.day, end.has_workday) == ("TM", day, has_workday)


def test_a_time_that_ends_on_a_worked_day_is_not_warned_of():
    begins = datetime(2031, 5, 16, 7, tzinfo=UTC)
    assert closed_end(TURKMENISTAN, "Asia/Ashgabat", begins, datetime(2031, 5, 20, 13, tzinfo=UTC)) is None
