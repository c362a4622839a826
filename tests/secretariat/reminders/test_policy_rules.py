"""What the policy says, before anything is stored: which rules count, and what follows from them for one contact."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meetings.days.workdays import WorkCalendar
from meetings.schedule.dates import instant
from secretariat.reminders.plan.dated import Dated, wanted_of_dated
from secretariat.reminders.plan.policy import Rule, chosen
from secretariat.reminders.plan.quiet import Quiet
from secretariat.reminders.plan.wanted import ContactFact, Told

NOON = datetime(2027, 3, 1, 7, tzinfo=UTC)  # a Monday; noon at Almaty
ABOUT = ("due", 7)
FOCAL, HEAD = frozenset({"focal point"}), frozenset({"head of department"})
ALMATY = ContactFact(1, "KZ", "Asia/Almaty", roles=FOCAL)
KZ = {"KZ": WorkCalendar("KZ", frozenset({6, 7}))}


def due(day, status="open", received_at=None):
    on = date.fromisoformat(day)
    return Dated(ABOUT, 0, "KZ", on, instant(on, time(18), "Asia/Almaty"), status, received_at)


def told(kind, at, says=None):
    says = says or due("2027-03-05").at
    return {(ABOUT, 1): Told(kind, 0, says, "<before>", at)}


def wanted(moment, rules, before=None, now=NOON, contact=ALMATY):
    found = wanted_of_dated([moment], [contact], rules, before or {}, now, KZ)
    return [(want.kind, want.offset_code, want.planned_on.isoformat()) for want in found]


# Which rules count


def test_the_nearest_scope_that_says_anything_of_an_occasion_says_it_alone():
    everywhere = [Rule("before", 14), Rule("before", 7), Rule("changed")]
    own = Rule("before", 3, track_id=5)
    line = Rule("before", 1, track_id=5, key="agenda")
    of_lines = Rule("before", 30, key="agenda")
    rules = [*everywhere, own, line, of_lines]

    def days(track, key=""):
        return sorted(rule.days for rule in chosen(rules, "due", track, key) if rule.occasion == "before")

    assert (days(5, "agenda"), days(5), days(6, "agenda"), days(6)) == ([1], [3], [30], [7, 14])
    assert [rule.occasion for rule in chosen(rules, "due", 5) if rule.occasion != "before"] == ["changed"]
    assert chosen(rules, "closing", 5) == ()


def test_a_line_that_is_off_silences_its_track_and_no_other():
    rules = [Rule("received"), Rule("received", track_id=5, is_on=False)]
    assert (chosen(rules, "due", 5), chosen(rules, "due", 6)) == ((), (rules[0],))


# What follows from them


def test_a_rule_for_one_role_is_for_whoever_has_it_among_others():
    rules = [Rule("before", 3, roles=HEAD)]
    both = ContactFact(1, "KZ", "Asia/Almaty", roles=FOCAL | HEAD)
    assert wanted(due("2027-03-10"), rules) == []
    assert wanted(due("2027-03-10"), rules, contact=both) == [("reminder", "P3D", "2027-03-07")]


def test_a_first_notice_goes_to_who_was_told_nothing_and_says_what_a_missed_reminder_would():
    rules = [Rule("first"), Rule("before", 14), Rule("before", 1)]
    assert wanted(due("2027-03-05"), rules) == [
        ("first", "", "2027-03-01"),
        ("reminder", "P1D", "2027-03-04"),
    ]
    assert wanted(due("2027-03-05"), rules, told("first", NOON)) == [("reminder", "P1D", "2027-03-04")]


def test_a_reminder_moves_off_a_closed_day_to_the_working_day_before_and_one_is_left_of_two():
    # Due on Tuesday the 9th: a day before is Monday, two are Sunday, four are Friday.
    rules = [Rule("before", days, on_working_days=True) for days in (1, 2, 4)]
    assert wanted(due("2027-03-09"), rules) == [
        ("reminder", "P2D", "2027-03-05"),
        ("reminder", "P1D", "2027-03-08"),
    ]


def test_what_is_overdue_is_told_on_days_after_and_on_a_working_day_after_them():
    rules = [Rule("overdue", 1, on_working_days=True), Rule("overdue", 7)]
    # Due on Friday the 5th: a day after is Saturday.
    assert wanted(due("2027-03-05"), rules) == [
        ("overdue", "P1D", "2027-03-08"),
        ("overdue", "P7D", "2027-03-12"),
    ]


def test_who_is_told_that_it_is_overdue_after_an_outage_hears_the_newest_alone():
    rules = [Rule("overdue", 1), Rule("overdue", 3)]
    late = NOON + timedelta(days=9)  # the 10th
    assert wanted(due("2027-03-05"), rules, now=late) == [("overdue", "P3D", "2027-03-08")]
    assert wanted(due("2027-03-05"), rules, told("overdue", late), now=late) == []
    assert wanted(due("2027-03-05"), rules, now=NOON + timedelta(days=15)) == []


def test_an_escalation_is_for_the_head_alone_who_gets_it_in_place_of_the_notice_of_that_day():
    rules = [Rule("overdue", 3), Rule("escalated", 3, roles=HEAD)]
    head = ContactFact(1, "KZ", "Asia/Almaty", roles=HEAD)
    assert wanted(due("2027-03-05"), rules) == [("overdue", "P3D", "2027-03-08")]
    assert wanted(due("2027-03-05"), rules, contact=head) == [("escalated", "P3D", "2027-03-08")]


@pytest.mark.parametrize("status", ["received", "settled", "withdrawn"])
def test_nothing_is_overdue_that_is_not_open(status):
    moment = due("2027-02-26", status, NOON if status == "received" else None)
    assert wanted(moment, [Rule("before", 3), Rule("overdue", 3)]) == []


def test_receipt_is_thanked_for_while_it_is_fresh():
    moment = due("2027-03-05", "received", NOON)
    assert wanted(moment, [Rule("received")]) == [("received", "", "2027-03-01")]
    assert wanted(moment, [Rule("received")], now=NOON + timedelta(days=3)) == []


def test_who_heard_that_it_is_overdue_hears_that_it_no_longer_applies():
    moment = due("2027-02-26", "withdrawn")
    before = told("overdue", NOON - timedelta(days=1), says=moment.at)
    assert wanted(moment, [Rule("withdrawn")], before) == [("withdrawn", "", "2027-03-01")]


def test_without_a_rule_for_changes_nobody_is_told_of_one():
    before = told("reminder", NOON - timedelta(days=3))
    assert wanted(due("2027-03-10"), [], before) == []
    assert wanted(due("2027-03-10"), [Rule("changed")], before) == [("changed", "", "2027-03-01")]


def test_where_no_change_is_told_the_reminder_whose_hour_is_past_names_the_new_moment():
    before = told("reminder", NOON - timedelta(hours=1))
    rules = [Rule("before", 14), Rule("before", 1)]
    assert wanted(due("2027-03-10"), rules, before) == [
        ("reminder", "P14D", "2027-02-24"),
        ("reminder", "P1D", "2027-03-09"),
    ]
    assert wanted(due("2027-03-05"), rules, before) == [("reminder", "P1D", "2027-03-04")]


@given(
    days=st.lists(
        st.tuples(st.sampled_from(["before", "overdue", "escalated"]), st.integers(1, 20)), max_size=6
    ),
    hours=st.integers(0, 40 * 24),
    on_working_days=st.booleans(),
)
def test_each_day_has_one_mail_and_none_is_sent_when_it_is_untrue(days, hours, on_working_days):
    rules = [Rule(occasion, each, on_working_days=on_working_days) for occasion, each in days]
    quiet = Quiet(time(21), time(7))
    rules = [*rules, Rule("first", quiet=quiet)]
    moment, now = due("2027-03-22"), NOON + timedelta(hours=hours)
    found = list(wanted_of_dated([moment], [ALMATY], rules, {}, now, KZ))
    assert len({want.key for want in found}) == len(found)
    for want in found:
        goes_at = want.goes_at or want.planned_at
        assert now <= goes_at < want.expires_at
        assert (want.kind in ("overdue", "escalated")) == (goes_at > moment.at)
    by_day = [want.planned_on for want in found if want.kind != "first"]
    assert len(set(by_day)) == len(by_day)
