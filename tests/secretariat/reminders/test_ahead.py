"""The mail of the next weeks, seen before it goes."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from meetings.models import Contact
from meetings.saving import save_party
from secretariat.reminders.models import Delivery
from secretariat.reminders.replies.links import without_links
from secretariat.reminders.sending import send_due
from tests.factories import ContactFactory, MeetingFactory, StateFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client, db):
    user = User.objects.create(username="bek", is_staff=True)
    names = ["view_delivery", "view_meeting", "view_contact", "view_state"]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    client.force_login(user)
    return client


def ahead(**query):
    text = "&".join(f"{name}={value}" for name, value in query.items())
    return f"{reverse('admin:reminders_delivery_ahead')}?{text}"


def listed(client, **query):
    response = client.get(ahead(**query))
    return sorted(
        {mail["row"].contact.email for _text, _day, mails in response.context["days"] for mail in mails}
    )


def test_the_mail_ahead_is_of_a_meeting_a_state_or_a_contact(meeting, reader):
    kz = Contact.objects.get(email="kz@example.org")
    assert listed(reader) == ["cn@example.org", "kg@example.org", "kz@example.org"]
    assert listed(reader, meeting=meeting.pk) == ["cn@example.org", "kg@example.org", "kz@example.org"]
    assert listed(reader, meeting=meeting.pk, state="CN") == ["cn@example.org"]
    assert listed(reader, contact=kz.pk) == ["kz@example.org"]
    assert listed(reader, meeting=MeetingFactory(track=meeting.track).pk) == []


def test_each_mail_stands_on_its_day_with_its_subject_in_the_language_of_its_reader(meeting, reader):
    kz = Contact.objects.get(email="kz@example.org")
    days = reader.get(ahead(contact=kz.pk)).context["days"]
    found = [(day, mail["row"].offset_code, mail["hour"]) for _text, day, mails in days for mail in mails]
    rows = Delivery.objects.filter(contact=kz, state="pending").order_by("next_try_at")
    local = [row.next_try_at.astimezone(ZoneInfo("Asia/Almaty")) for row in rows]
    assert [day for day, _code, _hour in found] == [at.date() for at in local]
    assert [code for _day, code, _hour in found] == [row.offset_code for row in rows]
    page = reader.get(ahead(contact=kz.pk)).content.decode()
    assert '<strong lang="ru">Срок' in page


def test_what_goes_later_than_sixty_days_is_not_shown(meeting, reader):
    Delivery.objects.filter(kind="reminder").update(next_try_at=timezone.now() + timedelta(days=61))
    days = reader.get(ahead()).context["days"]
    assert {mail["row"].kind for _text, _day, mails in days for mail in mails} == {"overdue"}


def test_days_without_mail_say_so_and_a_scope_that_is_not_there_is_not_found(meeting, reader):
    StateFactory(code="TM")
    assert "Nothing goes out in these days." in reader.get(ahead(state="TM")).content.decode()
    for query in ({"state": "XX"}, {"meeting": "0"}, {"contact": "1 OR 1=1"}, {"meeting": "9" * 40}):
        assert reader.get(ahead(**query)).status_code == 404


def test_the_list_costs_the_same_for_few_mails_and_for_many(meeting, reader):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(ahead()).status_code == 200
        return len(queries)

    before = cost()
    for contact in list(Contact.objects.all()):
        for number in range(5):
            save_party(ContactFactory.build(ministry=contact.ministry, email=f"{number}.{contact.email}"))
    assert cost() == before


def test_one_click_leads_there_from_a_meeting_a_contact_and_a_state(meeting, reader):
    contact = Contact.objects.get(email="kz@example.org")
    for name, pk, query in (
        ("meetings_meeting", meeting.pk, f"meeting={meeting.pk}"),
        ("meetings_contact", contact.pk, f"contact={contact.pk}"),
        ("rotation_state", "KZ", "state=KZ"),
    ):
        page = reader.get(reverse(f"admin:{name}_change", args=[pk])).content.decode()
        assert f'href="{reverse("admin:reminders_delivery_ahead")}?{query}"' in page


def test_a_mail_is_shown_as_its_reader_will_see_it_and_nothing_in_it_can_run(meeting, reader, sink):
    row = Delivery.objects.get(
        contact__email="kz@example.org", kind="reminder", planned_at__lte=timezone.now()
    )
    page = reader.get(reverse("admin:reminders_delivery_preview", args=[row.pk]))
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    html = reader.get(reverse("admin:reminders_delivery_preview_html", args=[row.pk]))
    # The directives come in any order.
    policy = {part.strip() for part in html.headers["Content-Security-Policy"].split(";")}
    assert {"sandbox", "default-src 'none'"} <= policy
    shown = html.content.decode()
    text = page.context["text"]
    send_due()
    row.refresh_from_db()
    read = (without_links(row.text), without_links(row.html), row.subject)
    assert read == (text, shown, page.context["title"])


def test_looking_writes_nothing(meeting, reader):
    before = list(Delivery.objects.order_by("pk").values())
    row = Delivery.objects.first()
    for address in (ahead(), reverse("admin:reminders_delivery_preview", args=[row.pk])):
        reader.get(address)
    assert list(Delivery.objects.order_by("pk").values()) == before


def test_a_mail_that_cannot_be_written_is_seen_in_time_and_hides_no_other(meeting, reader):
    Contact.objects.filter(email="kz@example.org").update(language="xx")
    days = reader.get(ahead()).context["days"]
    troubled = {
        mail["row"].contact.email: bool(mail["trouble"]) for _text, _day, mails in days for mail in mails
    }
    assert troubled == {"cn@example.org": False, "kg@example.org": False, "kz@example.org": True}
    row = Delivery.objects.filter(contact__email="kz@example.org").first()
    page = reader.get(reverse("admin:reminders_delivery_preview", args=[row.pk])).content.decode()
    assert "This mail cannot be written" in page


def test_who_may_not_see_the_ledger_sees_nothing_of_it(meeting, client):
    client.force_login(User.objects.create(username="cem", is_staff=True))
    row = Delivery.objects.first()
    for address in (
        ahead(),
        reverse("admin:reminders_delivery_preview", args=[row.pk]),
        reverse("admin:reminders_delivery_preview_html", args=[row.pk]),
    ):
        assert client.get(address).status_code == 403
