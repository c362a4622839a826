"""One contact hands over to another: the mail of each day goes to who is in office then, and it is planned beforehand."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.models import Contact
from meetings.saving import save_party
from secretariat.reminders.models import Delivery
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import send_due
from secretariat.reminders.unheard import unheard
from tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def leaves(email, day):
    contact = Contact.objects.get(email=email)
    contact.valid_until = day
    save_party(contact)
    return contact


def successor(old, since, **values):
    new = ContactFactory.build(
        **{"ministry": old.ministry, "email": "next@example.org", "valid_from": since, **values}
    )
    save_party(new)
    return new


def to_come(*contacts):
    """The reminders planned for these, each with the day on which it goes and to whom."""
    rows = Delivery.objects.filter(contact__in=contacts, kind="reminder", state="pending").order_by(
        "planned_at"
    )
    return [(row.planned_on, row.contact_id) for row in rows]


def without_a_word():
    return {state for each in unheard(timezone.now()) for state in each.states}


@pytest.fixture
def handover(meeting):
    """The contact of Kyrgyzstan leaves before the day of its last reminder."""
    old = Contact.objects.get(email="kg@example.org")
    all_days = [day for day, _contact in to_come(old)]
    day = all_days[-1]
    leaves("kg@example.org", day - timedelta(days=1))
    return old, day, all_days


def test_each_reminder_is_planned_for_who_is_in_office_on_its_day(handover):
    old, day, all_days = handover
    new = successor(old, day)
    assert to_come(old, new) == [(each, old.pk if each < day else new.pk) for each in all_days]
    assert reconcile() == []


def test_who_leaves_has_nothing_planned_after_that(handover):
    old, day, _all_days = handover
    assert [each for each, _contact in to_come(old) if each >= day] == []


def test_who_comes_later_is_told_nothing_before(handover, sink):
    old, day, _all_days = handover
    successor(old, day)
    send_due()
    assert "next@example.org" not in sink.recipients


def test_a_role_address_that_is_handed_over_is_written_to_each_time_once(handover):
    old, day, all_days = handover
    new = successor(old, day, email="KG@example.org")
    assert to_come(old, new) == [(each, old.pk if each < day else new.pk) for each in all_days]


def test_a_gap_before_the_next_deadline_is_said_while_there_is_time(handover):
    old, day, _all_days = handover
    assert "KG" in without_a_word()
    successor(old, day)
    assert "KG" not in without_a_word()
