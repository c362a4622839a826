"""Mails held, released, sent again and tried out by staff."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from meetings.deadlines.dues import settle_due
from meetings.models import Contact, Due
from meetings.schedule.moves import move_meeting
from secretariat.reminders.keeping import hold, release, send_again
from secretariat.reminders.message import render
from secretariat.reminders.models import Delivery
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import claim, send_due
from secretariat.reminders.statements import begin_sending
from tests.factories import day_span

pytestmark = pytest.mark.django_db
WHY = {"actor": None, "reason": "The minister writes himself."}


@pytest.fixture
def aida(db):
    user = User.objects.create(username="aida", is_staff=True, email="aida@example.org")
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_delivery", "hold_delivery"]))
    return user


@pytest.fixture
def desk(client, aida):
    client.force_login(aida)
    return client


def due_now(address="kz@example.org"):
    return Delivery.objects.get(contact__email=address, state="pending", planned_at__lte=timezone.now())


def keep_page(what, *rows):
    url = reverse("admin:reminders_delivery_keep", args=[what])
    return f"{url}?ids={','.join(str(row.pk) for row in rows)}"


def last_event(row):
    event = row.events.last()
    return (event.state, event.detail, event.author and event.author.username)


def later(meeting, days):
    return day_span((meeting.first_on + timedelta(days=days)).isoformat())


def test_a_held_mail_does_not_go_until_it_is_released(meeting, desk, sink):
    row = due_now()
    desk.post(keep_page("hold", row), {"reason": "The minister writes himself."})
    send_due()
    assert sink.recipients == ["cn@example.org", "kg@example.org"]
    assert last_event(row) == ("pending", "held: The minister writes himself.", "aida")
    desk.post(keep_page("release", row), {"reason": "He did not."})
    assert last_event(row) == ("pending", "released: He did not.", "aida")
    send_due()
    assert sink.recipients == ["cn@example.org", "kg@example.org", "kz@example.org"]


def test_a_mail_that_a_worker_has_is_taken_from_it_by_a_hold(meeting):
    (row,) = (row for row in claim(10) if row.contact.email == "kz@example.org")
    assert hold([row.pk], **WHY) == 1
    assert begin_sending(row, render(row)) == "not ours"


def test_a_mail_that_is_being_sent_is_not_held(meeting, sink):
    row = due_now()
    send_due()
    assert hold([row.pk], **WHY) == 0


def test_a_held_mail_that_became_untrue_is_cancelled_and_stays_held_when_it_is_true_again(meeting, sink):
    row = due_now()
    hold([row.pk], **WHY)
    due = Due.objects.get(state="KZ")
    settle_due(due.pk, status="waived", at=None, actor=None, reason="Not needed.")
    row.refresh_from_db()
    assert (row.state, row.is_held) == ("cancelled", True)
    settle_due(due.pk, status="open", at=None, actor=None, reason="Needed after all.")
    send_due()
    again = Delivery.objects.get(
        contact=row.contact, kind=row.kind, planned_at=row.planned_at, state="pending"
    )
    assert (again.is_held, sink.recipients) == (True, ["cn@example.org", "kg@example.org"])
    assert reconcile() == []


def test_a_released_mail_that_is_untrue_by_then_does_not_go(meeting, sink):
    row = due_now()
    hold([row.pk], **WHY)
    Due.objects.filter(state="KZ").update(status="waived")  # behind the plan's back
    assert release([row.pk], **WHY) == 1
    assert send_due() == 2
    row.refresh_from_db()
    assert row.state == "cancelled"


@pytest.mark.parametrize("state", ["claimed", "sending", "sent", "uncertain", "failed"])
def test_what_is_held_is_with_no_worker(meeting, state):
    row = due_now()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delivery.objects.filter(pk=row.pk).update(is_held=True, state=state, sent_at=timezone.now())


def test_a_mail_is_sent_again_as_a_new_one_that_is_linked_and_the_first_stays(meeting, desk, sink):
    send_due()
    first = Delivery.objects.get(contact__email="kz@example.org", state="sent")
    Contact.objects.filter(email="kz@example.org").update(email="new@example.org")
    sink.accepted.clear()
    desk.post(keep_page("resend", first), {"reason": "Lost at the ministry."})
    assert (send_due(), sink.recipients) == (1, ["new@example.org"])
    copy = first.copies.get()
    message = email.message_from_bytes(sink.accepted[0].content, policy=email.policy.default)
    assert (message["Message-ID"], message["In-Reply-To"]) == (copy.message_id, first.message_id)
    assert (copy.state, copy.text, copy.recipient) == ("sent", first.text, "new@example.org")
    before = (first.recipient, first.message_id, first.sent_at)
    first.refresh_from_db()
    assert (first.recipient, first.message_id, first.sent_at) == before
    assert last_event(first) == ("sent", f"sent again as {copy.message_id}: Lost at the ministry.", "aida")
    assert reconcile() == []


def test_what_is_no_longer_true_is_not_sent_again(meeting, sink):
    send_due()
    first = Delivery.objects.get(contact__email="kz@example.org", state="sent")
    assert send_again([first.pk], **WHY) == 1
    move_meeting(meeting.pk, to=later(meeting, 30), actor=None, reason="Agreed.")
    assert first.copies.get().state == "cancelled"
    assert send_again([first.pk], **WHY) == 0
    send_due()
    assert set(
        Delivery.objects.filter(contact=first.contact, state="sent").values_list("kind", flat=True)
    ) == {
        "reminder",
        "changed",
    }


def test_a_mail_is_sent_again_once_at_a_time(meeting, sink):
    send_due()
    first = Delivery.objects.get(contact__email="kz@example.org", state="sent")
    assert (send_again([first.pk], **WHY), send_again([first.pk], **WHY)) == (1, 0)
    copy = first.copies.get()
    copy.pk, copy.uid, copy.message_id = None, meeting.uid, "<other@example.org>"
    with pytest.raises(IntegrityError), transaction.atomic():
        copy.save(force_insert=True)


def test_a_copy_does_not_keep_the_next_reminder_from_going(meeting, sink):
    send_due()
    first = Delivery.objects.get(contact__email="kz@example.org", state="sent")
    send_again([first.pk], **WHY)
    send_due()
    past = timezone.now() - timedelta(seconds=1)
    mine = Delivery.objects.filter(contact=first.contact, kind="reminder", offset_code="P1D")
    mine.update(planned_at=past, next_try_at=past)
    Delivery.objects.filter(kind="overdue").update(state="cancelled")
    assert send_due() == 1


def test_a_test_goes_to_who_asks_and_changes_nothing_but_the_record(meeting, desk, sink):
    row = due_now()
    before = Delivery.objects.values().get(pk=row.pk)
    assert 'name="reason"' not in desk.get(keep_page("test", row)).content.decode()
    desk.post(keep_page("test", row))
    assert sink.recipients == ["aida@example.org"]
    message = email.message_from_bytes(sink.accepted[0].content, policy=email.policy.default)
    assert message["To"] == "aida <aida@example.org>"
    assert message["Message-ID"] != row.message_id
    assert "Казахстан, срок представления" in message.get_body(("plain",)).get_content()
    assert Delivery.objects.values().get(pk=row.pk) == before
    assert last_event(row) == ("pending", "test sent to aida@example.org: ", "aida")


def test_a_test_needs_an_address_of_ones_own(meeting, desk, aida, sink):
    User.objects.update(email="")
    aida.user_permissions.add(Permission.objects.get(codename="change_user"))
    for ask in (desk.get, desk.post):
        page = ask(keep_page("test", due_now())).content.decode()
        assert "Your account has no e-mail address" in page
        account = reverse("admin:auth_user_change", args=[aida.pk])
        assert (f'href="{account}"' in page, 'value="Send to me"' in page) == (True, False)
    assert sink.accepted == []


@pytest.mark.parametrize("what", ["hold", "release", "resend", "test"])
def test_each_act_needs_its_permission_and_a_reason(meeting, desk, aida, sink, what):
    row = due_now()
    if what == "release":
        hold([row.pk], **WHY)
    if what == "resend":
        send_due()
    sink.accepted.clear()
    events = row.events.count()
    if what != "test":
        assert "Nothing was recorded." in desk.post(keep_page(what, row), {"reason": " "}).content.decode()
    aida.user_permissions.remove(Permission.objects.get(codename="hold_delivery"))
    assert desk.post(keep_page(what, row), {"reason": "Because."}).status_code == 403
    assert (row.events.count(), sink.accepted) == (events, [])


def test_held_mails_are_counted_on_the_start_page_with_a_link_to_them(meeting, client, user):
    client.force_login(user)
    address = f"{reverse('admin:reminders_delivery_changelist')}?outcome=held"
    assert address not in client.get(reverse("admin:index")).content.decode()
    row = due_now()
    hold([row.pk], **WHY)
    page = client.get(reverse("admin:index")).content.decode()
    assert (address in page, "1 mail is held" in page) == (True, True)
    assert list(client.get(address).context["cl"].queryset) == [row]


def test_those_ticked_in_the_list_are_held_together(meeting, desk):
    rows = list(Delivery.objects.filter(planned_at__lte=timezone.now()))
    url = reverse("admin:reminders_delivery_changelist")
    response = desk.post(url, {"action": "hold_chosen", "_selected_action": [row.pk for row in rows]})
    desk.post(response.headers["Location"], {"reason": "The host is about to move it."})
    assert Delivery.objects.held().count() == len(rows) == 3


def test_mails_that_are_true_one_by_one_are_sent_again_together(meeting, desk, sink):
    """Of a move is told who knew the former day: ticked with the mail that told it, the notice stays true."""
    send_due()
    move_meeting(meeting.pk, to=later(meeting, 7), actor=None, reason="The host asked.")
    send_due()
    told = Delivery.objects.filter(contact__email="kz@example.org", state="sent").order_by("pk")
    assert [row.kind for row in told] == ["reminder", "changed"]
    page = desk.get(keep_page("resend", *told)).content.decode()
    assert page.count("It is not sent again.") == 1
    assert send_again([row.pk for row in told], **WHY) == 1
    assert Delivery.objects.get(resends__isnull=False).kind == "changed"
