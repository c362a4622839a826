"""Our own server takes no mail for some recipients, or shuts a connection that met many refusals: the others go."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from meetings.models import Meeting
from meetings.saving import save_party
from secretariat.reminders.claiming import claim, release
from secretariat.reminders.models import Delivery, RelayOutage
from secretariat.reminders.relay import is_waited_for, note_outage
from secretariat.reminders.sending import send_due
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db

THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]
DENIED = "550 5.7.1 relay access denied"


@pytest.fixture
def urgent(meeting):
    """Called with addresses: people there are written to before anybody else."""

    def add(*emails):
        ministry = Meeting.objects.get().track.responsibilities.first().ministry
        for email in emails:
            save_party(ContactFactory.build(ministry=ministry, email=email))
        rows = Delivery.objects.filter(contact__email__in=emails)
        rows.update(expires_at=F("expires_at") - timedelta(hours=1))

    return add


def pass_by(seconds):
    for rows in (RelayOutage.objects.all(), Delivery.objects.waiting()):
        rows.update(next_try_at=F("next_try_at") - timedelta(seconds=seconds))


@pytest.mark.parametrize("batch", [50, 2])
def test_a_domain_that_our_server_bars_keeps_nobody_else_from_being_written_to(urgent, sink, settings, batch):
    settings.DELIVERY_BATCH, settings.MAIL_CONNECTIONS = batch, 1
    barred = [f"c{number}@barred.example" for number in range(8)]
    urgent(*barred)
    sink.answers |= dict.fromkeys(barred, DENIED)
    for _tick in range(3):
        send_due()
        pass_by(seconds=21)
    assert sink.recipients == THREE
    assert not Delivery.objects.filter(state__in=["claimed", "failed"]).exists()


def test_many_domains_that_our_server_bars_keep_nobody_else_from_being_written_to(urgent, sink, settings):
    settings.DELIVERY_BATCH, settings.MAIL_CONNECTIONS = 2, 1
    barred = [f"c@barred{number}.example" for number in range(6)]
    urgent(*barred)
    sink.answers |= dict.fromkeys(barred, DENIED)
    for _tick in range(8):
        send_due()
        pass_by(seconds=301)
    assert sink.recipients == THREE


def test_one_whom_our_server_bars_keeps_no_other_of_its_domain_from_being_written_to(urgent, sink):
    urgent("a@barred.example", "b@barred.example", "c@barred.example", "d@barred.example")
    sink.answers |= dict.fromkeys(("a@barred.example", "b@barred.example"), DENIED)
    for _tick in range(3):
        send_due()
        pass_by(seconds=301)
    assert sink.recipients == [
        "c@barred.example",
        "cn@example.org",
        "d@barred.example",
        "kg@example.org",
        "kz@example.org",
    ]


def test_a_server_that_shuts_a_connection_after_so_many_refusals_is_no_outage(urgent, sink):
    """As Postfix does after twenty (smtpd_hard_error_limit), and each greylisted recipient is one."""
    grey = [f"c{number}@grey.example" for number in range(5)]
    urgent(*grey)
    errors, recipient = {}, sink.handle_RCPT

    async def handle_RCPT(server, session, envelope, address, options):
        if errors.get(session.peer, 0) >= 2:
            return "421 4.7.0 Error: too many errors"
        if address in grey:
            errors[session.peer] = errors.get(session.peer, 0) + 1
            return "451 4.7.1 Greylisted"
        return await recipient(server, session, envelope, address, options)

    sink.handle_RCPT = handle_RCPT
    assert send_due() == 3
    assert sink.recipients == THREE
    assert not RelayOutage.objects.exists()
    put_off = Delivery.objects.filter(state="deferred", contact__email__in=grey)
    assert put_off.count() == 5
    assert set(put_off.values_list("reply", flat=True)) == {"451 4.7.1 Greylisted"}
    assert put_off.filter(next_try_at__lt=timezone.now() + timedelta(seconds=80)).count() == 5


def test_an_outage_noted_by_a_clock_that_ran_ahead_is_not_waited_for_when_the_clock_is_right(meeting, sink):
    note_outage("550 5.7.1 relaying denied", is_answer=True)
    RelayOutage.objects.update(next_try_at=F("next_try_at") + timedelta(hours=1))
    assert send_due() == 3
    assert not RelayOutage.objects.exists()


def test_an_outage_that_lasts_is_waited_for_by_the_clock_that_is_right(meeting, sink):
    note_outage("550 5.7.1 relaying denied", is_answer=True)
    RelayOutage.objects.update(next_try_at=F("next_try_at") + timedelta(hours=1))
    sink.answers |= dict.fromkeys(THREE, DENIED)
    assert send_due() == 0
    assert is_waited_for()
    assert RelayOutage.objects.get().next_try_at < timezone.now() + timedelta(minutes=6)


def test_what_is_given_back_is_as_due_as_it_was_when_the_clock_ran_ahead(meeting, sink):
    """It was claimed an hour too soon: by the clock put right it waits for its hour."""
    hour = timezone.now() + timedelta(hours=1)
    due = Delivery.objects.filter(pk__in=[row.pk for row in claim(50)])
    due.update(next_try_at=hour)
    release(list(due))
    assert set(due.values_list("state", "next_try_at")) == {("pending", hour)}
