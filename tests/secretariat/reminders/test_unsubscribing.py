"""What a contact may end by one click, and what it may not: notices about agendas and invitations to meetings, never
what its state owes."""

import email
import email.policy
import re

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.agenda.stages import Stage
from meetings.models import Contact
from meetings.schedule.moves import move_meeting
from secretariat.reminders.models import Delivery, Unsubscription
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import send_due
from tests.factories import UserFactory, day_span

from .test_every_dated_thing import agenda, freeze, track  # noqa: F401
from .test_invitations import calendar_of, follow, sent

pytestmark = pytest.mark.django_db
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def strict():
    return Client(enforce_csrf_checks=True, HTTP_ORIGIN="null")


@pytest.fixture
def mail(agenda, sink):  # noqa: F811
    freeze(agenda, Stage.PROVISIONAL)
    send_due()
    envelope = next(each for each in sink.accepted if each.rcpt_tos == ["kg@example.org"])
    return email.message_from_bytes(envelope.content, policy=email.policy.default)


@pytest.fixture
def link(mail):
    return link_in(mail)


@pytest.fixture
def followed(agenda):  # noqa: F811
    """A meeting with an agenda, which a contact follows."""
    follow(Contact.objects.get(email="kg@example.org"), meeting=agenda.meeting)
    return agenda.meeting


@pytest.fixture
def invitation(followed, sink):
    reconcile()
    return sent(sink)[0]


def link_in(mail):
    return re.fullmatch(r"<https?://[^/]+(/unsubscribe/\S+)>", mail["List-Unsubscribe"])[1]


def ended():
    return [(row.contact.email, row.topic) for row in Unsubscription.objects.filter(ended_at=None)]


def planned_of_agendas(address):
    rows = Delivery.objects.filter(contact__email=address, agenda__isnull=False)
    return rows.filter(state="pending").count()


def test_a_notice_about_an_agenda_says_how_to_end_them_in_its_headers_and_in_both_parts(mail, link):
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [link in mail.get_body((kind,)).get_content() for kind in ("plain", "html")] == [True, True]


def test_a_reminder_of_what_is_due_cannot_be_ended(meeting, sink):
    send_due()
    assert {email.message_from_bytes(each.content)["List-Unsubscribe"] for each in sink.accepted} == {None}


def test_one_click_in_a_mail_program_ends_them(strict, link):
    response = strict.post(link, ONE_CLICK)
    assert (response.status_code, ended()) == (200, [("kg@example.org", "agenda")])


def test_looking_ends_nothing_and_the_button_does(strict, link):
    page = strict.get(link)
    assert (page.status_code, strict.head(link).status_code, ended()) == (200, 200, [])
    assert (strict.post(link).status_code, ended()) == (400, [])
    seal = re.search(r'name="seal" value="([^"]+)"', page.content.decode())[1]
    assert "You receive no more of these notices" in strict.post(link, {"seal": seal}).content.decode()
    assert ended() == [("kg@example.org", "agenda")]


def test_what_is_planned_is_cancelled_for_that_contact_alone(strict, link):
    before = planned_of_agendas("kg@example.org"), planned_of_agendas("kz@example.org")
    strict.post(link, ONE_CLICK)
    assert before[0] > 0
    assert (planned_of_agendas("kg@example.org"), planned_of_agendas("kz@example.org")) == (0, before[1])
    assert reconcile() == []


def test_a_second_click_changes_nothing(strict, link):
    strict.post(link, ONE_CLICK)
    assert (strict.post(link, ONE_CLICK).status_code, len(ended())) == (200, 1)


def test_an_altered_link_or_one_of_a_reminder_ends_nothing(strict, link, meeting, sink):
    from secretariat.reminders.replies.links import unsubscribe_link

    send_due()
    of_a_due = Delivery.objects.filter(due__isnull=False).first()
    other = unsubscribe_link(of_a_due.uid).removeprefix("http://127.0.0.1:8000")
    assert [strict.post(each, ONE_CLICK).status_code for each in (link[:-1], other)] == [404, 404]
    assert ended() == []


def test_staff_send_them_again_with_a_reason(strict, link, desk):
    planned = planned_of_agendas("kg@example.org")
    strict.post(link, ONE_CLICK)
    [row] = Unsubscription.objects.all()
    page = reverse("admin:reminders_unsubscription_end", args=[row.pk])
    assert page in desk.get(reverse("admin:reminders_unsubscription_change", args=[row.pk])).content.decode()
    assert "Nothing was recorded." in desk.post(page, {"reason": " "}).content.decode()
    desk.post(page, {"reason": "Ms Asanova asked by telephone"})
    row.refresh_from_db()
    assert (row.ended_by.username, row.ended_reason) == ("aida", "Ms Asanova asked by telephone")
    assert (ended(), planned_of_agendas("kg@example.org")) == ([], planned)
    assert reconcile() == []
    strict.post(link, ONE_CLICK)
    assert ended() == [("kg@example.org", "agenda")]


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM reminders_unsubscription",
        "UPDATE reminders_unsubscription SET topic = 'other'",
        "UPDATE reminders_unsubscription SET at = now()",
    ],
)
def test_that_it_was_ended_is_not_forgotten(strict, link, statement):
    strict.post(link, ONE_CLICK)
    with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_an_ended_refusal_is_not_edited(strict, link):
    strict.post(link, ONE_CLICK)
    ending = {"ended_at": timezone.now(), "ended_by": UserFactory(), "ended_reason": "asked"}
    Unsubscription.objects.update(**ending)
    with pytest.raises(DatabaseError, match="Cannot update"):
        Unsubscription.objects.update(ended_reason="other")


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("a_topic_is_refused_once", {}),
        ("an_ended_refusal_says_by_whom_and_why", {"ended_at": timezone.now()}),
        ("an_ended_refusal_says_by_whom_and_why", {"ended_reason": "asked"}),
    ],
)
def test_the_database_refuses_what_cannot_be(strict, link, constraint, values):
    strict.post(link, ONE_CLICK)
    row = Unsubscription.objects.get()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Unsubscription.objects.create(contact=row.contact, topic=row.topic, delivery=row.delivery, **values)


def test_it_holds_for_the_next_agenda_too(strict, link, agenda, sink):  # noqa: F811
    strict.post(link, ONE_CLICK)
    sink.accepted.clear()
    freeze(agenda, Stage.ADOPTED)
    send_due()
    assert sink.recipients == ["cn@example.org", "kz@example.org"]


def test_who_refuses_invitations_is_told_of_no_change_so_its_calendar_lets_the_meeting_go(
    strict, invitation, followed, sink
):
    assert invitation["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    page = strict.get(link_in(invitation)).content.decode()
    assert ("Receive no more invitations to meetings?" in page, ended()) == (True, [])
    assert "taken out of your calendar" in strict.post(link_in(invitation), ONE_CLICK).content.decode()
    assert ended() == [("kg@example.org", "followed")]
    [farewell] = sent(sink)
    assert farewell["Subject"].startswith(f"No longer followed: {followed.title()}, ")
    assert "METHOD:CANCEL" in calendar_of(farewell)
    move_meeting(followed.pk, to=day_span("2027-06-18"), actor=None, reason="Agreed.")
    assert (sent(sink), reconcile()) == ([], [])


def test_who_refuses_invitations_is_told_by_the_agenda_it_has_that_the_meeting_moved(
    strict, invitation, followed, sink
):
    freeze(followed.agenda, Stage.PROVISIONAL)
    strict.post(link_in(invitation), ONE_CLICK)
    sent(sink)
    move_meeting(followed.pk, to=day_span("2027-06-18"), actor=None, reason="Agreed.")
    sent(sink)
    told = Delivery.objects.filter(contact__email="kg@example.org", meeting=followed, state="sent")
    assert list(told.order_by("sent_at").values_list("kind", flat=True)) == [
        "invited", "issued", "withdrawn", "moved"
    ]  # fmt: skip
    assert reconcile() == []


def test_who_is_to_follow_again_is_shown_to_have_refused_and_is_invited_once_staff_end_that(
    strict, invitation, followed, sink, desk
):
    strict.post(link_in(invitation), ONE_CLICK)
    sent(sink)
    [row] = Unsubscription.objects.all()
    asked = {"contacts": [row.contact_id], "meetings": [followed.pk], "preview": "1"}
    page = desk.post(reverse("admin:reminders_follow_start"), asked).content.decode()
    assert "has ended such invitations by the link in a mail and gets none" in page
    desk.post(reverse("admin:reminders_unsubscription_end", args=[row.pk]), {"reason": "Ms Asanova asked"})
    assert ["METHOD:REQUEST" in calendar_of(mail) for mail in sent(sink)] == [True]
    assert reconcile() == []
