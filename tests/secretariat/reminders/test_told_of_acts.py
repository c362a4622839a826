"""No act sends a mail of which its page did not say to whom it goes."""

import re
from datetime import date

import pytest
from django.urls import reverse

from meetings.models import Due, Ministry, SilenceEvent, SilenceProcedure
from meetings.papers.acts import add_version, issue_document, register_document
from secretariat.reminders.models import Delivery
from secretariat.reminders.sending import send_due
from tests.acts import confirm, look, seal_of
from tests.factories import (
    ContactFactory,
    MinistryFactory,
    ResponsibilityFactory,
    StateFactory,
    SymbolSchemeFactory,
    TrackFactory,
)
from tests.meetings.papers.files import text

pytestmark = pytest.mark.django_db


def told(page):
    """By state, as the page says it, whatever the moment; None where it says nothing of mail."""
    said = " ".join(page.content.decode().split())
    if 'id="told-title"' not in said:
        return None
    card = said.split('id="told-title"')[1].split("</section>")[0]
    return re.findall(r"<strong>([^<]+)</strong>.*?(\d+ mails?) · people: (\d+)", card)


@pytest.fixture
def paper(track):
    """Issued in a track for which one ministry of Kazakhstan answers, with two contacts."""
    ministry = MinistryFactory(state=StateFactory(code="KZ"))
    ResponsibilityFactory(track=track, ministry=ministry)
    for name in ("aliya", "bolat"):
        ContactFactory(ministry=ministry, email=f"{name}@example.org")
    SymbolSchemeFactory(mechanism=track.mechanism)
    paper = register_document(actor=None, track=track, titles={"en": "Draft"}, dated_on=date(2026, 4, 1))
    add_version(paper.pk, language="ru", file=text("ru"), name="draft.txt", actor=None)
    return issue_document(paper.pk, actor=None, exception_reason="Agreed.")


@pytest.fixture
def track(db):
    return TrackFactory()


def test_an_act_of_one_step_becomes_two_where_somebody_is_told_of_it(desk, meeting, sink):
    send_due()
    due = Due.objects.get(state="KZ")
    address = f"{reverse('admin:meetings_due_waived')}?ids={due.pk}"
    sent = {"reason": "Given by telephone.", "seen": seal_of(desk.get(address)), "confirm": "1"}
    page = desk.post(address, sent)
    assert (told(page), Due.objects.get(pk=due.pk).status) == ([("Kazakhstan", "1 mail", "1")], "open")
    assert desk.post(address, {**sent, "told": page.context["who"]}).status_code == 302
    assert Due.objects.get(pk=due.pk).status == "waived"


OPENING = {"closes_on": "2099-05-14", "closes_at": "18:00", "zone": "Asia/Almaty", "reason": "Note 3"}
TWO = [("Kazakhstan", "2 mails", "2")]


def test_who_is_told_of_an_act_stands_on_its_page_and_is_told_then(desk, paper, sink):
    address = reverse("admin:meetings_silenceprocedure_open", args=[paper.pk])
    values = {**OPENING, "parties": ["KZ", "CN"]}
    assert told(desk.get(address)) is None
    assert told(look(desk, address, values)) == TWO
    assert not SilenceProcedure.objects.exists()
    assert not Delivery.objects.filter(silence__isnull=False).exists()
    assert confirm(desk, address, values).status_code == 302
    send_due()
    assert sink.recipients == ["aliya@example.org", "bolat@example.org"]


def test_who_came_meanwhile_and_would_be_told_too_is_shown_before_it_is_done(desk, paper):
    address = reverse("admin:meetings_silenceprocedure_open", args=[paper.pk])
    values = {**OPENING, "parties": ["KZ", "CN"]}
    page = look(desk, address, values)
    ContactFactory(ministry=Ministry.objects.get(), email="dana@example.org")
    sent = {**values, "told": page.context["who"], "confirm": "1"}
    again = desk.post(address, {**sent, "seen": seal_of(page)})
    assert "Nothing was done yet. See who would be told of it, and confirm." in again.content.decode()
    assert (told(again), SilenceProcedure.objects.count()) == ([("Kazakhstan", "3 mails", "3")], 0)
    answer = desk.post(address, {**sent, "seen": seal_of(again), "told": again.context["who"]})
    assert (answer.status_code, SilenceEvent.objects.count()) == (302, 1)
