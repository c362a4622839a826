"""A digest tells only what still holds: when it is sent again, when an item of it was held, when it did not arrive."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import Due
from secretariat.reminders.ahead import Scope
from secretariat.reminders.keeping import hold, release, send_again
from secretariat.reminders.models import Delivery
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import send_due
from secretariat.reminders.settling import settle
from tests.factories import MeetingFactory

from .test_digests import another_deadline, its_hour_comes, mails, mine
from .test_digests import reader as reader

pytestmark = pytest.mark.django_db
WHY = {"actor": None, "reason": "Agreed."}


def digest_of(reader):
    return Delivery.objects.get(contact=reader, kind="digest", resends=None)


def subjects(sink, reader):
    return [str(mail["Subject"]) for mail in mails(sink, reader)]


def text_of(mail):
    return mail.get_body(("plain",)).get_content()


def is_waived(due):
    settle_due(due.pk, status="waived", at=None, actor=None, reason="Not needed.")


@pytest.fixture
def sent_digest(reader, sink):
    its_hour_comes(reader)
    send_due()
    return digest_of(reader)


@pytest.fixture
def uncertain_digest(meeting, reader, sink):
    """Of two things: the server took it, and its answer was lost."""
    another_deadline(meeting, reader)
    its_hour_comes(reader)
    sink.answers[reader.email] = "data drop"
    send_due()
    sink.answers.clear()
    sink.accepted.clear()
    return digest_of(reader)


# One that did not arrive


def test_a_digest_that_did_not_arrive_after_all_tells_nothing_that_was_settled_meanwhile(
    uncertain_digest, reader, sink
):
    is_waived(Due.objects.get(state="KG", deadline__titles__en="Nominations"))
    settle([uncertain_digest.pk], arrived=False, **WHY)
    send_due()
    (mail,) = mails(sink, reader)
    assert str(mail["Subject"]).endswith("1 thing falls due")
    assert ("Draft papers" in text_of(mail), "Nominations" in text_of(mail)) == (True, False)
    assert reconcile() == []


def test_a_digest_that_did_not_arrive_and_of_which_nothing_holds_does_not_go(uncertain_digest, reader, sink):
    for due in Due.objects.filter(state="KG"):
        is_waived(due)
    settle([uncertain_digest.pk], arrived=False, **WHY)
    send_due()
    assert (mails(sink, reader), mine(reader)) == ([], [])
    assert reconcile() == []


def test_a_digest_that_did_not_arrive_and_still_holds_goes_again_and_its_items_are_told_once(
    uncertain_digest, reader, sink
):
    settle([uncertain_digest.pk], arrived=False, **WHY)
    send_due()
    assert [subject.rpartition(": ")[2] for subject in subjects(sink, reader)] == ["2 things fall due"]
    assert mine(reader, is_item=True) == [("reminder", "P1W", "carried")] * 2
    assert (send_due(), reconcile()) == (0, [])


def test_a_digest_that_arrived_after_all_keeps_its_items_told(uncertain_digest, reader, sink):
    settle([uncertain_digest.pk], arrived=True, **WHY)
    assert (send_due(), mails(sink, reader)) == (0, [])
    assert mine(reader, is_item=True) == [("reminder", "P1W", "carried")] * 2


# One that staff send again


def test_a_digest_is_sent_again_while_all_that_it_told_holds(sent_digest, reader, sink):
    assert send_again([sent_digest.pk], **WHY) == 1
    send_due()
    first, second = mails(sink, reader)
    assert (text_of(first), second["In-Reply-To"]) == (text_of(second), first["Message-ID"])


@pytest.mark.parametrize("is_moved", [True, False])
def test_a_digest_of_which_something_holds_no_more_is_not_sent_again(sent_digest, reader, sink, is_moved):
    due = Due.objects.get(state="KG")
    if is_moved:
        pin_due(due.pk, day=due.due_on + timedelta(days=2), **WHY)
    else:
        is_waived(due)
    assert send_again([sent_digest.pk], **WHY) == 0


def test_a_digest_sent_again_and_put_off_goes_at_the_next_try(sent_digest, reader, sink):
    send_again([sent_digest.pk], **WHY)
    sink.answers[reader.email] = "450 greylisted"
    send_due()
    sink.answers.clear()
    copy = sent_digest.copies.get()
    assert copy.state == "deferred"
    Delivery.objects.filter(pk=copy.pk).update(next_try_at=timezone.now())
    send_due()
    first, second = mails(sink, reader)
    assert text_of(first) == text_of(second)
    assert mine(reader, is_item=True) == [("reminder", "P1W", "carried")]


# Items that staff hold


def test_a_digest_of_held_items_alone_does_not_go_until_one_is_released(reader, sink):
    item = Delivery.objects.get(contact=reader, is_item=True, state="pending")
    hold([item.pk], **WHY)
    assert digest_of(reader).state == "cancelled"
    its_hour_comes(reader)
    send_due()
    assert (mails(sink, reader), reconcile()) == ([], [])
    release([item.pk], **WHY)
    assert digest_of(reader).state == "pending"
    its_hour_comes(reader)
    send_due()
    assert [subject.rpartition(": ")[2] for subject in subjects(sink, reader)] == ["1 thing falls due"]
    assert reconcile() == []


def test_an_item_released_after_its_digest_went_without_it_goes_by_itself(meeting, reader, sink, monkeypatch):
    another_deadline(meeting, reader)
    held, other = Delivery.objects.filter(contact=reader, is_item=True, state="pending").order_by("pk")
    hold([held.pk], **WHY)
    its_hour_comes(reader)
    send_due()
    later = digest_of(reader).planned_at + timedelta(hours=5)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        release([held.pk], **WHY)
        assert reconcile() == []
    Delivery.objects.filter(pk=held.pk).update(next_try_at=timezone.now())
    send_due()
    digest, single = subjects(sink, reader)
    assert (digest.rpartition(": ")[2], single.startswith("Due ")) == ("1 thing falls due", True)
    rows = Delivery.objects.in_bulk([held.pk, other.pk])
    assert (rows[held.pk].state, rows[held.pk].is_item) == ("sent", False)
    assert rows[other.pk].state == "carried"


# What lies ahead of a meeting


def test_the_mail_ahead_of_a_meeting_includes_the_digest_that_tells_of_it(meeting, reader):
    def digests(of):
        return [row.pk for row in Scope(meeting=of).rows(timezone.now()) if row.kind == "digest"]

    assert digests(meeting) == [digest_of(reader).pk]
    assert digests(MeetingFactory(track=meeting.track)) == []
