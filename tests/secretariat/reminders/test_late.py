"""Mail that does not go at its hour: staff see it while it waits, and what could not be sent in time is not forgotten."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.deadlines.dues import settle_due
from meetings.models import Due
from meetings.schedule.moves import move_meeting
from secretariat.reminders.ledger import reconcile_deliveries
from secretariat.reminders.letters import letter_of
from secretariat.reminders.models import Delivery, ReminderRule
from secretariat.reminders.sending import send_due
from secretariat.reminders.subjects import dues
from tests.factories import day_span
from tests.secretariat.reminders.test_settle_pages import aida, desk, last_event, page_of  # noqa: F401

pytestmark = pytest.mark.django_db

LIST = reverse("admin:reminders_delivery_changelist")


def ago(**how_long):
    return timezone.now() - timedelta(**how_long)


def waiting_since(at, **values):
    """The three mails that are due now, as if they had been since `at`."""
    rows = Delivery.objects.filter(next_try_at__lte=timezone.now())
    keys = list(rows.values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=keys).update(**{"planned_at": at, "next_try_at": at, **values})
    return sorted(keys)


def after_the_deadline(meeting):
    """The service was away until a minute after the deadline."""
    now = Due.objects.latest("due_at").due_at + timedelta(minutes=1)
    reconcile_deliveries(dues, [meeting.pk], now=now)
    return Delivery.objects.filter(state="lapsed")


@pytest.mark.parametrize(
    ("since", "values", "is_late"),
    [
        ({"minutes": 9}, {}, False),
        ({"minutes": 11}, {}, True),
        ({"minutes": 11}, {"is_held": True}, False),
        ({"minutes": 11}, {"is_item": True}, False),
        # Put off by its server, with another try to come.
        ({"minutes": 59}, {"state": "deferred", "next_try_at": ago(hours=-1)}, False),
        ({"minutes": 61}, {"state": "deferred", "next_try_at": ago(hours=-1)}, True),
        # In quiet hours it waits although it was planned.
        ({"minutes": 61}, {"next_try_at": ago(hours=-1)}, False),
    ],
)
def test_a_mail_is_late_when_nobody_takes_it_or_its_server_puts_it_off_for_an_hour(
    meeting, since, values, is_late
):
    keys = waiting_since(ago(**since), **values)
    assert sorted(Delivery.objects.late(timezone.now()).values_list("pk", flat=True)) == keys * is_late


def test_today_says_that_mail_does_not_go_out_and_leads_to_it(meeting, desk, sink):  # noqa: F811
    keys = waiting_since(ago(hours=3))
    page = desk.get("/admin/")
    text = page.content.decode()
    assert "Mail does not go out" in text
    assert "Every mail whose hour has come was taken" not in text
    listed = desk.get(page.context["late"]["url"]).context["cl"].result_list
    assert (page.context["late"]["count"], sorted(row.pk for row in listed)) == (3, keys)
    send_due()
    text = desk.get("/admin/").content.decode()
    assert "Mail does not go out" not in text
    assert "Every mail whose hour has come was taken" in text


def test_what_could_not_be_sent_before_its_deadline_lapses_and_the_overdue_notice_waits(meeting, sink):
    lapsed = after_the_deadline(meeting)
    assert set(lapsed.values_list("kind", flat=True)) == {"reminder"}
    assert set(lapsed.values_list("contact__email", flat=True)) == {
        f"{code}@example.org" for code in ("cn", "kg", "kz")
    }
    assert set(Delivery.objects.filter(state="pending").values_list("kind", flat=True)) == {"overdue"}
    assert last_event(lapsed[0]) == ("lapsed", "its time passed before it could be sent", None)
    assert (send_due(), sink.accepted) == (0, [])


def test_that_an_earlier_reminder_arrived_does_not_hide_that_the_last_one_did_not(meeting, sink):
    assert send_due() == 3
    lapsed = after_the_deadline(meeting)
    assert set(lapsed.values_list("kind", "offset_code")) == {("reminder", "P3D"), ("reminder", "P1D")}
    assert lapsed.count() == 6


def test_an_overdue_notice_that_a_later_one_takes_the_place_of_is_no_loss(meeting, sink):
    due = Due.objects.latest("due_at")
    reconcile_deliveries(dues, [meeting.pk], now=due.due_at + timedelta(days=5))
    assert not Delivery.objects.filter(kind="overdue", state="lapsed").exists()
    reconcile_deliveries(dues, [meeting.pk], now=due.due_at + timedelta(days=9))
    states = Delivery.objects.filter(kind="overdue").values_list("offset_code", "state").distinct()
    assert set(states) == {("P1D", "cancelled"), ("P7D", "pending")}


def test_what_lapsed_by_a_clock_that_ran_ahead_goes_when_the_clock_is_right(meeting, sink):
    assert after_the_deadline(meeting).exists()
    reconcile_deliveries(dues, [meeting.pk])
    assert not Delivery.objects.filter(state="lapsed").exists()
    assert (send_due(), len(sink.accepted)) == (3, 3)
    assert reconcile_deliveries(dues, [meeting.pk]) == []


def test_one_whose_time_is_over_when_its_turn_comes_lapses(meeting, sink):
    [first, *_others] = waiting_since(ago(minutes=1))
    Delivery.objects.filter(next_try_at__gt=timezone.now()).update(state="cancelled")
    Delivery.objects.filter(pk=first).update(expires_at=ago(seconds=1))
    assert send_due() == 2
    assert last_event(Delivery.objects.get(state="lapsed"))[:2] == (
        "lapsed",
        "its time passed before it could be sent",
    )


def test_of_overdue_notices_whose_time_is_over_when_their_turn_comes_only_the_last_is_a_loss(meeting, sink):
    due = Due.objects.get(state="KZ")
    reconcile_deliveries(dues, [meeting.pk], now=due.due_at + timedelta(minutes=1))
    notices = Delivery.objects.filter(due=due, kind="overdue").order_by("planned_at")
    first, last = notices
    for row, days in ((first, 9), (last, 3)):
        Delivery.objects.filter(pk=row.pk).update(
            planned_at=ago(days=days), next_try_at=ago(days=days), expires_at=ago(days=days - 7)
        )
    assert send_due() == 1
    assert list(notices.values_list("offset_code", "state")) == [("P1D", "cancelled"), ("P7D", "sent")]


def test_what_was_settled_before_or_held_back_is_no_loss(meeting):
    for due in Due.objects.filter(state="KZ"):
        settle_due(due.pk, status="received", at=timezone.now(), actor=None)
    Delivery.objects.filter(contact__email="cn@example.org").update(is_held=True)
    lapsed = after_the_deadline(meeting).filter(kind="reminder")
    assert set(lapsed.values_list("contact__email", flat=True)) == {"kg@example.org"}


def test_who_could_not_be_reminded_hears_of_a_new_date_by_its_own_reminders(meeting, sink):
    after_the_deadline(meeting)
    to = day_span((meeting.first_on + timedelta(days=100)).isoformat())
    move_meeting(meeting.pk, to=to, actor=None, reason="the host asked")
    assert set(Delivery.objects.filter(state="pending").values_list("kind", flat=True)) == {
        "reminder",
        "overdue",
    }
    assert Delivery.objects.filter(state="lapsed").exists()


@pytest.mark.parametrize(
    ("states", "is_told"),
    [({"P1D": "sent", "P3D": "lapsed"}, True), ({"P1D": "uncertain"}, False), ({"P1D": "lapsed"}, False)],
)
def test_an_escalation_speaks_of_reminders_only_where_the_ministry_had_one(meeting, states, is_told):
    ReminderRule.objects.create(occasion="escalated", days=2)
    reconcile_deliveries(dues, [meeting.pk])
    ofit = Delivery.objects.filter(contact__email="kg@example.org")
    ofit.filter(kind__in=["reminder", "overdue"]).update(state="cancelled")
    for code, state in states.items():
        ofit.filter(kind="reminder", offset_code=code).update(state=state, sent_at=timezone.now())
    row = ofit.get(kind="escalated")
    row.planned_at = ago(minutes=1)
    assert ("although your ministry was reminded" in letter_of(row).lead) is is_told


def test_the_preview_of_an_escalation_counts_with_the_reminders_before_it(meeting):
    ReminderRule.objects.create(occasion="escalated", days=2)
    reconcile_deliveries(dues, [meeting.pk])
    row = Delivery.objects.filter(contact__email="kg@example.org").get(kind="escalated")
    assert "although your ministry was reminded" in letter_of(row).lead


def test_a_person_notes_what_was_done_and_nothing_is_sent(meeting, desk, sink):  # noqa: F811
    rows = list(after_the_deadline(meeting))
    text = desk.get("/admin/").content.decode()
    assert [page_of("lapse", [row]) in text for row in rows[:10]] == [True] * len(rows[:10])
    page = desk.get(page_of("lapse", rows)).content.decode()
    assert "not sent any more" in page
    assert "It goes to" not in page
    desk.post(page_of("lapse", rows), {"reason": "told by telephone"})
    assert send_due() == 0
    assert [last_event(row) for row in rows] == [
        ("cancelled", "not sent in time: told by telephone", "aida")
    ] * len(rows)
    assert (
        reconcile_deliveries(dues, [meeting.pk], now=Due.objects.latest("due_at").due_at + timedelta(hours=1))
        == []
    )
    assert "not sent in time" not in desk.get("/admin/").content.decode()


def test_without_a_word_on_what_was_done_a_lapse_is_not_noted(meeting, desk):  # noqa: F811
    rows = list(after_the_deadline(meeting))
    response = desk.post(page_of("lapse", rows), {"reason": " "})
    assert "Nothing was recorded." in response.content.decode()
    assert Delivery.objects.filter(state="lapsed").count() == len(rows)


def test_those_ticked_in_the_list_are_noted_on_one_page(meeting, desk):  # noqa: F811
    rows = list(after_the_deadline(meeting))
    ticked = {
        "action": "settle_lapse",
        "_selected_action": list(Delivery.objects.values_list("pk", flat=True)),
    }
    response = desk.post(f"{LIST}?outcome=unsettled", ticked, follow=True)
    assert {mail["row"].pk for mail in response.context["mails"]} == {row.pk for row in rows}
