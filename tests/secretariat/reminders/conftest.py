"""A real SMTP server in the test process, and a meeting with deadlines and contacts."""

from datetime import timedelta

import pytest
from aiosmtpd.controller import Controller
from django.utils import timezone

from meetings.models import Meeting
from meetings.saving import save_meeting
from secretariat.localstack.processes import free_port
from secretariat.reminders.models import ReminderRule
from tests.factories import (
    ContactFactory,
    MinistryFactory,
    ResponsibilityFactory,
    StateFactory,
    TemplateLineFactory,
    TrackFactory,
    day_span,
)


@pytest.fixture(autouse=True)
def no_night(request):
    """What goes at once goes at whatever hour the tests run; those of quiet hours set their own."""
    if request.node.get_closest_marker("django_db") or "db" in request.fixturenames:
        request.getfixturevalue("db")
        ReminderRule.objects.update(quiet_from=None, quiet_until=None)


class Sink:
    """Keeps what it accepted; answers what `answers` holds for a recipient, else 250."""

    def __init__(self):
        self.accepted = []
        self.answers = {}

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        answer = self.answers.get(address, "250 ok")
        return answer if not answer.startswith("data ") else "250 ok"

    async def handle_DATA(self, server, session, envelope):
        answer = self.answers.get(envelope.rcpt_tos[0], "250 ok")
        if answer == "data drop":
            self.accepted.append(envelope)
            session_transport = server.transport
            session_transport.abort()
            return "421 gone"
        if answer.startswith("data "):
            return answer.removeprefix("data ")
        self.accepted.append(envelope)
        return "250 kept"

    @property
    def recipients(self):
        return sorted(envelope.rcpt_tos[0] for envelope in self.accepted)


@pytest.fixture
def sink(settings):
    sink = Sink()
    port = free_port()
    controller = Controller(sink, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.MAILBOX_DIR = "127.0.0.1", port, ""
    yield sink
    controller.stop()


@pytest.fixture
def meeting(db):
    """Sixty-five days ahead: its deadline of sixty days before is four or five days away, wherever one is.

    So the reminder of seven days before was missed, and none falls on today, at whatever hour the tests run.
    """
    line = TemplateLineFactory(offset_days=-60, roll="none")
    track = TrackFactory(deadline_template=line.template)
    for code, language in (("CN", "zh"), ("KZ", "ru"), ("KG", "en")):
        ministry = MinistryFactory(state=StateFactory(code=code))
        ContactFactory(
            ministry=ministry, email=f"{code.lower()}@example.org", language=language, name=f"MFA {code}"
        )
        ResponsibilityFactory(track=track, ministry=ministry)
    meeting = Meeting(track=track, ordinal=7, status="confirmed")
    day = timezone.now().date() + timedelta(days=65)
    meeting.take_span(day_span(day.isoformat()))
    save_meeting(meeting)
    return meeting
