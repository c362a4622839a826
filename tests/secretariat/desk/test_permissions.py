"""What a page shows of others' rows is asked for one by one: the start page, the mailbox, every address of the desk."""

import mailbox
from email.message import EmailMessage

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from meetings.models import Contact, Ministry, Responsibility
from secretariat.feed.models import Webhook
from secretariat.reminders.models import Delivery, Reply
from tests.factories import UserFactory
from tests.secretariat.feed.factories import system

from . import factories
from .test_pages import admin_addresses

pytestmark = pytest.mark.django_db

# What of the start page each permission opens, by the tiles and headings that a reader sees.
BLOCKS = {
    "meetings.view_due": {"overdue", "due in 30 days", "Due in the next 30 days"},
    "reminders.view_delivery": {"mails not known to have arrived", "Mail to look at", "Mail ahead"},
    "meetings.view_contact": {"contacts undeliverable"},
    "meetings.view_meeting": {"meetings ahead", "Meetings ahead"},
    "rotation.view_summit": {"Next summit"},
    "reminders.view_reply": {"Ministries say"},
    "meetings.view_silenceprocedure": {"Silence closing in 7 days"},
    "meetings.view_document": {"Papers that lack a language"},
    "meetings.view_track": {"Nobody to write to"},
    "feed.view_webhook": {"Webhooks that do not arrive"},
}
EVERYTHING = {text for texts in BLOCKS.values() for text in texts}


@pytest.fixture
def all_is_there(body, settings):
    """Something to show in every block that stands on the page only where there is something."""
    settings.MAILBOX_DIR = ""
    track = factories.track(body)
    ministry = Ministry.objects.create(state_id="KZ", names={"en": "Ministry of Trade"})
    Contact.objects.create(ministry=ministry, name="Aliya", email="aliya@example.org", language="en")
    Responsibility.objects.create(track=track, ministry=ministry)
    factories.meeting(track)
    delivery = Delivery.objects.filter(due__isnull=False).first()
    Reply.objects.create(delivery=delivery, what="submitted")
    Webhook.objects.create(
        system=system(), url="https://two.mfa.example/", state="off", why_off="failing", off_at=timezone.now()
    )


def shown_to(client, *permissions):
    officer = UserFactory()
    for each in permissions:
        app, _point, codename = each.partition(".")
        officer.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    client.force_login(officer)
    return client.get("/admin/").text.partition("<h1>")[2]


def test_an_account_without_permissions_is_shown_nothing_and_told_so(client, all_is_there):
    page = shown_to(client)
    assert {text for text in EVERYTHING if f">{text}" in page} == set()
    assert [name for name in ("Trade", "Kazakhstan", "Aliya", "MFA") if name in page] == []
    assert "Nothing of the desk is open to your account yet." in page


@pytest.mark.parametrize("permission", BLOCKS)
def test_each_permission_opens_its_own_block_of_the_start_page(client, all_is_there, permission):
    page = shown_to(client, permission)
    assert {text for text in EVERYTHING if f">{text}" in page} == BLOCKS[permission]
    assert "Nothing of the desk is open" not in page


def test_all_permissions_open_the_whole_start_page(client, all_is_there):
    page = shown_to(client, *BLOCKS)
    assert {text for text in EVERYTHING if f">{text}" in page} == EVERYTHING


def test_the_host_of_the_next_summit_is_no_way_to_the_day_of_its_meeting(client, body):
    summit = body.summits.get(ordinal=2)
    row = factories.meeting(factories.track(body, "summit"), 2)
    type(row).objects.filter(pk=row.pk).update(summit=summit)
    assert "20 May 2031" not in shown_to(client, "rotation.view_summit")
    assert "20 May 2031" in shown_to(client, "rotation.view_summit", "meetings.view_meeting")


def test_the_local_mailbox_is_read_by_who_may_look_at_the_deliveries(client, db, settings, tmp_path):
    settings.MAILBOX_DIR = str(tmp_path / "mail")
    letter = EmailMessage()
    letter["Subject"] = "Draft agenda due"
    letter.set_content("Within the week.\n")
    key = mailbox.Maildir(settings.MAILBOX_DIR, factory=None).add(letter)
    pages = ["/admin/mailbox/", f"/admin/mailbox/{key}/", f"/admin/mailbox/{key}/html/"]
    officer = UserFactory()
    client.force_login(officer)
    assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    assert "/admin/mailbox/" not in client.get("/admin/").text
    officer.user_permissions.set(Permission.objects.filter(codename="view_delivery"))
    assert [client.get(page).status_code for page in pages] == [200, 200, 200]
    assert "/admin/mailbox/" in client.get("/admin/").text


def test_no_address_of_the_desk_opens_to_an_account_without_permissions(client, all_is_there):
    client.force_login(UserFactory())
    opened = {name for name, address in admin_addresses().items() if client.get(address).status_code == 200}
    assert opened == {"index", "password_change", "password_change_done", "jsi18n"}
