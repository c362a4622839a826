"""A track's cadence, and which ministry answers for it from when until when."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse

from meetings.models import Meeting, Responsibility
from meetings.saving import save_meeting, save_party
from secretariat.reminders.models import Delivery
from tests.factories import (
    ContactFactory,
    MinistryFactory,
    ResponsibilityFactory,
    StateFactory,
    TemplateLineFactory,
    TrackFactory,
    UserFactory,
    day_span,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def ministries():
    """A track for which the first ministry of Kazakhstan answers until 31 March 2027, the second from then on."""
    track = TrackFactory(deadline_template=TemplateLineFactory(offset_days=-60).template)
    kazakhstan = StateFactory(code="KZ")
    old, new = (ContactFactory(ministry=MinistryFactory(state=kazakhstan), email=mail) for mail in MAILS)
    ResponsibilityFactory(track=track, ministry=old.ministry, valid_until=date(2027, 3, 31))
    ResponsibilityFactory(track=track, ministry=new.ministry, valid_from=date(2027, 4, 1))
    return track, old, new


MAILS = ("old@example.org", "new@example.org")


def planned():
    """Who is written to on which day, of what is open."""
    rows = Delivery.objects.exclude(state="cancelled").order_by("planned_at")
    return [(row.contact.email, row.planned_on.isoformat()) for row in rows.select_related("contact")]


def meeting_on(track, day):
    meeting = Meeting(track=track, ordinal=3, status="confirmed")
    meeting.take_span(day_span(day))
    save_meeting(meeting)
    return meeting


def test_each_reminder_goes_to_the_ministry_that_answers_on_its_day(ministries):
    track, _old, _new = ministries
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        meeting_on(track, "2027-06-04")  # due on Monday, 5 April
    assert {day for _mail, day in planned() if day < "2027-04-01"}
    assert {mail for mail, day in planned() if day < "2027-04-01"} == {"old@example.org"}
    assert {mail for mail, day in planned() if day >= "2027-04-01"} == {"new@example.org"}


def test_a_reminder_expires_with_the_period_of_its_ministry(ministries):
    with time_machine.travel(datetime(2027, 1, 15, 8, tzinfo=UTC), tick=False):
        meeting_on(ministries[0], "2027-06-04")
    row = Delivery.objects.filter(contact=ministries[1]).latest("planned_at")
    assert row.expires_at == datetime(2027, 3, 31, 19, tzinfo=UTC)  # midnight at Almaty, UTC+5


def test_a_ministry_whose_period_has_ended_gets_nothing_and_the_new_one_does(ministries):
    track, old, new = ministries
    with time_machine.travel(datetime(2027, 4, 2, 8, tzinfo=UTC), tick=False):
        meeting_on(track, "2027-08-20")
    assert {mail for mail, _day in planned()} == {new.email}
    assert not Delivery.objects.filter(contact=old).exists()


def test_ending_a_period_takes_back_what_was_planned(ministries):
    track, old, new = ministries
    with time_machine.travel(datetime(2027, 4, 2, 8, tzinfo=UTC), tick=False):
        meeting_on(track, "2027-08-20")
        row = Responsibility.objects.get(ministry=new.ministry)
        row.valid_until = date(2027, 4, 2)
        save_party(row)
        back = Responsibility(track=track, ministry=old.ministry, valid_from=date(2027, 4, 3))
        save_party(back)
    assert {mail for mail, _day in planned()} == {old.email}


def test_a_ministry_answers_again_after_a_pause_but_not_twice_at_once(ministries):
    track, old, _new = ministries
    again = Responsibility(track=track, ministry=old.ministry, valid_from=date(2028, 1, 1))
    again.full_clean()
    again.save()
    twice = Responsibility(track=track, ministry=old.ministry, valid_from=date(2027, 3, 31))
    with pytest.raises(ValidationError, match="on some of these days already"):
        twice.full_clean()


def test_the_days_of_a_responsibility_are_both_inclusive(ministries):
    def on(day):
        return [row.ministry_id for row in Responsibility.objects.on(date.fromisoformat(day))]

    _track, old, new = ministries
    assert (on("2027-03-31"), on("2027-04-01")) == ([old.ministry_id], [new.ministry_id])
    both = Responsibility.objects.on(date(2027, 3, 31), date(2027, 4, 1))
    assert set(both.values_list("ministry_id", flat=True)) == {old.ministry_id, new.ministry_id}


def test_the_list_tells_the_cadence_in_months_or_in_words(desk):
    TrackFactory(cadence_months=12)
    TrackFactory(cadence_note="before each summit")
    page = desk.get(reverse("admin:meetings_track_changelist")).content.decode()
    assert "every 12 months" in page
    assert "before each summit" in page


def test_who_may_not_change_tracks_or_blackouts_sees_neither(client):
    client.force_login(UserFactory())
    for name in ("admin:meetings_track_changelist", "admin:meetings_blackout_add"):
        assert client.get(reverse(name)).status_code == 403
