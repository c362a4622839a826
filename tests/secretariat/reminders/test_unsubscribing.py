"""What a contact may end by one click, and what it may not: notices about agendas, never what its state owes."""

import email
import email.policy
import re

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from meetings.agenda.stages import Stage
from secretariat.reminders.models import Delivery, Unsubscription
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import send_due
from tests.factories import UserFactory

from .test_every_dated_thing import agenda, freeze, track  # noqa: F401

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
