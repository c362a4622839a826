"""What staff see of what ministries said by the links of their mails, and decide about it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Due
from secretariat.reminders.models import Delivery, Reply
from secretariat.reminders.replies.recording import record_reply
from secretariat.reminders.sending import send_due
from tests.acts import confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def claim(meeting, sink):
    send_due()
    return say("KG", "submitted", text="Note verbale 12/26")


def say(state, what, **values):
    row = Delivery.objects.get(due__state=state, state="sent")
    record_reply(row, what, **values)
    return Reply.objects.get(delivery=row, what=what)


def receive(claim):
    return f"{reverse('admin:meetings_due_received')}?ids={claim.delivery.due_id}"


def test_today_shows_what_a_ministry_says_and_leads_to_the_page_that_settles_it(claim, desk):
    text = desk.get("/admin/").content.decode()
    assert [part in text for part in ("Ministries say", "Note verbale 12/26", receive(claim))] == [True] * 3
    confirm(desk, receive(claim), {"at_0": "2026-01-01", "at_1": "10:00"})
    assert Due.objects.get(state="KG").status == "received"
    assert "Ministries say" not in desk.get("/admin/").content.decode()


def test_the_deadline_shows_what_was_said_of_it(claim, desk):
    page = reverse("admin:meetings_due_change", args=[claim.delivery.due_id])
    text = desk.get(page).content.decode()
    assert [part in text for part in ("Note verbale 12/26", "says it was submitted", "MFA KG")] == [True] * 3
    other = Due.objects.get(state="KZ")
    assert (
        "Said by the links"
        not in desk.get(reverse("admin:meetings_due_change", args=[other.pk])).content.decode()
    )


def working_day(day):
    """The first one from `day` on: of another the page asks first."""
    return next(each for each in (day + timedelta(days=n) for n in range(3)) if each.isoweekday() < 6)


def test_a_request_leads_to_the_page_that_sets_the_day_with_the_day_asked_for(claim, desk):
    until = working_day(claim.delivery.due.due_on + timedelta(days=9))
    say("KZ", "extension", until=until, text="The minister travels.")
    address = f"{reverse('admin:meetings_due_extended')}?ids={Due.objects.get(state='KZ').pk}&day={until}"
    assert address.replace("&", "&amp;") in desk.get("/admin/").content.decode()
    assert f'value="{until}"' in desk.get(address).content.decode()
    confirm(desk, address, {"day": until.isoformat(), "reason": "agreed by the host"})
    assert Due.objects.get(state="KZ").due_on == until
    assert list(Reply.objects.waiting()) == [claim]


def test_who_is_granted_more_time_is_told_the_new_day(claim, desk, sink):
    until = working_day(claim.delivery.due.due_on + timedelta(days=9))
    request = say("KZ", "extension", until=until, text="The minister travels.")
    address = f"{reverse('admin:meetings_due_extended')}?ids={request.delivery.due_id}"
    confirm(desk, address, {"day": until.isoformat(), "reason": "agreed by the host"})
    sink.accepted.clear()
    send_due()
    assert sink.recipients == ["kz@example.org"]
    assert Delivery.objects.get(due=request.delivery.due_id, state="sent", sequence=1).kind == "changed"


def test_what_is_set_aside_waits_no_longer_and_keeps_its_reason(claim, desk):
    page = reverse("admin:reminders_reply_set_aside", args=[claim.pk])
    assert "Nothing was recorded." in desk.post(page, {"reason": " "}).content.decode()
    desk.post(page, {"reason": "nothing came by any channel"})
    assert (Reply.objects.waiting().count(), Due.objects.get(state="KG").status) == (0, "open")
    shown = desk.get(reverse("admin:reminders_reply_change", args=[claim.pk])).content.decode()
    assert "set aside by aida: nothing came by any channel" in shown
    response = desk.post(page, {"reason": "again"}, follow=True)
    assert [str(message) for message in response.context["messages"]][
        -1
    ] == "This does not wait for anybody any more."


def test_who_may_only_look_sets_nothing_aside(claim, client):
    user = User.objects.create(username="bek", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_reply", "view_due"]))
    client.force_login(user)
    assert (
        client.post(reverse("admin:reminders_reply_set_aside", args=[claim.pk]), {"reason": "x"}).status_code
        == 403
    )
    shown = client.get(reverse("admin:reminders_reply_change", args=[claim.pk])).content.decode()
    shown += client.get(reverse("admin:meetings_due_change", args=[claim.delivery.due_id])).content.decode()
    assert ("set-aside" in shown, "settle/" in shown) == (False, False)


def test_staff_read_a_mail_without_its_links(claim, desk):
    text = desk.get(reverse("admin:reminders_delivery_change", args=[claim.delivery_id])).content.decode()
    assert ("/reply/submitted/…" in text, f"/reply/submitted/{claim.delivery.uid.hex}" in text) == (
        True,
        False,
    )


@pytest.mark.parametrize("address", ["admin:index", "admin:reminders_reply_changelist"])
def test_a_page_costs_as_many_queries_for_many_replies_as_for_one(claim, desk, address):
    costs = []
    for _twice in range(2):
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse(address))
        costs.append(len(queries))
        say("KZ", "submitted") if not costs[1:] else None
        say("CN", "received") if not costs[1:] else None
    assert costs[0] == costs[1]
