"""What a ministry says by the links of its mails: said by a button, once, by who may, and settling nothing."""

import email
import email.policy
import logging
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import Contact, Due
from meetings.saving import save_party
from meetings.schedule.moves import cancel_meeting, move_meeting
from secretariat.reminders.models import Delivery, Reply
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.replies.recording import set_aside
from secretariat.reminders.sending import send_due
from tests.factories import UserFactory, day_span

pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^/\s]+(/(?:reply/[a-z]+|unsubscribe)/\S+)")


def links_of(envelope):
    """The paths of a mail's links, as its text shows them: received, submitted, extension."""
    message = email.message_from_bytes(envelope.content, policy=email.policy.default)
    return LINK.findall(message.get_body(("plain",)).get_content())


@pytest.fixture
def strict():
    """A reader without cookies whose browser sends no Origin, and whom Django's check would refuse."""
    return Client(enforce_csrf_checks=True, HTTP_ORIGIN="null")


@pytest.fixture
def mail(meeting, sink):
    """The mail to Kyrgyzstan, which reads English."""
    send_due()
    return next(envelope for envelope in sink.accepted if envelope.rcpt_tos == ["kg@example.org"])


@pytest.fixture
def links(mail):
    return dict(zip(("received", "submitted", "extension"), links_of(mail), strict=True))


def pressed(client, link, **values):
    """What the button of the page does."""
    seal = re.search(r'name="seal" value="([^"]+)"', client.get(link).content.decode())
    return client.post(link, {"seal": seal[1] if seal else "", **values})


def said():
    return [(reply.what, str(reply.until or ""), reply.text) for reply in Reply.objects.order_by("pk")]


def due():
    return Due.objects.get(state="KG")


def test_each_mail_about_a_due_has_a_link_for_each_answer_in_text_and_html(mail, links):
    html = (
        email.message_from_bytes(mail.content, policy=email.policy.default).get_body(("html",)).get_content()
    )
    assert [link.split("/")[2] for link in links.values()] == ["received", "submitted", "extension"]
    assert [f'href="http://127.0.0.1:8000{link}"' in html for link in links.values()] == [True] * 3


def test_a_mail_that_says_that_nothing_is_due_asks_for_no_answer(mail, sink):
    sink.accepted.clear()
    settle_due(due().pk, status="received", at=timezone.now(), actor=None)
    Delivery.objects.filter(kind="received").update(next_try_at=timezone.now())  # not to wait for the morning
    send_due()
    (thanks,) = sink.accepted
    assert links_of(thanks) == []


def test_a_link_holds_no_name_and_no_address(links):
    row = Delivery.objects.get(contact__email="kg@example.org", state="sent")
    assert {link.split("/")[3].split(".")[0] for link in links.values()} == {row.uid.hex}


@pytest.mark.parametrize("purpose", ["received", "submitted", "extension"])
def test_looking_at_a_link_says_nothing_however_often(strict, links, purpose):
    for method in (strict.get, strict.head, strict.get):
        assert method(links[purpose]).status_code == 200
    assert said() == []


@pytest.mark.parametrize("values", [{}, {"seal": "x"}, {"List-Unsubscribe": "One-Click"}])
def test_a_post_by_who_did_not_see_the_page_says_nothing(strict, links, values):
    response = strict.post(links["submitted"], values)
    assert (response.status_code, said()) == (400, [])
    assert "Nothing was recorded" in response.content.decode()


def test_the_button_says_it_and_the_link_then_shows_what_was_said(strict, links):
    response = pressed(strict, links["submitted"], text="Note verbale 12/26")
    assert (response.status_code, response.headers["Location"]) == (303, links["submitted"])
    assert said() == [("submitted", "", "Note verbale 12/26")]
    shown = strict.get(links["submitted"])
    assert (shown.status_code, "Recorded. Thank you." in shown.content.decode()) == (200, True)


def test_a_claim_settles_nothing_and_the_reminders_go_on(strict, links):
    planned = Delivery.objects.filter(state="pending").count()
    pressed(strict, links["submitted"])
    assert (due().status, Delivery.objects.filter(state="pending").count()) == ("open", planned)
    assert reconcile() == []


def test_an_extension_is_a_request_with_a_day_and_a_reason_and_moves_nothing(strict, links):
    before = due().due_on
    day = (before + timedelta(days=9)).isoformat()
    pressed(strict, links["extension"], until=day, text="The minister travels.")
    assert (said(), due().due_on) == ([("extension", day, "The minister travels.")], before)


@pytest.mark.parametrize(
    ("days", "text", "complaint"),
    [
        (0, "The minister travels.", "not after the day on which it is due"),
        (400, "The minister travels.", "more than a year away"),
        (9, "  ", "This field is required."),
        (9, "x" * 501, "at most 500 characters"),
    ],
)
def test_a_request_that_cannot_be_meant_is_refused_with_its_reason(strict, links, days, text, complaint):
    until = (due().due_on + timedelta(days=days)).isoformat()
    response = pressed(strict, links["extension"], until=until, text=text)
    assert (response.status_code, said()) == (400, [])
    assert complaint in response.content.decode()


def test_a_link_is_used_once(strict, links):
    seal = re.search(r'name="seal" value="([^"]+)"', strict.get(links["submitted"]).content.decode())[1]
    for text in ("first", "second"):
        strict.post(links["submitted"], {"seal": seal, "text": text})
    assert said() == [("submitted", "", "first")]


def test_a_link_of_one_purpose_is_none_for_another(strict, links):
    other = links["received"].replace("/received/", "/submitted/")
    assert (strict.get(other).status_code, pressed(strict, other).status_code, said()) == (404, 404, [])


@pytest.mark.parametrize(
    "spoil",
    [
        lambda link: link[:-1],
        lambda link: link + "A",
        lambda link: link.replace(".", "", 1),
        lambda link: link[:20] + ("0" if link[20] != "0" else "1") + link[21:],
        lambda link: "/reply/unsubscribe/" + link.split("/")[3],
        lambda link: "/reply/received/" + "a" * 5000,
        lambda link: "/reply/received/%00",
    ],
)
def test_an_altered_link_is_no_link(strict, links, spoil):
    link = spoil(links["received"])
    response = strict.get(link)
    assert (response.status_code, strict.post(link).status_code, said()) == (404, 404, [])


def leave():
    contact = Contact.objects.get(email="kg@example.org")
    contact.valid_until = contact.day_at(timezone.now()) - timedelta(days=1)
    save_party(contact)


def withdraw():
    cancel_meeting(due().deadline.meeting_id, actor=None, reason="the host withdrew")


def move():
    meeting = due().deadline.meeting
    to = day_span((meeting.first_on + timedelta(days=100)).isoformat())
    move_meeting(meeting.pk, to=to, actor=None, reason="the host asked")


def settle():
    settle_due(due().pk, status="received", at=timezone.now(), actor=None)


def hand_over():
    due().deadline.meeting.track.responsibilities.filter(ministry__state="KG").update(
        valid_until="2020-01-01"
    )


UNTRUE = [
    (leave, 403, 403, "does not answer for this any more"),
    (hand_over, 403, 403, "does not answer for this any more"),
    (withdraw, 410, 410, "was withdrawn"),
    (move, 409, 409, "speaks of an earlier date"),
    (settle, 200, 409, "recorded it as settled"),
]


@pytest.mark.parametrize(("happens", "looked", "said_so", "words"), UNTRUE)
def test_a_link_that_became_untrue_says_why_and_changes_nothing(
    strict, links, happens, looked, said_so, words
):
    seal = re.search(r'name="seal" value="([^"]+)"', strict.get(links["submitted"]).content.decode())[1]
    happens()
    answers = [strict.get(links["submitted"]), strict.post(links["submitted"], {"seal": seal})]
    assert [answer.status_code for answer in answers] == [looked, said_so]
    assert [words in answer.content.decode() for answer in answers] == [True, True]
    assert said() == []


def test_a_link_expires_a_month_after_the_day(strict, links, time_machine):
    time_machine.move_to(due().due_at + timedelta(days=29, hours=23))
    assert strict.get(links["submitted"]).status_code == 200
    time_machine.move_to(due().due_at + timedelta(days=30))
    assert (strict.get(links["submitted"]).status_code, pressed(strict, links["submitted"]).status_code) == (
        410,
        410,
    )


def test_a_page_left_open_for_a_day_asks_again(strict, links, time_machine):
    seal = re.search(r'name="seal" value="([^"]+)"', strict.get(links["submitted"]).content.decode())[1]
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    assert (strict.post(links["submitted"], {"seal": seal}).status_code, said()) == (400, [])


def test_the_page_speaks_the_contacts_language_whatever_the_browser_asks_for(strict, meeting, sink):
    send_due()
    mail = next(envelope for envelope in sink.accepted if envelope.rcpt_tos == ["kz@example.org"])
    response = strict.get(links_of(mail)[0], HTTP_ACCEPT_LANGUAGE="en")
    assert (response.headers["Content-Language"], '<html lang="ru">' in response.content.decode()) == (
        "ru",
        True,
    )


def test_the_page_is_kept_found_and_told_by_nobody_and_names_nobody(strict, links):
    response = strict.get(links["received"])
    headers = {name: response.headers[name] for name in ("Cache-Control", "Referrer-Policy", "X-Robots-Tag")}
    assert headers == {
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    text = response.content.decode()
    assert [part in text for part in ("MFA KG", "kg@example.org", "Kyrgyzstan")] == [False, False, True]
    assert response.cookies == {}


def test_who_asks_too_often_waits(strict, links, monkeypatch):
    monkeypatch.setattr("secretariat.reminders.replies.public_pages.AN_HOUR_BY_LINK", 2)
    assert [strict.get(links["received"]).status_code for _each in range(3)] == [200, 200, 429]
    assert int(strict.get(links["received"]).headers["Retry-After"]) > 0
    assert strict.get(links["submitted"]).status_code == 200


def test_no_link_stands_in_the_log(strict, links):
    log = StringIO()
    [console] = [each for each in logging.getLogger().handlers if each.name == "console"]
    before = console.setStream(log)
    settle()
    for link in (links["received"], links["received"][:-1]):
        strict.post(link)
    console.setStream(before)
    token = links["received"].split("/")[3]
    # Of each the line of its access, and the warning of its answer.
    assert (log.getvalue().count("/reply/received/…"), token[:32] in log.getvalue()) == (4, False)


def test_a_page_costs_the_same_whatever_was_said(strict, links, django_assert_num_queries):
    strict.get(links["received"])
    with django_assert_num_queries(3):
        strict.get(links["received"])
    pressed(strict, links["submitted"])
    with django_assert_num_queries(3):
        strict.get(links["received"])


def test_a_claim_waits_for_staff_until_they_receive_it(strict, links):
    pressed(strict, links["submitted"])
    assert Reply.objects.waiting().count() == 1
    settle()
    assert Reply.objects.waiting().count() == 0


def test_a_request_waits_for_staff_until_the_day_moves(strict, links):
    day = due().due_on + timedelta(days=9)
    pressed(strict, links["extension"], until=day.isoformat(), text="The minister travels.")
    assert Reply.objects.waiting().count() == 1
    pin_due(due().pk, day=day, actor=None, reason="agreed by the host")
    assert Reply.objects.waiting().count() == 0


def test_that_a_mail_was_received_asks_nothing_of_staff(strict, links):
    pressed(strict, links["received"])
    assert (said(), Reply.objects.waiting().count()) == ([("received", "", "")], 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE reminders_reply SET text = 'other'",
        "DELETE FROM reminders_reply",
        "UPDATE reminders_settingaside SET reason = 'other'",
        "DELETE FROM reminders_settingaside",
    ],
)
def test_what_was_said_and_set_aside_stays(strict, links, statement):
    pressed(strict, links["submitted"])
    set_aside(Reply.objects.get().pk, actor=UserFactory(), reason="nothing came")
    with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("a_link_is_used_once", {"what": "received"}),
        ("an_extension_says_until_when_and_why", {"what": "extension", "until": "2027-01-01"}),
        ("an_extension_says_until_when_and_why", {"what": "extension", "text": "The minister travels."}),
        ("an_extension_says_until_when_and_why", {"what": "submitted", "until": "2027-01-01"}),
    ],
)
def test_the_database_refuses_what_cannot_have_been_said(strict, links, constraint, values):
    pressed(strict, links["received"])
    row = Reply.objects.get().delivery
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Reply.objects.create(delivery=row, **values)
