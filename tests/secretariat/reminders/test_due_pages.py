"""Did that state get it? The page of a deadline shows the mails about it."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meetings.models import Contact, Due
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due
from tests.factories import ContactFactory, UserFactory

pytestmark = pytest.mark.django_db


def page_of(due):
    return reverse("admin:meetings_due_change", args=[due.pk])


def section(text):
    _before, found, rest = text.partition('id="mails-title"')
    return rest.partition("</section>")[0] if found else ""


def test_the_page_of_a_deadline_shows_each_mail_about_it_with_its_reader_and_what_became_of_it(
    meeting, desk, sink
):
    send_due()
    due = Due.objects.get(state="KZ")
    rows = list(Delivery.objects.filter(due=due).order_by("planned_at", "pk"))
    told = section(desk.get(page_of(due)).content.decode())
    assert [reverse("admin:reminders_delivery_change", args=[row.pk]) in told for row in rows] == [
        True
    ] * len(rows)
    assert told.count("MFA KZ &lt;kz@example.org&gt;") == len(rows) > 2
    assert told.count("taken by the mail server") == sum(row.state == "sent" for row in rows) == 1
    assert ("MFA CN" in told, "MFA KG" in told) == (False, False)


def test_a_deadline_that_no_mail_is_about_says_so(meeting, desk):
    Contact.objects.all().update(valid_until="2020-01-01")
    due = Due.objects.get(state="KZ")
    Delivery.objects.filter(due=due).update(due=Due.objects.get(state="KG"), sequence=99)
    assert "No mail about it went out, and none is planned" in section(
        desk.get(page_of(due)).content.decode()
    )


def test_who_may_not_see_mails_sees_none_of_a_deadline(meeting, client):
    officer = UserFactory()
    officer.user_permissions.set(Permission.objects.filter(codename="view_due"))
    client.force_login(officer)
    text = client.get(page_of(Due.objects.get(state="KZ"))).content.decode()
    assert ("MFA KZ" in text, section(text)) == (False, "")


def test_the_page_costs_as_many_queries_with_twenty_mails_as_with_one(meeting, desk, sink):
    send_due()
    due = Due.objects.get(state="KZ")
    row = Delivery.objects.filter(due=due, state="sent").first()
    Delivery.objects.filter(due=due, state="pending").update(due=Due.objects.get(state="KG"), sequence=99)

    def queries():
        with CaptureQueriesContext(connection) as found:
            text = desk.get(page_of(due)).content.decode()
        return len(found), section(text).count("<li>")

    (before, one) = queries()
    for number in range(19):
        Delivery.objects.create(
            kind="reminder", meeting=row.meeting, due=due, contact=ContactFactory(ministry=row.contact.ministry),
            sequence=number, offset_code="P3D", says_due_at=row.says_due_at, planned_on=row.planned_on,
            planned_hour=row.planned_hour, zone=row.zone, planned_at=timezone.now(), next_try_at=timezone.now(),
            expires_at=row.expires_at, message_id=f"<{number}@example.org>",
        )  # fmt: skip
    assert (one, queries()) == (1, (before, 20))
