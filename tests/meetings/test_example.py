"""The example set comes and goes; what was sent to it stays."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone

from meetings.example import load_example, remove_example
from meetings.models import Contact, Deadline, DeadlineTemplate, Due, Meeting, Ministry, Responsibility, Track
from meetings.saving import save_meeting
from meetings.schedule.moves import move_meeting
from secretariat.feed.models import FeedItem
from secretariat.reminders.models import Delivery
from secretariat.reminders.subjects import dues
from tests.factories import day_span

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("record")]


def summit():
    return Meeting.objects.get(track__slug="summit", ordinal=3)


def the_meeting():
    return Meeting.objects.get(is_example=True, ordinal=None)


def test_the_set_is_marked_and_gives_the_main_job_something_to_do_at_once(capsys):
    call_command("load_example")
    assert capsys.readouterr().out == "example set: loaded\n"
    assert set(Contact.objects.values_list("is_example", flat=True)) == {True}
    assert set(Ministry.objects.values_list("is_example", flat=True)) == {True}
    assert set(Responsibility.objects.values_list("is_example", flat=True)) == {True}
    assert sorted(Contact.objects.values_list("ministry__state", "language", "email")) == [
        ("CN", "en", "fm-cn-en@example.org"),
        ("CN", "zh", "fm-cn@example.org"),
        ("CN", "zh", "ny-cn@example.org"),
        ("KG", "ru", "fm-kg@example.org"),
        ("KZ", "en", "fm-kz-en@example.org"),
        ("KZ", "ru", "fm-kz@example.org"),
        ("KZ", "ru", "geneva-kz@example.org"),
        ("TJ", "ru", "fm-tj@example.org"),
        ("TM", "ru", "fm-tm@example.org"),
        ("UZ", "en", "fm-uz@example.org"),
    ]
    assert (summit().first_on.isoformat(), summit().status) == ("2027-06-17", "proposed")
    assert Due.objects.filter(deadline__meeting=summit()).count() == 24
    assert Delivery.objects.filter(state="pending").exists()


def test_at_any_hour_of_a_week_the_first_start_sends_a_reminder_within_a_minute():
    silent = []
    for day in range(7):
        midnight = datetime.fromisoformat("2026-11-30T00:00Z") + timedelta(days=day)
        with time_machine.travel(midnight, tick=False), transaction.atomic():
            load_example(midnight.date())
            meetings = list(Meeting.objects.filter(is_example=True).values_list("pk", flat=True))
            for hour in range(24):
                now = midnight + timedelta(hours=hour)
                goes = [
                    wanted.goes_at or wanted.planned_at for _meeting, wanted in dues.plan(meetings, {}, now)
                ]
                if not any(now <= at <= now + timedelta(minutes=1) for at in goes):
                    silent.append(f"{now:%a %H}")
            transaction.set_rollback(True)
    assert silent == []


def test_the_meeting_invents_no_host_and_no_number():
    call_command("load_example")
    meeting = the_meeting()
    assert (meeting.host, meeting.ordinal, meeting.visibility) == (None, None, "public")
    assert {text.split()[0] for text in meeting.titles.values()} == {"EXAMPLE", "【示例】外长会晤", "ПРИМЕР"}


@pytest.mark.parametrize(
    "today", ["2026-11-24", "2026-12-30", "2026-10-02", "2027-05-03", "2027-03-20", "2027-02-05"]
)
def test_the_first_deadlines_lie_ahead_and_near_even_before_a_long_holiday(today):
    load_example(date.fromisoformat(today))
    days = Due.objects.filter(deadline__meeting=the_meeting(), deadline__offset_days=-60)
    ahead = [(day - date.fromisoformat(today)).days for day in days.values_list("due_on", flat=True)]
    assert len(ahead) == 6
    assert (min(ahead) >= 1, max(ahead) <= 10) == (True, True)


def test_loading_it_twice_is_loading_it_once(capsys):
    for _twice in range(2):
        call_command("load_example")
    assert capsys.readouterr().out == "example set: loaded\nexample set: already there\n"
    assert (Contact.objects.count(), Meeting.objects.filter(is_example=True).count()) == (10, 2)


def test_production_refuses_it(settings):
    settings.LOCAL = False
    with pytest.raises(CommandError, match="production never loads it"):
        call_command("load_example")
    assert Contact.objects.count() == 0


def test_removing_it_gives_the_summit_its_recorded_date_back_and_stops_all_mail(capsys):
    call_command("load_example")
    call_command("remove_example")
    call_command("remove_example")
    assert capsys.readouterr().out.splitlines()[-2:] == ["example set: removed", "example set: there is none"]
    restored = summit()
    assert (restored.precision, restored.status, restored.is_example) == ("year", "confirmed", False)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(Meeting.objects.filter(is_example=True).values_list("status", flat=True)) == {"cancelled"}
    assert set(Due.objects.values_list("status", flat=True)) == {"withdrawn"}
    assert set(Track.objects.values_list("deadline_template", flat=True)) == {None}


def test_the_contacts_leave_office_at_once_each_on_its_own_calendar():
    evening = datetime(
        2026, 11, 24, 17, 30, tzinfo=UTC
    )  # the 25th in China already, still the 24th elsewhere
    with time_machine.travel(evening, tick=False):
        call_command("load_example")
        call_command("remove_example")
        assert Contact.objects.in_office(evening).count() == 0
    last_days = set(Contact.objects.values_list("ministry__state", "valid_until"))
    assert {(state, day.isoformat()) for state, day in last_days} == {
        ("CN", "2026-11-24"),
        ("CN", "2026-11-23"),  # its mission at New York
        ("KG", "2026-11-23"),
        ("KZ", "2026-11-23"),
        ("TJ", "2026-11-23"),
        ("TM", "2026-11-23"),
        ("UZ", "2026-11-23"),
    }


def test_what_was_sent_survives_the_removal_as_it_was():
    call_command("load_example")
    sent = Delivery.objects.filter(meeting=the_meeting()).first()
    Delivery.objects.filter(pk=sent.pk).update(
        state="sent", sent_at=timezone.now(), recipient="fm-cn@example.org"
    )
    before = Delivery.objects.filter(pk=sent.pk).values().get()
    call_command("remove_example")
    assert Delivery.objects.filter(pk=sent.pk).values().get() == before
    assert Delivery.objects.exclude(state__in=["sent", "cancelled"]).count() == 0
    assert the_meeting().status == "cancelled"


def test_what_nobody_was_told_of_is_deleted_and_the_feed_says_so():
    Responsibility.objects.all().delete()
    load_example(date(2000, 1, 3))  # all of the meeting's deadlines are long past: no reminder is planned
    meeting = the_meeting()
    assert Delivery.objects.filter(meeting=meeting).count() == 0
    remove_example(datetime(2000, 1, 3, tzinfo=UTC))
    assert Meeting.objects.filter(is_example=True).count() == 0
    items = FeedItem.objects.filter(uid=meeting.uid).values_list("removed", "reason")
    assert set(items) == {(True, "deleted")}


def test_a_summit_date_that_the_desk_decided_since_stays():
    call_command("load_example")
    move_meeting(summit().pk, to=day_span("2027-06-24"), actor=None, reason="agreed by note verbale")
    confirmed = summit()
    confirmed.status = Meeting.Status.CONFIRMED
    save_meeting(confirmed, reason="agreed by note verbale")
    call_command("remove_example")
    after = summit()
    assert (after.span, after.status, after.is_example) == (day_span("2027-06-24"), "confirmed", False)


def test_it_can_come_again_after_it_went():
    call_command("load_example")
    call_command("remove_example")
    call_command("load_example")
    templates = DeadlineTemplate.objects.filter(slug=None)  # beside the shipped sets
    assert (Contact.objects.count(), Ministry.objects.count(), templates.count()) == (10, 6, 2)
    assert Deadline.objects.filter(meeting=summit()).count() == 4
    open_meetings = Meeting.objects.filter(is_example=True, ordinal=None).exclude(status="cancelled")
    assert open_meetings.count() == 1
    assert Delivery.objects.filter(state="pending", meeting=open_meetings.get()).exists()
    assert Delivery.objects.filter(state="pending", meeting=summit()).exists()


def test_a_reload_of_the_record_leaves_the_example_date():
    call_command("load_example")
    call_command("load_mechanism")
    assert (summit().first_on, summit().status) == (date(2027, 6, 17), "proposed")


def test_a_later_start_does_not_bring_back_what_was_removed():
    call_command("load_example", "--first-run")
    call_command("remove_example")
    call_command("load_example", "--first-run")
    assert not Contact.objects.filter(is_example=True).in_office(timezone.now()).exists()
    assert summit().precision == "year"


def test_a_date_that_nobody_proposed_is_marked_wherever_it_shows(desk):
    call_command("load_example")
    meeting = summit()
    for page in (
        "/admin/", "/admin/meetings/meeting/", f"/admin/meetings/meeting/{meeting.pk}/change/",
        f"/admin/meetings/meeting/{meeting.pk}/move/",
    ):  # fmt: skip
        text = desk.get(page).content.decode()
        assert "[EXAMPLE DATE]" in text or "example date" in text, page
    assert (str(the_meeting())[:7], str(meeting)[:14]) == ("EXAMPLE", "[EXAMPLE DATE]")
