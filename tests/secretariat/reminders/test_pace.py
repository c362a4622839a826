"""How fast mail goes out: to a domain in its pace, and after a day without a mail server in the order of urgency."""

import email
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from meetings.deadlines.dues import settle_due
from meetings.models import Contact, Due
from meetings.saving import save_meeting
from secretariat.reminders.domains import MailDomain
from secretariat.reminders.ledger import reconcile_meetings
from secretariat.reminders.models import Delivery, DeliveryEvent, ReminderRule
from secretariat.reminders.plan.pace import slots
from secretariat.reminders.sending import claim, send_due
from tests.factories import ContactFactory, DeadlineFactory

THREE = ["cn@example.org", "kg@example.org", "kz@example.org"]
NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECONDS = st.integers(0, 5000).map(lambda tenths: timedelta(seconds=tenths / 10))


# The rule


@given(SECONDS, SECONDS.filter(bool), SECONDS, st.integers(0, 50))
def test_no_more_go_than_are_wanted_and_than_their_slots_allow(ago, pause, slept, wanted):
    taken, following = slots(NOON - ago, NOON, pause, slept, wanted)
    assert 0 <= taken <= min(wanted, slept // pause + 1)
    assert following <= NOON + pause


@given(SECONDS.filter(bool), st.lists(SECONDS, max_size=20))
def test_however_often_one_looks_the_pace_is_never_exceeded(pause, steps):
    now, next_slot, sent, slept = NOON, NOON, 0, timedelta(seconds=5)
    for step in steps:
        now += step
        taken, next_slot = slots(next_slot, now, pause, slept, 50)
        sent += taken
    assert sent <= (now - NOON) // pause + 1


def test_slots_that_nobody_took_while_a_tick_slept_are_made_up_for():
    second, five = timedelta(seconds=1), timedelta(seconds=5)
    assert slots(NOON - timedelta(hours=1), NOON, second, five, 50) == (6, NOON + second)
    assert slots(NOON + second, NOON, second, five, 50) == (0, NOON + second)


# Domains


@pytest.fixture
def many(meeting):
    """Twenty more at Kazakhstan's own domain, before all others in the claim."""
    ministry = Contact.objects.get(email="kz@example.org").ministry
    for number in range(20):
        ContactFactory(
            ministry=ministry, email=f"desk{number}@mfa.example.kz", language="en", name=f"Desk {number}"
        )
    reconcile_meetings([meeting.pk])
    return meeting


def slow(**values):
    now = timezone.now()
    hour = now + timedelta(hours=1)
    return MailDomain.objects.create(
        **{"name": "mfa.example.kz", "pause_seconds": 1, "slow_until": hour, "next_slot_at": now} | values
    )


def at_kazakhstan(sink):
    return [address for address in sink.recipients if address.endswith("@mfa.example.kz")]


@pytest.mark.django_db
def test_by_default_nothing_is_slowed(many, sink):
    assert (send_due(), MailDomain.objects.count()) == (23, 0)


@pytest.mark.django_db
@pytest.mark.parametrize("answer", ["432 too many threads", "451 4.7.500 server busy", "data 452 no room"])
def test_a_domain_that_asks_for_patience_is_slowed_and_the_others_are_not(many, sink, answer):
    sink.answers |= {f"desk{number}@mfa.example.kz": answer for number in range(20)}
    send_due()
    # The first complaint sets the pace, the second ends the batch for that domain.
    assert sink.recipients == THREE
    [domain] = MailDomain.objects.all()
    assert (domain.name, domain.pause_seconds, domain.said) == (
        "mfa.example.kz",
        2,
        answer.removeprefix("data "),
    )
    assert Delivery.objects.filter(state="deferred").count() == 2
    sink.answers.clear()
    assert send_due() == 0
    MailDomain.objects.update(next_slot_at=timezone.now())
    assert (send_due(), len(at_kazakhstan(sink))) == (1, 1)


@pytest.mark.django_db
def test_a_refusal_for_good_says_nothing_of_the_domain(many, sink):
    sink.answers |= {f"desk{number}@mfa.example.kz": "550 no such mailbox" for number in range(20)}
    assert (send_due(), MailDomain.objects.count()) == (3, 0)


@pytest.mark.django_db
def test_a_slow_domain_does_not_hold_up_the_others(many, sink):
    slow(next_slot_at=timezone.now() + timedelta(hours=1))
    assert (send_due(), sink.recipients) == (3, THREE)


@pytest.mark.django_db
def test_the_most_urgent_goes_first_at_the_next_slot(many, sink):
    slow(next_slot_at=timezone.now())
    due_now = Delivery.objects.filter(planned_at__lte=timezone.now())
    due_now.filter(contact__email="desk17@mfa.example.kz").update(
        expires_at=timezone.now() + timedelta(minutes=5)
    )
    send_due()
    assert at_kazakhstan(sink) == ["desk17@mfa.example.kz"]


@pytest.mark.django_db
def test_after_an_hour_without_complaint_a_domain_is_slow_no_more(many, sink):
    slow(slow_until=timezone.now() - timedelta(seconds=1), next_slot_at=timezone.now() + timedelta(minutes=1))
    assert send_due() == 23


@pytest.mark.django_db
def test_a_pace_for_every_domain_is_a_setting(many, sink, settings):
    settings.DOMAIN_PAUSE_SECONDS = 60
    send_due()
    assert len(at_kazakhstan(sink)) == 1
    assert len(sink.recipients) == 2
    assert set(MailDomain.objects.values_list("name", flat=True)) == {"example.org", "mfa.example.kz"}


@pytest.mark.django_db
def test_two_who_claim_at_once_share_a_domains_slots(many):
    slow(next_slot_at=timezone.now())
    taken = [row.contact.email for row in [*claim(50), *claim(50)]]
    assert len([address for address in taken if address.endswith("@mfa.example.kz")]) == 1


@pytest.mark.django_db
def test_a_claim_costs_as_many_queries_for_many_as_for_few(many):
    slow(next_slot_at=timezone.now())
    costs = []
    for limit in (10, 50):
        with transaction.atomic(), CaptureQueriesContext(connection) as queries:
            claim(limit)
            transaction.set_rollback(True)
        costs.append(len(queries))
    assert costs[0] == costs[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("a_domain_is_written_small", {"name": "Mfa.example.kz"}),
        ("a_pause_is_not_negative", {"pause_seconds": -1}),
    ],
)
def test_the_database_refuses_a_domain_that_cannot_be(db, constraint, values):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        slow(**values)


# A day without a mail server


def two_days_pass():
    """As the database's clock cannot be turned: the ledger, and what it speaks of, is two days older.

    Two, so that the morning after today's deadlines has come at whatever hour the test runs.
    """
    long = timedelta(days=2)
    moments = ("planned_at", "next_try_at", "expires_at", "says_due_at")
    Delivery.objects.filter(state="pending").update(**{name: F(name) - long for name in moments})
    Due.objects.update(due_at=F("due_at") - long, due_on=F("due_on") - long)


@pytest.mark.django_db
def test_after_two_days_without_a_mail_server_what_is_still_true_goes_out_in_order_of_urgency(
    meeting, sink, settings
):
    # Deadlines of five days, four and three hence, and one of today, which passes meanwhile. By the reminder of seven
    # days before alone: those of today would come by the hour at which the test runs.
    ReminderRule.objects.filter(about="due", occasion="before").exclude(days=7).delete()
    for position, days in enumerate((61, 62, 65)):
        DeadlineFactory(
            meeting=meeting, titles={"en": f"Paper {days}"}, offset_days=-days, position=position, roll="none"
        )
    save_meeting(meeting, reason="deadlines were added")
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    events = DeliveryEvent.objects.count()
    for _tick in range(20):
        assert send_due() == 0
    # What waits costs nothing, however long: no event, no attempt.
    assert (DeliveryEvent.objects.count(), set(Delivery.objects.values_list("attempts", flat=True))) == (
        events,
        {0},
    )

    two_days_pass()
    # Meanwhile one paper came, and one person left.
    arrived = Due.objects.filter(state="KZ", deadline__titles__en="Paper 62").get()
    settle_due(arrived.pk, status="received", at=timezone.now(), actor=None)
    Contact.objects.filter(email="cn@example.org").update(valid_until="2020-01-01")

    settings.EMAIL_PORT = port
    send_due()
    went = [Delivery.objects.get(message_id=envelope_id(envelope)) for envelope in sink.accepted]
    assert [row.expires_at for row in went] == sorted(row.expires_at for row in went)
    # Of the paper whose day passed meanwhile only that it is overdue.
    assert {row.kind for row in went if str(row.due.deadline) == "Paper 65"} == {"overdue"}
    before = [row for row in went if row.kind == "reminder"]
    assert {(str(row.due.deadline), row.contact.email) for row in before} == {
        ("Paper 62", "kg@example.org"),
        ("Draft papers", "kg@example.org"),
        ("Draft papers", "kz@example.org"),
        ("Paper 61", "kg@example.org"),
        ("Paper 61", "kz@example.org"),
    }


def envelope_id(envelope):
    return email.message_from_bytes(envelope.content)["Message-ID"]
