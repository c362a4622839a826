"""The policy in the ledger: who gets what by the rules that staff keep, by a real SMTP conversation."""

import re
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from meetings.days.closed_days import days_changed
from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import CalendarDay, Contact, Due, Meeting
from meetings.saving import save_party
from meetings.schedule.moves import cancel_meeting
from secretariat.reminders.models import Delivery, ReminderRule
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.replanning import follow_policy
from secretariat.reminders.sending import send_due
from tests.factories import (
    CalendarDayFactory,
    ContactFactory,
    FollowFactory,
    MinistryFactory,
    ResponsibilityFactory,
)

pytestmark = pytest.mark.django_db


def sent():
    rows = Delivery.objects.filter(state="sent").select_related("contact")
    return sorted((row.contact.email, row.kind) for row in rows)


def planned(**of_it):
    rows = Delivery.objects.filter(state="pending", **of_it).order_by("planned_at")
    return [(row.kind, row.offset_code) for row in rows]


def rule(**values):
    return ReminderRule.objects.create(**{"about": "due", "days": None, **values})


def switch_on(occasion, **values):
    """A line that a new installation has, and is off there."""
    assert ReminderRule.objects.filter(about="due", occasion=occasion).update(is_on=True, **values) == 1


def test_a_new_installation_reminds_before_and_after_and_tells_changes_and_thanks():
    lines = ReminderRule.objects.filter(track=None, is_on=True).values_list("about", "occasion", "days")
    assert sorted(lines, key=str) == sorted(
        [
            *(("due", "before", days) for days in (1, 3, 7, 14)),
            *(("closing", "before", days) for days in (1, 3, 7, 14)),
            *(("due", "overdue", days) for days in (1, 7)),
            *(("due", occasion, None) for occasion in ("answered", "changed", "received", "withdrawn")),
            *(("closing", occasion, None) for occasion in ("changed", "withdrawn")),
            *(("term", occasion, None) for occasion in ("before", "changed", "withdrawn")),
            *(("silence", occasion, None) for occasion in ("before", "first")),
            *(("agenda", occasion, None) for occasion in ("changed", "first", "withdrawn")),
            *(("meeting", occasion, None) for occasion in ("changed", "first", "withdrawn")),
        ],
        key=str,
    )
    off = ReminderRule.objects.filter(is_on=False).values_list("about", "occasion", "days", "roles")
    assert sorted(off) == [
        ("due", "escalated", 7, ["head of department"]),
        ("due", "first", None, []),
    ]


@pytest.mark.parametrize(
    "values",
    [
        {"about": "agenda", "occasion": "overdue", "days": 3},
        {"occasion": "before"},
        {"occasion": "changed", "days": 3},
        {"occasion": "overdue", "days": 0},
        {"about": "term", "occasion": "before", "days": 30},
        {"about": "closing", "occasion": "before", "days": 5, "key": "agenda"},
        {"occasion": "first", "quiet_from": time(21)},
        {"occasion": "first", "quiet_from": time(21), "quiet_until": time(21)},
        {"occasion": "before", "days": 14},
    ],
)
def test_a_line_that_means_nothing_or_is_there_already_is_refused(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        rule(**values)
    with pytest.raises(ValidationError):
        ReminderRule(**{"about": "due", "days": None, **values}).full_clean()


def test_a_contact_has_a_role():
    with pytest.raises(IntegrityError), transaction.atomic():
        ContactFactory(roles=[])


def test_a_person_with_three_roles_and_two_contacts_gets_one_mail(meeting, sink):
    first = Contact.objects.get(email="kz@example.org")
    Contact.objects.filter(pk=first.pk).update(roles=["focal point", "protocol", "chair"])
    ministry = MinistryFactory(state=first.ministry.state)
    ResponsibilityFactory(track=meeting.track, ministry=ministry)
    save_party(ContactFactory.build(ministry=ministry, email="KZ@example.org", roles=["head of department"]))
    switch_on("first", roles=["head of department", "chair"])
    follow_policy()
    send_due()
    assert [each for each in sink.recipients if each.lower() == "kz@example.org"] == ["kz@example.org"]


def test_a_first_notice_goes_at_once_to_the_role_that_it_is_for(meeting, sink):
    Contact.objects.filter(email="kz@example.org").update(roles=["head of department"])
    switch_on("first", roles=["head of department"])
    follow_policy()
    send_due()
    assert sent() == [
        ("cn@example.org", "reminder"),
        ("kg@example.org", "reminder"),
        ("kz@example.org", "first"),
    ]
    assert (send_due(), reconcile()) == (0, [])


def test_what_is_overdue_is_told_and_escalated_until_it_is_received(meeting, sink):
    """Due three days ago: a reminder of the day after is the newest; the head hears on the third."""
    rule(occasion="escalated", days=2, roles=["head of department"])
    head = ContactFactory.build(
        ministry=Contact.objects.get(email="kg@example.org").ministry,
        email="head@example.org",
        roles=["head of department"],
    )
    save_party(head)
    due = Due.objects.get(state="KG")
    day = timezone.now().date() - timedelta(days=4)
    pin_due(due.pk, day=day, actor=None, reason="A test of what is past.", may_be_past=True)
    send_due()
    assert [each for each in sent() if each[0] in ("kg@example.org", "head@example.org")] == [
        ("head@example.org", "escalated"),
        ("kg@example.org", "overdue"),
    ]
    assert planned(due=due, contact__email="kg@example.org") == [("overdue", "P7D")]
    settle_due(due.pk, status="received", at=timezone.now(), actor=None)
    assert planned(due=due, contact__email="kg@example.org") == [("received", "")]
    send_due()
    assert ("kg@example.org", "received") in sent()
    assert (send_due(), reconcile()) == (0, [])


def test_who_was_told_that_it_is_overdue_is_told_that_the_meeting_is_off(meeting, sink):
    due = Due.objects.get(state="KG")
    day = timezone.now().date() - timedelta(days=3)
    pin_due(due.pk, day=day, actor=None, reason="A test of what is past.", may_be_past=True)
    send_due()
    cancel_meeting(meeting.pk, actor=None, reason="The host withdrew.")
    send_due()
    assert [kind for email, kind in sent() if email == "kg@example.org"] == ["overdue", "withdrawn"]


def test_a_line_for_the_deadlines_of_one_key_takes_the_place_of_the_general_ones(meeting):
    meeting.deadlines.update(key="papers")
    rule(occasion="before", days=2, key="papers")
    follow_policy()
    assert planned(kind="reminder", contact__email="kg@example.org") == [("reminder", "P2D")]


def test_a_line_that_is_off_cancels_what_was_planned_by_it(meeting):
    rule(occasion="before", days=1, track=meeting.track, is_on=False)
    follow_policy()
    assert planned(kind="reminder") == []


def test_a_reminder_keeps_to_working_days_and_follows_the_calendar(meeting):
    ReminderRule.objects.filter(about="due", occasion="before").exclude(days=1).delete()
    ReminderRule.objects.filter(about="due", occasion="before").update(on_working_days=True)
    due = Due.objects.get(state="KG")
    # Ten days on, so that what is moved still lies ahead.
    day = timezone.now().date() + timedelta(days=14 - timezone.now().weekday())  # a Monday
    pin_due(due.pk, day=day, actor=None, reason="Agreed.")
    mine = Delivery.objects.filter(due=due, kind="reminder", state="pending")
    assert mine.get().planned_on == day - timedelta(days=3)
    CalendarDayFactory(state=due.state, day=day - timedelta(days=3), name="A feast")
    days_changed([("KG", day - timedelta(days=3))])
    assert mine.get().planned_on == day - timedelta(days=4)
    assert reconcile() == []


def test_a_change_in_the_night_waits_for_the_morning_of_each(meeting, sink):
    send_due()
    sink.accepted.clear()
    now = timezone.now()
    # Quiet on every clock now, until an hour that is two to six hours away.
    quiet = {
        "quiet_from": (now - timedelta(hours=1)).time(),
        "quiet_until": (now + timedelta(hours=14)).time(),
    }
    ReminderRule.objects.filter(occasion="changed").update(**quiet)
    due = Due.objects.get(state="KG")
    day = due.due_on + timedelta(days=5)
    pin_due(due.pk, day=day, actor=None, reason="Agreed.")
    row = Delivery.objects.get(kind="changed", state="pending")
    assert row.next_try_at.astimezone(timezone.get_default_timezone()) > now
    assert (send_due(), sink.accepted) == (0, [])
    assert reconcile() == []


@pytest.fixture
def closed(meeting):
    """Called with days from today on the calendar of Bishkek, and whether they are closed."""

    def close(*days, is_closed=True):
        state = Due.objects.get(state="KG").state
        today = timezone.now().astimezone(ZoneInfo("Asia/Bishkek")).date()
        for each in days:
            status = "closed" if is_closed else "working"
            CalendarDayFactory(state=state, day=today + timedelta(days=each), status=status, basis="decree")
        days_changed([("KG", today + timedelta(days=each)) for each in days])
        return today

    return close


def changed_for(due, day):
    pin_due(due.pk, day=day, actor=None, reason="Agreed.")
    return Delivery.objects.get(due=due, kind="changed", state="pending")


def test_a_change_on_a_closed_day_waits_for_the_next_working_day_and_follows_the_calendar(closed, sink):
    today, due = closed(0, 1), Due.objects.get(state="KG")
    closed(2, 3, is_closed=False)
    send_due()
    pin_due(due.pk, day=today + timedelta(days=30), actor=None, reason="Agreed.")
    send_due()
    sink.accepted.clear()
    ReminderRule.objects.filter(about="due", occasion="changed").update(on_working_days=True)
    row = changed_for(due, today + timedelta(days=40))
    local = row.next_try_at.astimezone(ZoneInfo("Asia/Bishkek"))
    assert (local.date(), local.time()) == (today + timedelta(days=2), time(9))
    assert (send_due(), sink.accepted, reconcile()) == (0, [], [])
    CalendarDay.objects.filter(state="KG", day=today + timedelta(days=2)).delete()
    closed(2)
    row.refresh_from_db()
    assert row.next_try_at.astimezone(ZoneInfo("Asia/Bishkek")).date() == today + timedelta(days=3)
    assert reconcile() == []


def test_a_change_of_what_is_near_goes_on_a_closed_day_too(closed, sink):
    today, due = closed(0, 1), Due.objects.get(state="KG")
    closed(2, is_closed=False)
    send_due()
    sink.accepted.clear()
    ReminderRule.objects.filter(about="due", occasion="changed").update(on_working_days=True)
    changed_for(due, today + timedelta(days=3))
    assert send_due() == 1
    assert sink.recipients == ["kg@example.org"]


def test_an_invitation_waits_for_the_morning_too_and_who_is_invited_no_line_says(meeting, sink):
    Meeting.objects.update(visibility="public")
    follow = FollowFactory(contact=Contact.objects.get(email="kg@example.org"), track=meeting.track)
    now = timezone.now()
    quiet = {
        "quiet_from": (now - timedelta(hours=1)).time(),
        "quiet_until": (now + timedelta(hours=14)).time(),
    }
    ReminderRule.objects.filter(about="meeting").update(**quiet)
    reconcile(repair=True)
    row = Delivery.objects.get(kind="invited", contact=follow.contact)
    assert (row.state, row.next_try_at > now) == ("pending", True)
    assert reconcile() == []
    for wrong in ({"is_on": False}, {"roles": ["protocol"]}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ReminderRule.objects.filter(about="meeting").update(**wrong)


ADD = reverse_lazy("admin:reminders_reminderrule_add")
TWO_DAYS = {
    "about": "due",
    "occasion": "before",
    "days": "2",
    "at": "10:30",
    "is_on": "on",
    "reason": "Asked for.",
}


def test_a_line_is_saved_once_staff_saw_what_it_does_and_the_ledger_follows(meeting, desk):
    shown = desk.post(ADD, TWO_DAYS).content.decode()
    assert "Nothing was saved yet." in shown
    assert "<dt>Mails planned</dt><dd>3</dd>" in shown
    assert not ReminderRule.objects.filter(days=2).exists()
    assert not Delivery.objects.filter(offset_code="P2D").exists()
    response = desk.post(ADD, {**TWO_DAYS, "confirm": "Confirm"}, follow=True)
    assert "3 planned mails changed." in response.content.decode()
    rows = Delivery.objects.filter(offset_code="P2D", state="pending")
    assert {row.planned_hour for row in rows} == {time(10, 30)}
    page = reverse("admin:reminders_reminderrule_delete", args=[ReminderRule.objects.get(days=2).pk])
    assert "Planned mails cancelled: 3" in desk.get(page).content.decode()
    assert rows.all().count() == 3
    desk.post(page, {"post": "yes"})
    assert not rows.all().exists()


def test_the_page_that_asks_carries_all_that_was_filled_in(meeting, desk):
    given = {**TWO_DAYS, "roles": ["focal point", "chair"], "_continue": "Save"}
    shown = desk.post(ADD, given).content.decode()
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', shown)
    assert sorted(field for field in fields if field[0] in given) == sorted(
        (name, value)
        for name, values in given.items()
        for value in (values if isinstance(values, list) else [values])
    )


def test_what_goes_within_minutes_is_counted_by_itself(meeting, desk):
    line = ReminderRule.objects.get(about="due", occasion="first")
    page = reverse("admin:reminders_reminderrule_change", args=[line.pk])
    values = {"about": "due", "occasion": "first", "at": "09:00", "is_on": "on"}
    shown = desk.post(page, values).content.decode()
    assert "<dt>of these within minutes</dt><dd><strong>3</strong></dd>" in shown


def test_a_line_that_leaves_a_state_without_a_reminder_says_so(meeting, desk):
    line = {**TWO_DAYS, "track": str(meeting.track_id), "roles": ["head of department"]}
    shown = desk.post(ADD, line).content.decode()
    assert (
        "No reminder is left before 3 deadlines that have one now: China, Kazakhstan and Kyrgyzstan." in shown
    )


def test_a_line_that_changes_nothing_is_saved_at_once(meeting, desk):
    line = {**TWO_DAYS, "about": "closing", "days": "20"}
    desk.post(ADD, line)
    assert ReminderRule.objects.filter(about="closing", days=20).exists()


@pytest.mark.parametrize("times", [1, 4])
def test_following_the_policy_costs_the_same_for_few_contacts_and_for_many(
    meeting, times, django_assert_max_num_queries
):
    for ministry in {contact.ministry for contact in Contact.objects.all()}:
        for number in range(times * 3):
            ContactFactory(ministry=ministry, email=f"{number}@{ministry.pk}.example.org")
    with django_assert_max_num_queries(40):
        follow_policy()
