"""The example set comes and goes; what was sent to it stays."""

import pytest
from django.core.management import call_command

from meetings.models import Contact, Due, Meeting
from secretariat.reminders.models import Delivery

pytestmark = pytest.mark.django_db


def test_the_set_is_marked_and_gives_the_main_job_something_to_do_at_once():
    call_command("load_mechanism")
    call_command("load_example")
    assert set(Contact.objects.values_list("is_example", flat=True)) == {True}
    assert {email.rpartition("@")[2] for email in Contact.objects.values_list("email", flat=True)} == {
        "example.org"
    }
    summit = Meeting.objects.get(track__slug="summit", ordinal=3)
    assert (summit.first_on.isoformat(), summit.status) == ("2027-06-17", "proposed")
    assert Due.objects.filter(deadline__meeting=summit).count() == 24
    assert Delivery.objects.filter(state="pending").exists()


def test_loading_it_twice_is_loading_it_once():
    call_command("load_mechanism")
    for _twice in range(2):
        call_command("load_example")
    assert (Contact.objects.count(), Meeting.objects.filter(is_example=True).count()) == (6, 2)


def test_removing_it_gives_the_summit_its_recorded_date_back_and_stops_all_mail():
    call_command("load_mechanism")
    call_command("load_example")
    call_command("remove_example")
    summit = Meeting.objects.get(track__slug="summit", ordinal=3)
    assert (summit.precision, summit.status, summit.is_example) == ("year", "confirmed", False)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(Meeting.objects.filter(is_example=True).values_list("status", flat=True)) == {"cancelled"}
