"""Who says something by a link, which staff set aside, is told so: once, by its own mail's thread, and only while true."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import Contact, Due
from meetings.saving import save_party
from secretariat.reminders.models import Delivery, ReminderRule, Reply, SettingAside
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.replies.recording import record_reply, set_aside
from secretariat.reminders.sending import send_due
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
WORDS = {"en": "Deadline stays", "ru": "Срок остаётся прежним", "zh": "期限不变"}


@pytest.fixture
def desk(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def asked(meeting, sink):
    """Each state asked for nine more days by the link of its first mail."""
    send_due()
    sink.accepted.clear()
    for row in Delivery.objects.filter(state="sent").select_related("due"):
        until = row.due.due_on + timedelta(days=9)
        record_reply(row, "extension", until=until, text="The minister travels.")
    return {reply.delivery.due.state_id: reply for reply in Reply.objects.select_related("delivery__due")}


def declined(reply, **values):
    return set_aside(reply.pk, actor=UserFactory(), reason="The host insists.", **values)


def texts(sink):
    messages = [email.message_from_bytes(each.content, policy=email.policy.default) for each in sink.accepted]
    return [(str(each["Subject"]), each.get_body(("plain",)).get_content(), each) for each in messages]


def test_a_request_that_is_declined_is_answered_in_the_language_of_who_asked(asked, sink):
    for reply in asked.values():
        declined(reply, is_told=True)
    send_due()
    found = {message["To"].addresses[0].addr_spec: subject for subject, _text, message in texts(sink)}
    assert sorted(found) == ["cn@example.org", "kg@example.org", "kz@example.org"]
    for address, subject in found.items():
        assert subject.startswith(WORDS[Contact.objects.get(email=address).language])


def test_the_answer_says_what_was_asked_and_what_stands_and_not_the_reason(asked, sink):
    reply = asked["KG"]
    declined(reply, is_told=True, note="Please send what you have.")
    send_due()
    [(_subject, text, message)] = texts(sink)
    due = Due.objects.get(state="KG")
    assert f"{(due.due_on + timedelta(days=9)).day} " in text.split("until", 1)[1][:20]
    assert "The deadline stays as it is" in text
    assert "The secretariat adds: Please send what you have." in " ".join(text.split())
    assert "The host insists" not in text
    assert message["In-Reply-To"] == reply.delivery.message_id
    assert "/reply/submitted/" in text


def test_a_claim_that_nothing_bears_out_is_answered_too(meeting, sink):
    send_due()
    sink.accepted.clear()
    row = Delivery.objects.get(due__state="KG", state="sent")
    record_reply(row, "submitted", text="Note verbale 12/26")
    declined(Reply.objects.get(), is_told=True)
    send_due()
    [(subject, text, _message)] = texts(sink)
    assert subject.startswith("Not received so far")
    assert "has not received it" in text


def test_who_is_not_to_be_told_is_not_told(asked, sink):
    declined(asked["KG"])
    assert (send_due(), sink.accepted) == (0, [])


def test_nothing_is_said_twice_and_reminders_go_on(asked, sink):
    planned = Delivery.objects.filter(state="pending").count()
    declined(asked["KG"], is_told=True)
    send_due()
    assert reconcile() == []
    assert (send_due(), len(sink.accepted)) == (0, 1)
    assert Delivery.objects.filter(state="pending").count() == planned


@pytest.mark.parametrize("then", ["granted", "received", "left"])
def test_an_answer_that_is_no_longer_true_before_it_went_does_not_go(asked, sink, then):
    reply = asked["KG"]
    declined(reply, is_told=True)
    assert Delivery.objects.filter(kind="answered", state="pending").count() == 1
    if then == "granted":
        pin_due(reply.delivery.due_id, day=reply.until, actor=None, reason="The host agreed after all.")
    elif then == "received":
        settle_due(reply.delivery.due_id, status="received", at=timezone.now(), actor=None)
    else:
        contact = Contact.objects.get(email="kg@example.org")
        contact.valid_until = contact.day_at(timezone.now()) - timedelta(days=1)
        save_party(contact)
    send_due()
    assert Delivery.objects.get(kind="answered").state == "cancelled"


def test_a_second_request_about_the_same_day_is_answered_as_the_first_was(asked, sink):
    first = asked["KG"]
    declined(first, is_told=True)
    send_due()
    later = Delivery.objects.filter(due=first.delivery.due_id, kind="reminder", state="pending").first()
    Delivery.objects.filter(pk=later.pk).update(next_try_at=timezone.now())
    send_due()
    later.refresh_from_db()
    record_reply(later, "extension", until=first.until, text="Once more.")
    declined(Reply.objects.get(delivery=later), is_told=True)
    send_due()
    assert Delivery.objects.filter(kind="answered", state="sent").count() == 2


def test_it_waits_for_the_morning_and_can_be_ruled_off(asked, sink):
    ReminderRule.objects.filter(occasion="answered").update(is_on=False)
    declined(asked["KG"], is_told=True)
    assert not Delivery.objects.filter(kind="answered").exists()


def test_words_without_a_mail_are_refused_by_the_database(asked):
    with pytest.raises(IntegrityError, match="words_for_the_ministry_are_sent"), transaction.atomic():
        declined(asked["KG"], note="Please hurry.")


def test_staff_choose_on_the_page_whether_it_is_told_and_see_when(asked, desk, sink):
    page = reverse("admin:reminders_reply_set_aside", args=[asked["KG"].pk])
    shown = desk.get(page).content.decode()
    assert "Tell who said it by mail" in shown
    refused = desk.post(page, {"reason": "No.", "note": "Please hurry."}).content.decode()
    assert ("These words go out by mail" in refused, SettingAside.objects.count()) == (True, 0)
    response = desk.post(
        page, {"reason": "No.", "is_told": "on", "note": "Please\r\nhurry."}, follow=True
    ).content.decode()
    assert "MFA KG is told by mail:" in response
    assert "who asked was told: No." in response
    assert SettingAside.objects.get().note == "Please hurry."


def test_staff_hear_when_nobody_can_be_told(asked, desk):
    contact = Contact.objects.get(email="kg@example.org")
    contact.valid_until = contact.day_at(timezone.now()) - timedelta(days=1)
    save_party(contact)
    page = reverse("admin:reminders_reply_set_aside", args=[asked["KG"].pk])
    response = desk.post(page, {"reason": "No.", "is_told": "on"}, follow=True).content.decode()
    assert "No mail goes out" in response
