"""What a person decides of mails: those of which nobody knows whether they arrived, and refused ones."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from meetings.models import Contact
from meetings.schedule.moves import move_meeting
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due
from tests.factories import day_span

pytestmark = pytest.mark.django_db


@pytest.fixture
def aida(db):
    user = User.objects.create(username="aida", is_staff=True)
    names = ["view_delivery", "settle_delivery"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    return user


@pytest.fixture
def desk(client, aida):
    client.force_login(aida)
    return client


@pytest.fixture
def uncertain(meeting, sink):
    """Three mails whose answers were lost; the sink has them all."""
    sink.answers.update(dict.fromkeys(["cn@example.org", "kg@example.org", "kz@example.org"], "data drop"))
    for _each in range(3):  # a lost connection ends the tick
        send_due()
    sink.answers.clear()
    rows = list(Delivery.objects.filter(state="uncertain").order_by("pk"))
    assert len(rows) == 3
    return rows


def page_of(what, rows):
    return f"{reverse('admin:reminders_delivery_settle', args=[what])}?ids={','.join(str(row.pk) for row in rows)}"


def last_event(row):
    event = row.events.last()
    return (event.state, event.detail, event.author and event.author.username)


def test_a_person_records_that_it_arrived_and_nothing_is_sent(uncertain, desk, sink):
    [row, *_others] = uncertain
    sink.accepted.clear()
    desk.post(page_of("arrival", [row]), {"what": "arrived", "reason": "Astana confirmed by telephone"})
    send_due()
    row.refresh_from_db()
    assert (row.state, row.sent_at, sink.recipients) == ("sent", row.dated_at, [])
    assert last_event(row) == ("sent", "settled: Astana confirmed by telephone", "aida")


def test_a_person_has_the_same_message_sent_again(uncertain, desk, sink):
    before = {envelope.rcpt_tos[0]: envelope.content for envelope in sink.accepted}
    sink.accepted.clear()
    desk.post(page_of("arrival", uncertain), {"what": "again", "reason": "not in the server's log"})
    send_due()
    assert {envelope.rcpt_tos[0]: envelope.content for envelope in sink.accepted} == before
    assert {row.state for row in Delivery.objects.filter(pk__in=[row.pk for row in uncertain])} == {"sent"}


@pytest.mark.parametrize(
    "values", [{"what": "arrived"}, {"what": "again", "reason": " "}, {"reason": "heard so"}, {}]
)
def test_without_an_answer_and_a_reason_nothing_is_recorded(uncertain, desk, values):
    response = desk.post(page_of("arrival", uncertain), values)
    assert "Nothing was recorded." in response.content.decode()
    assert Delivery.objects.filter(state="uncertain").count() == 3


def test_what_sending_again_would_do_is_said_before(uncertain, meeting, desk):
    text = desk.get(page_of("arrival", uncertain[:1])).content.decode()
    assert f"It goes to {uncertain[0].contact.email}." in text
    assert uncertain[0].message_id.strip("<>") in text
    to = day_span((meeting.first_on + timedelta(days=100)).isoformat())
    move_meeting(meeting.pk, to=to, actor=None, reason="the host asked")
    text = desk.get(page_of("arrival", uncertain[:1])).content.decode()
    assert '<span class="chip chip-late">It stays unsent.</span> The deadline was moved since.' in text


def test_what_is_no_longer_true_is_not_sent_again_whatever_is_chosen(uncertain, meeting, desk, sink):
    to = day_span((meeting.first_on + timedelta(days=100)).isoformat())
    move_meeting(meeting.pk, to=to, actor=None, reason="the host asked")
    desk.post(page_of("arrival", uncertain), {"what": "again", "reason": "not in the server's log"})
    sink.accepted.clear()
    send_due()
    # Who was never told of the former day hears of the new one by its own reminders, not that it moved.
    assert sink.accepted == []
    waiting = Delivery.objects.filter(state="pending").values_list("kind", flat=True)
    assert set(waiting) == {"reminder", "overdue"}
    assert set(
        Delivery.objects.filter(pk__in=[row.pk for row in uncertain]).values_list("state", flat=True)
    ) == {"cancelled"}


def test_who_may_only_look_does_not_settle(uncertain, aida, desk):
    aida.user_permissions.set(Permission.objects.filter(codename="view_delivery"))
    values = {"what": "arrived", "reason": "heard so"}
    assert desk.post(page_of("arrival", uncertain), values).status_code == 403
    assert desk.get(page_of("refusal", uncertain)).status_code == 403
    shown = desk.get(reverse("admin:reminders_delivery_change", args=[uncertain[0].pk])).content.decode()
    assert "settle/" not in shown + desk.get("/admin/").content.decode()


def test_those_ticked_in_the_list_are_settled_on_one_page(uncertain, desk):
    sent_and_uncertain = Delivery.objects.values_list("pk", flat=True)
    ticked = {"action": "settle_arrival", "_selected_action": list(sent_and_uncertain)}
    response = desk.post(reverse("admin:reminders_delivery_changelist"), ticked, follow=True)
    assert [mail["row"].pk for mail in response.context["mails"]] == [row.pk for row in uncertain]
    nothing = {**ticked, "action": "settle_refusal"}
    response = desk.post(reverse("admin:reminders_delivery_changelist"), nothing, follow=True)
    assert [str(message) for message in response.context["messages"]] == ["Choose mails that failed."]


def test_the_page_costs_as_many_queries_for_three_mails_as_for_one(uncertain, desk):
    costs = []
    for rows in (uncertain[:1], uncertain):
        with CaptureQueriesContext(connection) as queries:
            desk.get(page_of("arrival", rows))
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_today_leads_to_the_page_of_each_mail(uncertain, desk):
    text = desk.get("/admin/").content.decode()
    assert [page_of("arrival", [row]) in text for row in uncertain] == [True, True, True]


def test_what_was_settled_meanwhile_is_settled_once(uncertain, desk):
    address, values = page_of("arrival", uncertain), {"what": "arrived", "reason": "seen in the log"}
    desk.post(address, values)
    events = uncertain[0].events.count()
    response = desk.post(address, {**values, "what": "again"}, follow=True)
    assert [str(message) for message in response.context["messages"]][-1] == "This is settled already."
    assert uncertain[0].events.count() == events


def test_a_refused_mail_is_tried_again_at_the_address_put_right(meeting, sink, desk):
    sink.answers["kz@example.org"] = "550 no such mailbox"
    send_due()
    row = Delivery.objects.get(state="failed")
    Contact.objects.filter(pk=row.contact_id).update(email="desk.kz@example.org", is_undeliverable=False)
    assert "It goes to desk.kz@example.org." in desk.get(page_of("refusal", [row])).content.decode()
    sink.accepted.clear()
    desk.post(page_of("refusal", [row]), {"reason": "the embassy gave another address"})
    send_due()
    row.refresh_from_db()
    assert (row.state, sink.recipients) == ("sent", ["desk.kz@example.org"])
    assert [(event.state, event.detail, event.author_id is not None) for event in row.events.all()][1:3] == [
        ("failed", "550 no such mailbox", False),
        ("pending", "to be tried again: the embassy gave another address", True),
    ]
