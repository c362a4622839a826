"""Who follows what, as staff manage it on the desk."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.html import escape

from meetings.changes import announce
from meetings.models import Contact
from secretariat.reminders.models import Delivery, Follow
from tests.factories import (
    ContactFactory,
    FollowFactory,
    MeetingFactory,
    StateFactory,
    TrackFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
START = "admin:reminders_follow_start"


@pytest.fixture
def made(db):
    """A meeting ahead of the track that is followed in these tests."""
    return MeetingFactory(titles={"en": "Talks"})


def contact_form(contact, **rows):
    """The contact's page as a browser posts it, with rows of what it follows."""
    return {
        "ministry": contact.ministry_id,
        "name": contact.name,
        "email": contact.email,
        "language": contact.language,
        "roles": contact.roles,
        "digest_at": contact.digest_at,
        "follows-TOTAL_FORMS": len(rows) or 1,
        "follows-INITIAL_FORMS": sum("id" in row for row in rows.values()),
        **{
            f"follows-{n}-{name}": value for n, row in enumerate(rows.values()) for name, value in row.items()
        },
    }


def test_on_the_contacts_page_it_is_made_to_follow_and_no_longer_to(desk, made, user):
    contact = ContactFactory()
    page = reverse("admin:meetings_contact_change", args=[contact.pk])
    assert "follows-__prefix__-track" in desk.get(page).content.decode()
    row = {"contact": contact.pk, "track": made.track_id, "valid_until": "2027-12-31"}
    answer = desk.post(page, {**contact_form(contact, first=row), "reason": "By note 12."})
    assert answer.status_code == 302
    follow = Follow.objects.get()
    assert (follow.track, follow.valid_until) == (made.track, date(2027, 12, 31))
    assert [(each.kind, each.meeting) for each in Delivery.objects.all()] == [("invited", made)]
    history = desk.get(reverse("admin:meetings_contact_history", args=[contact.pk])).content.decode()
    assert ("By note 12." in history, "2027" in history) == (True, True)
    row = {**row, "id": follow.pk, "DELETE": "on"}
    desk.post(page, contact_form(contact, first=row))
    assert (Follow.objects.count(), Delivery.objects.get().state) == (0, "cancelled")


def test_two_things_in_a_row_are_refused_in_words(desk, made):
    contact = ContactFactory()
    row = {"contact": contact.pk, "track": made.track_id, "meeting": made.pk}
    answer = desk.post(
        reverse("admin:meetings_contact_change", args=[contact.pk]), contact_form(contact, first=row)
    )
    assert "Choose one: a track, a state or a meeting." in answer.content.decode()
    assert Follow.objects.count() == 0


def test_from_a_list_of_tracks_contacts_are_made_to_follow_after_a_look_at_the_mails(desk, made):
    first, second = ContactFactory(name="Desk A"), ContactFactory(name="Desk B")
    listed = reverse("admin:meetings_track_changelist")
    answer = desk.post(listed, {"action": "let_follow", "_selected_action": [made.track_id]})
    assert answer.url == f"{reverse(START)}?tracks={made.track_id}"
    assert escape(made.track) in desk.get(answer.url).content.decode()
    asked = {"contacts": [first.pk, second.pk], "tracks": [made.track_id], "valid_until": "2027-12-31"}
    page = desk.post(reverse(START), {**asked, "preview": "1"}).content.decode()
    assert (page.count("<strong>Talks</strong>"), "Desk A" in page, Follow.objects.count()) == (2, True, 0)
    assert Delivery.objects.count() == 0
    answer = desk.post(reverse(START), {**asked, "confirm": "1", "shown": "2"})
    assert answer.status_code == 302
    assert Delivery.objects.filter(kind="invited").count() == Follow.objects.count() == 2


def test_what_is_confirmed_is_what_was_shown(desk, made):
    asked = {"contacts": [ContactFactory().pk], "meetings": [made.pk], "confirm": "1", "shown": "0"}
    assert desk.post(reverse(START), asked).status_code == 200
    assert Follow.objects.count() == 0


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Choose what is followed: tracks, meetings or a state."),
        ({"state": "KZ"}, "Say how the state takes part, where a state is followed and only there."),
        (
            {"state": "KZ", "part": "host", "valid_from": "2027-02-01", "valid_until": "2027-01-01"},
            "The last day lies before the first.",
        ),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(desk, asked, said):
    StateFactory()
    page = desk.post(reverse(START), {"contacts": [ContactFactory().pk], **asked}).content.decode()
    assert (said in page, Follow.objects.count()) == (True, 0)


def test_what_is_followed_already_gets_the_new_days(desk, made):
    row = FollowFactory(track=made.track)
    asked = {"contacts": [row.contact_id], "tracks": [made.track_id], "valid_until": "2028-01-31"}
    desk.post(reverse(START), {**asked, "confirm": "1", "shown": "1"})
    row.refresh_from_db()
    assert (Follow.objects.count(), row.valid_until) == (1, date(2028, 1, 31))


def test_who_may_not_let_follow_is_shown_out(client, made):
    client.force_login(UserFactory())
    assert client.get(reverse(START)).status_code == 403


def test_an_invitation_stands_in_the_ledger_with_its_meeting(desk, made):
    FollowFactory(track=made.track)
    announce([made.pk])
    row = Delivery.objects.get()
    page = desk.get(reverse("admin:reminders_delivery_change", args=[row.pk])).content.decode()
    assert f'href="{reverse("admin:meetings_meeting_change", args=[made.pk])}">Talks</a>' in page


def test_the_list_costs_the_same_queries_for_one_row_and_for_fifty(desk):
    costs = []
    for more in (1, 49):
        for _n in range(more):
            FollowFactory(track=TrackFactory())
        with CaptureQueriesContext(connection) as queries:
            desk.get(reverse("admin:reminders_follow_changelist"))
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert Contact.objects.count() == 50
