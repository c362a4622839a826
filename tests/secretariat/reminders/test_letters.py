"""What the mails say is true of the meeting as it stands, in each language."""

import email
import email.policy
from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.deadlines.dues import pin_due
from meetings.models import Contact, Due, Meeting
from meetings.saving import save_party
from meetings.schedule.moves import cancel_meeting, postpone_meeting
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due
from tests.factories import StateFactory

pytestmark = pytest.mark.django_db
# By language: the beginning of the subject, and what stands in place of the day.
CANCELLED = {
    "en": ("Meeting cancelled: ", "does not take place"),
    "zh": ("会议已取消：", "不举行"),
    "ru": ("Встреча отменена: ", "не состоится"),
}
POSTPONED = {
    "en": ("Meeting postponed: ", "postponed; the new date is not known yet"),
    "zh": ("会议已推迟：", "已推迟，新的日期尚未确定"),
    "ru": ("Встреча отложена: ", "отложено; новая дата пока не известна"),
}


def mails(sink):
    """By language: subject and text, in one line, of what was sent last."""
    found = {}
    for envelope in sink.accepted:
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        text = " ".join(message.get_body(("plain",)).get_content().split())
        found[message["Content-Language"]] = (str(message["Subject"]), text)
    return found


@pytest.mark.parametrize(("act", "words"), [(cancel_meeting, CANCELLED), (postpone_meeting, POSTPONED)])
def test_who_was_told_of_a_deadline_hears_that_the_meeting_is_off_and_no_day_of_it(meeting, sink, act, words):
    send_due()
    sink.accepted.clear()
    act(meeting.pk, actor=None, reason="Storm over the pass")
    send_due()
    assert {language: subject.startswith(words[language][0]) for language, (subject, _t) in mails(sink).items()} == {
        "en": True, "zh": True, "ru": True
    }  # fmt: skip
    for language, (_subject, text) in mails(sink).items():
        assert words[language][1] in text
        assert "Storm over the pass" not in text
        assert f"{meeting.first_on:%Y}" not in text.split(words[language][1])[1]


def test_the_clock_of_the_meetings_place_is_shown_where_a_place_or_a_host_is_known(meeting, sink):
    Meeting.objects.update(zone="Asia/Shanghai", city="", venue="", country=None, host=None)
    send_due()
    assert "At the meeting's place" not in mails(sink)["en"][1]
    sink.accepted.clear()
    Meeting.objects.update(host=StateFactory(code="CN"))
    Delivery.objects.filter(state="pending", contact__language="en").update(next_try_at=timezone.now())
    send_due()
    assert "At the meeting's place" in mails(sink)["en"][1]


def test_a_digest_is_answered_for_each_thing_in_it(meeting, sink, client):
    contact = Contact.objects.get(email="kg@example.org")
    today = contact.day_at(timezone.now())
    pin_due(Due.objects.get(state="KG").pk, day=today + timedelta(days=13), actor=None, reason="Agreed.")
    contact.digest_on = (today + timedelta(days=10)).isoweekday()
    save_party(contact)
    Delivery.objects.filter(kind="digest", contact=contact).update(next_try_at=timezone.now())
    send_due()
    _subject, text = mails(sink)["en"]
    item = Delivery.objects.get(contact=contact, state="carried")
    assert f"{item.due.deadline} · We have submitted it" in text
    assert text.count("/reply/submitted/") == 1
    assert text.count("/reply/extension/") == 1
    link = text.split("/reply/submitted/")[1].split()[0]
    assert client.get(f"/reply/submitted/{link}").status_code == 200
