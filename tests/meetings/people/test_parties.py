"""Who is in office, and on whose calendar."""

from datetime import UTC, date, datetime

import pytest

from meetings.models import Contact
from tests.factories import ContactFactory, MinistryFactory, StateFactory

pytestmark = pytest.mark.django_db

# Midnight lies at 16:00 UTC in China and at 19:00 UTC in Kazakhstan.
BEFORE, BETWEEN, AFTER = (datetime(2026, 12, 31, hour, 30, tzinfo=UTC) for hour in (15, 17, 19))


def in_office(now):
    return set(Contact.objects.in_office(now).values_list("email", flat=True))


@pytest.fixture
def ministries():
    zones = {"CN": "Asia/Shanghai", "KZ": "Asia/Almaty"}
    return [MinistryFactory(state=StateFactory(code=code, zone=zone)) for code, zone in zones.items()]


def test_the_last_day_in_office_ends_at_midnight_on_the_contacts_own_calendar(ministries):
    for ministry in ministries:
        ContactFactory(
            ministry=ministry, email=f"{ministry.state_id}@example.org", valid_until=date(2026, 12, 31)
        )
    assert [in_office(now) for now in (BEFORE, BETWEEN, AFTER)] == [
        {"CN@example.org", "KZ@example.org"},
        {"KZ@example.org"},
        set(),
    ]


def test_the_first_day_in_office_begins_at_midnight_on_the_contacts_own_calendar(ministries):
    for ministry in ministries:
        ContactFactory(
            ministry=ministry, email=f"{ministry.state_id}@example.org", valid_from=date(2027, 1, 1)
        )
    assert [in_office(now) for now in (BEFORE, BETWEEN, AFTER)] == [
        set(),
        {"CN@example.org"},
        {"CN@example.org", "KZ@example.org"},
    ]


def test_a_contact_posted_abroad_goes_by_the_zone_it_names(ministries):
    ContactFactory(
        ministry=ministries[1],
        email="embassy@example.org",
        zone="Asia/Shanghai",
        valid_until=date(2026, 12, 31),
    )
    assert (in_office(BEFORE), in_office(BETWEEN)) == ({"embassy@example.org"}, set())


def test_an_address_to_which_mail_came_back_is_not_in_office(ministries):
    ContactFactory(ministry=ministries[0], is_undeliverable=True)
    assert in_office(BEFORE) == set()
