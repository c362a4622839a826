"""Quiet hours: nothing is sent in them, nothing waits longer than it must, whatever the clocks do."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from secretariat.reminders.plan.hours import Hours
from secretariat.reminders.plan.quiet import Quiet, awake_at
from secretariat.reminders.plan.wanted import ContactFact, in_hours, notice

# With half and quarter hours, with summer time, and the state that changed its zone on 1 March 2024.
ZONES = [
    "Asia/Almaty",
    "Asia/Shanghai",
    "Asia/Tashkent",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Europe/Zurich",
    "Australia/Lord_Howe",
    "America/New_York",
]
quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))
nights = (
    st.tuples(quarters, quarters).filter(lambda hours: hours[0] != hours[1]).map(lambda hours: Quiet(*hours))
)
moments = st.datetimes(datetime(2023, 1, 1), datetime(2028, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))
NIGHT = Quiet(time(21), time(7))


def is_quiet(at, zone, quiet):
    return quiet.covers(at.astimezone(ZoneInfo(zone)).time())


@given(moments, st.sampled_from(ZONES), nights)
@example(datetime(2024, 2, 29, 18, 15, tzinfo=UTC), "Asia/Almaty", Quiet(time(23), time(0, 30)))
@example(datetime(2027, 10, 31, 1, 15, tzinfo=UTC), "Europe/Zurich", Quiet(time(2), time(2, 30)))
@example(datetime(2027, 3, 28, 0, 59, tzinfo=UTC), "Europe/Zurich", Quiet(time(1, 30), time(2, 30)))
def test_nothing_is_sent_in_quiet_hours_nor_before_its_time(at, zone, quiet):
    goes_at = awake_at(at, zone, quiet)
    assert goes_at >= at
    assert not is_quiet(goes_at, zone, quiet)


@given(moments, st.sampled_from(ZONES), nights)
def test_nothing_waits_longer_than_the_quiet_hours_last(at, zone, quiet):
    goes_at = awake_at(at, zone, quiet)
    waits = goes_at - at
    assert waits <= timedelta(hours=26)
    step = timedelta(minutes=15)
    between = (at + step * number for number in range(int(waits / step) + 1))
    assert all(is_quiet(each, zone, quiet) for each in between if each < goes_at)


@given(moments, st.sampled_from(ZONES), nights)
def test_what_waited_waits_no_longer(at, zone, quiet):
    goes_at = awake_at(at, zone, quiet)
    assert awake_at(goes_at, zone, quiet) == goes_at


@given(moments, st.sampled_from(ZONES), nights, st.integers(1, 48))
def test_what_would_be_untrue_by_the_morning_goes_in_the_night(now, zone, quiet, hours):
    expires_at = now + timedelta(hours=hours)
    contact = ContactFact(1, "KZ", zone)
    want = notice("changed", ("due", 1), 1, contact, None, at=now, expires_at=expires_at, says=expires_at)
    (each,) = in_hours(want, Hours(quiet), now)
    assert now <= each.goes_at < expires_at
    assert not is_quiet(each.goes_at, zone, quiet) or awake_at(now, zone, quiet) >= expires_at


def test_what_is_untrue_already_is_not_sent():
    contact = ContactFact(1, "KZ", "Asia/Almaty")
    night = datetime(2027, 3, 1, 17, 30, tzinfo=UTC)
    want = notice("changed", ("due", 1), 1, contact, None, at=night, expires_at=night, says=night)
    assert list(in_hours(want, Hours(NIGHT), night)) == []


def test_a_notice_of_the_evening_goes_in_the_morning_of_the_recipient():
    late = datetime(2027, 3, 1, 17, 30, tzinfo=UTC)  # 22:30 at Almaty, 23:00 at Kolkata, 01:30 at Shanghai
    mornings = {zone: awake_at(late, zone, NIGHT).astimezone(ZoneInfo(zone)) for zone in ZONES[:5]}
    assert {zone: (at.date(), at.time()) for zone, at in mornings.items()} == {
        zone: (date(2027, 3, 2), time(7)) for zone in ZONES[:5]
    }


def test_a_notice_of_the_day_goes_at_once():
    noon = datetime(2027, 3, 1, 7, tzinfo=UTC)
    assert awake_at(noon, "Asia/Almaty", NIGHT) == noon
    assert awake_at(noon, "Asia/Almaty", None) == noon
