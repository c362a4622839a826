"""A change is told as what it is: another day, another hour, another zone, place or host; what is over as that."""

from datetime import time, timedelta

import pytest
from django.utils import timezone

from meetings.deadlines.dues import settle_due
from meetings.models import Due, Meeting
from meetings.saving import save_meeting
from meetings.schedule.dates import Precision, Span
from secretariat.reminders.ledger import reconcile_meetings
from secretariat.reminders.sending import send_due
from tests.factories import FollowFactory, StateFactory
from tests.secretariat.reminders.test_letters import mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def followed(meeting, sink):
    """The meeting with an hour, to one English reader who was invited to it."""
    meeting.visibility = "public"
    meeting.take_span(
        Span(Precision.TIME, meeting.first_on, meeting.first_on, "Asia/Almaty", time(9), time(13))
    )
    save_meeting(meeting)
    FollowFactory(contact__email="aida@example.org", contact__language="en", meeting=meeting, track=None)
    reconcile_meetings([meeting.pk])
    send_due()
    sink.accepted.clear()
    return meeting


def mail_to_aida(sink):
    send_due()
    sink.accepted[:] = [each for each in sink.accepted if each.rcpt_tos == ["aida@example.org"]]
    return mails(sink)["en"]


@pytest.mark.parametrize(
    ("change", "begins", "says"),
    [
        ({"host": "KZ"}, "Changed: ", "Changed: Host: not known → "),
        ({"city": "Astana"}, "Changed: ", "Changed: Place: "),
        ({"zone": "Asia/Shanghai"}, "Changed: ", "Changed: Time zone: Almaty → Shanghai"),
        ({"starts": time(15), "ends": time(17)}, "At another hour: ", "Changed: Hour: 09:00 → 15:00"),
        ({"days": 2}, "Moved to ", "Changed: Day: "),
    ],
)
def test_what_changed_is_named_and_only_that(followed, sink, change, begins, says):
    meeting = Meeting.objects.get(pk=followed.pk)
    day = meeting.first_on + timedelta(days=change.get("days", 0))
    for name in ("starts", "ends", "zone", "city"):
        setattr(meeting, name, change.get(name, getattr(meeting, name)))
    meeting.first_on = meeting.last_on = day
    if "host" in change:
        meeting.host = StateFactory(code=change["host"])
    save_meeting(meeting)
    subject, text = mail_to_aida(sink)
    assert (subject.startswith(begins), says in text, text.count("Changed: ") <= 2) == (True, True, True)


def test_a_deadline_that_was_waived_is_told_to_who_was_told_of_it_and_so_is_that_it_stands_again(
    meeting, sink
):
    send_due()
    sink.accepted.clear()
    due = Due.objects.get(state="KG")
    settle_due(due.pk, status="waived", at=None, actor=None, reason="Not needed.")
    send_due()
    assert sink.recipients == ["kg@example.org"]
    assert mails(sink)["en"][0].startswith("No longer required: ")
    sink.accepted.clear()
    settle_due(due.pk, status="open", at=None, actor=None, reason="Needed after all.")
    send_due()
    assert sink.recipients == ["kg@example.org"]
    assert mails(sink)["en"][0].startswith("Due after all ")


def test_thanks_name_what_is_still_open_from_that_state(meeting, sink):
    send_due()
    sink.accepted.clear()
    due = Due.objects.get(state="KG")
    deadline = due.deadline
    deadline.pk, deadline.line, deadline.key = None, None, "speech"
    deadline.titles = {"en": "Text of the speech"}
    deadline.save()
    due_of = Due.objects.get(pk=due.pk)
    due_of.pk, due_of.deadline = None, deadline
    due_of.save()
    settle_due(due.pk, status="received", at=timezone.now() - timedelta(minutes=1), actor=None)
    send_due()
    text = mails(sink)["en"][1]
    assert ("Nothing more is due" in text, "Text of the speech" in text) == (False, True)
