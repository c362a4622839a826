"""What staff see in the list of deliveries, and by which words they find a mail."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from secretariat.reminders.admin import DeliveryAdmin
from secretariat.reminders.keeping import hold
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due

pytestmark = pytest.mark.django_db
LIST = reverse("admin:reminders_delivery_changelist")
COPIED = (
    "kind",
    "meeting",
    "due",
    "contact",
    "says_due_at",
    "planned_on",
    "planned_hour",
    "zone",
    "expires_at",
)


def due_now(address="kz@example.org"):
    return Delivery.objects.get(contact__email=address, state="pending", planned_at__lte=timezone.now())


@pytest.mark.parametrize(
    ("language", "kept", "took_place"), [("zh-hans", "已暂扣", "已举办"), ("ru", "задержано", "проведено")]
)
def test_a_mail_kept_back_is_not_called_by_the_word_for_a_meeting_that_was_held(
    meeting, desk, language, kept, took_place
):
    hold([due_now().pk], actor=None, reason="The minister writes himself.")
    desk.cookies["django_language"] = language
    ahead = reverse("admin:reminders_delivery_ahead")
    pages = [desk.get(address).content.decode() for address in (f"{LIST}?outcome=held", ahead)]
    assert [(f'chip-late">{kept}<' in page, took_place in page) for page in pages] == [(True, False)] * 2


def shown(desk, query=""):
    return list(desk.get(f"{LIST}{query}").context["cl"].queryset)


def test_the_list_opens_with_what_went_last_and_not_with_what_is_planned_for_next_year(meeting, desk, sink):
    ahead = Delivery.objects.filter(planned_at__gt=timezone.now() + timedelta(days=1))
    assert ahead.count() > 3
    send_due()
    rows = shown(desk)
    assert {row.state for row in rows[:3]} == {"sent"}
    assert [row for row in rows if row in set(ahead)] == []


@pytest.mark.parametrize(
    ("query", "moments"),
    [
        ("?when=today", [0]),
        ("?when=past", [0, -3]),
        ("?when=soon", [1, 6]),
        ("?when=sent", [0, -3, -9]),
        ("?when=ahead", [1, 6, 20]),
        ("?when=any", [20, 6, 1, 0, -3, -9]),
        ("?q=kz%40example.org", [20, 6, 1, 0, -3, -9]),
        ("?outcome=waiting", [20, 6, 1]),
    ],
)
def test_mails_are_found_by_when_they_go_or_went(meeting, desk, query, moments):
    now = timezone.now()
    first = due_now()
    days = {}
    for number, day in enumerate([0, -3, -9, 1, 6, 20]):
        at = now + timedelta(days=day)
        went = {"state": "sent", "sent_at": at} if day <= 0 else {"state": "pending", "next_try_at": at}
        row = Delivery.objects.create(
            **{name: getattr(first, name) for name in COPIED} | {"next_try_at": at, "planned_at": at} | went,
            sequence=100 + number, message_id=f"<{number}@example.org>",
        )  # fmt: skip
        days[row.pk] = day
    assert [days[row.pk] for row in shown(desk, query) if row.pk in days] == moments


def test_a_mail_that_waits_for_the_morning_shows_when_it_goes_and_not_when_it_was_planned(meeting, desk):
    row = due_now()
    planned, goes = datetime(2027, 3, 1, 16, 30, tzinfo=UTC), datetime(2027, 3, 2, 2, tzinfo=UTC)
    Delivery.objects.filter(pk=row.pk).update(planned_at=planned, next_try_at=goes, zone="Asia/Almaty")
    listed = desk.get(f"{LIST}?q=kz%40example.org").content.decode()
    assert ("2 March 2027" in listed, "1 March 2027" in listed) == (True, False)
    page = desk.get(reverse("admin:reminders_delivery_change", args=[row.pk])).content.decode()
    clocks = ["07:00, Asia/Almaty", "21:30, Asia/Almaty", "00:30, Asia/Shanghai"]
    assert [text in page for text in clocks] == [True] * 3
    labels = ["Planned, on the recipient", "Planned, on the desk", "Planned:"]
    assert [text in page for text in labels] == [True, True, False]


def test_today_does_not_say_that_all_mail_was_taken_while_some_waits_for_the_server(meeting, desk, sink):
    claim, waits = "Every mail whose hour has come was taken", "Mail whose hour has come waits"
    told = desk.get("/admin/").content.decode()
    assert (claim in told, waits in told) == (False, True)
    send_due()
    told = desk.get("/admin/").content.decode()
    assert (claim in told, waits in told) == (True, False)


def many(first, *days):
    """So many mails more than the list counts, the first of each day, the rest of the last."""
    moments = [datetime.fromisoformat(f"{day}T06:00+00:00") for day in days]
    moments += moments[-1:] * DeliveryAdmin.list_counted
    shared = {name: getattr(first, name) for name in COPIED}
    return Delivery.objects.bulk_create(
        Delivery(
            **shared | {"planned_at": at, "next_try_at": at},
            state="cancelled",
            sequence=100 + number,
            message_id=f"<{number}@example.org>",
        )
        for number, at in enumerate(moments)
    )


def days_above(desk, query):
    shown = desk.get(f"{LIST}{query}").content.decode().partition('<nav class="toplinks">')[2]
    return re.findall(r">([^<>]+)</a>", shown.partition("</nav>")[0])


def test_a_list_that_is_not_counted_to_its_end_says_so_and_shows_all_days_between_its_ends(meeting, desk):
    many(due_now(), "2020-03-30", "2023-02-27")
    Delivery.objects.filter(goes_at__gt=datetime(2024, 1, 1, tzinfo=UTC)).update(
        next_try_at=datetime(2024, 5, 6, tzinfo=UTC), planned_at=datetime(2024, 5, 6, tzinfo=UTC)
    )
    page = desk.get(f"{LIST}?when=any").content.decode()
    assert ["250+ deliveries" in page, "The first 250 are listed here" in page] == [True, True]
    assert days_above(desk, "?when=any") == ["2020", "2021", "2022", "2023", "2024"]


def test_the_days_above_a_list_that_is_counted_are_those_of_its_rows(meeting, desk):
    many(due_now(), "2020-03-30", "2020-07-02", "2020-07-04", "2023-02-27")
    assert days_above(desk, "?goes_at__year=2020&when=any")[1:] == ["March 2020", "July 2020"]
    july = "?goes_at__year=2020&goes_at__month=7"
    assert "The first 250 are listed here" not in desk.get(f"{LIST}{july}").content.decode()
    assert days_above(desk, july)[1:] == ["2 July", "4 July"]
