"""Before a meeting is moved, postponed or cancelled, staff see who is told of it at once."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from meetings.models import Meeting
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due
from tests.acts import confirm, look

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, admin_user):
    client.force_login(admin_user)
    return client


def told(page):
    """By state, as the page says it, whatever the moment."""
    text = " ".join(page.split('id="told-title"')[1].split("</section>")[0].split())
    return re.findall(
        r"<strong>([^<]+)</strong><br><span class=\"quiet\"> (\d+ mails?) · people: (\d+)", text
    )


def moved(desk, meeting, do=look):
    values = {
        "precision": "day",
        "first_on": meeting.first_on.replace(day=28).isoformat(),
        "zone": meeting.zone,
        "reason": "Asked for.",
    }
    url = reverse("admin:meetings_meeting_move", args=[meeting.pk])
    return do(desk, url, values).content.decode()


ALL = [("China", "1 mail", "1"), ("Kazakhstan", "1 mail", "1"), ("Kyrgyzstan", "1 mail", "1")]


def test_a_cancellation_shows_whom_it_tells_and_writes_nothing(meeting, sink, desk):
    send_due()
    before = list(Delivery.objects.order_by("pk").values_list("pk", "state"))
    page = desk.get(reverse("admin:meetings_meeting_cancel", args=[meeting.pk])).content.decode()
    assert told(page) == ALL
    assert list(Delivery.objects.order_by("pk").values_list("pk", "state")) == before
    assert Meeting.objects.get().status == "confirmed"


def test_where_nobody_was_told_yet_nobody_is_told(meeting, desk):
    Delivery.objects.update(next_try_at=timezone.now())
    page = desk.get(reverse("admin:meetings_meeting_cancel", args=[meeting.pk])).content.decode()
    assert "No mail goes because of this." in page


def test_a_postponement_without_a_date_shows_it_too(meeting, sink, desk):
    send_due()
    url = reverse("admin:meetings_meeting_postpone", args=[meeting.pk])
    values = {"until": "later", "reason": "Asked for."}
    assert told(desk.post(url, values).content.decode()) == ALL


def test_what_is_shown_before_a_move_is_what_goes(meeting, sink, desk):
    send_due()
    sink.accepted.clear()
    assert told(moved(desk, meeting)) == ALL
    moved(desk, meeting, confirm)
    send_due()
    assert sink.recipients == ["cn@example.org", "kg@example.org", "kz@example.org"]
