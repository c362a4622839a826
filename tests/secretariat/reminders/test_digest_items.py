"""A digest tells only what still holds: when it is sent again, when an item of it was held, when it did not arrive."""

from datetime import timedelta

import pytest
from django.utils import timezone

from meetings.deadlines.dues import pin_due, settle_due
from meetings.models import Due
from secretariat.reminders.ahead import Scope
from secretariat.reminders.digesting import reconcile_digests
from secretariat.reminders.keeping import hold, release, send_again
from secretariat.reminders.models import Delivery
from secretariat.reminders.reconciling import reconcile
from secretariat.reminders.sending import claim, send_due
from secretariat.reminders.settling import settle, try_again
from tests.factories import MeetingFactory

from ..feed.test_rendered_at_once import second_waits
from .test_digests import another_deadline, its_hour_comes, mails, mine
from .test_digests import reader as reader
from .test_settle_pages import page_of

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


def test_the_page_of_a_digest_of_which_something_holds_says_that_it_goes_and_it_does(
    uncertain_digest, reader, desk, sink
):
    is_waived(Due.objects.get(state="KG", deadline__titles__en="Nominations"))
    assert "It stays unsent" not in desk.get(page_of("arrival", [uncertain_digest])).content.decode()
    settle([uncertain_digest.pk], arrived=False, **WHY)
    send_due()
    assert len(mails(sink, reader)) == 1


def test_the_page_of_a_refused_digest_says_that_it_goes_and_it_does(reader, desk, sink):
    its_hour_comes(reader)
    sink.answers[reader.email] = "data 554 5.7.1 looks like spam"
    send_due()
    sink.answers.clear()
    refused = digest_of(reader)
    assert "It stays unsent" not in desk.get(page_of("refusal", [refused])).content.decode()
    try_again([refused.pk], **WHY)
    send_due()
    assert len(mails(sink, reader)) == 1


@pytest.mark.django_db(transaction=True)
def test_who_settles_a_digest_waits_for_who_plans_its_items_anew_and_neither_for_ever(
    uncertain_digest, reader
):
    items = Delivery.objects.filter(contact=reader, is_item=True).order_by("pk")
    second_waits(
        lambda: list(items.select_for_update()),
        lambda: settle([uncertain_digest.pk], arrived=False, **WHY),
        then=lambda: reconcile_digests({reader.pk}),
    )
    assert mine(reader, kind="digest") == [("digest", "", "pending")]
    assert mine(reader, is_item=True) == [("reminder", "P1W", "pending")] * 2


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


def test_a_digest_sent_again_and_put_off_does_not_go_when_it_holds_no_more(sent_digest, reader, sink):
    sink.accepted.clear()
    send_again([sent_digest.pk], **WHY)
    sink.answers[reader.email] = "450 greylisted"
    send_due()
    sink.answers.clear()
    is_waived(Due.objects.get(state="KG"))
    Delivery.objects.filter(state="deferred").update(next_try_at=timezone.now())
    send_due()
    told = [mail["Message-ID"] for mail in mails(sink, reader)]  # that it is waived
    copy = sent_digest.copies.get()
    assert (copy.message_id in told, copy.state) == (False, "cancelled")


def test_a_copy_of_a_digest_is_sent_again_as_often_as_staff_want(sent_digest, reader, sink):
    row = sent_digest
    for _each in range(3):
        assert send_again([row.pk], **WHY) == 1
        send_due()
        row = row.copies.get()
    assert len({text_of(mail) for mail in mails(sink, reader)}) == 1
    assert [mail["Message-ID"] for mail in mails(sink, reader)][-1] == row.message_id


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


def test_an_item_held_while_a_worker_has_its_digest_is_not_told_in_it(meeting, reader, sink):
    another_deadline(meeting, reader)
    its_hour_comes(reader)
    assert digest_of(reader).pk in [row.pk for row in claim(50)]
    item = Delivery.objects.filter(contact=reader, is_item=True, state="pending").first()
    hold([item.pk], **WHY)
    send_due()
    assert [subject.rpartition(": ")[2] for subject in subjects(sink, reader)] == ["1 thing falls due"]


def test_a_held_digest_stays_held_when_its_item_is_held_and_released(reader, sink):
    item = Delivery.objects.get(contact=reader, is_item=True, state="pending")
    hold([digest_of(reader).pk], **WHY)
    hold([item.pk], **WHY)
    release([item.pk], **WHY)
    its_hour_comes(reader)
    send_due()
    assert mails(sink, reader) == []
    assert (digest_of(reader).state, digest_of(reader).is_held) == ("pending", True)


@pytest.mark.parametrize("after", [timedelta(seconds=30), timedelta(hours=5)])
def test_an_item_released_after_its_digest_went_without_it_goes_by_itself(
    meeting, reader, sink, monkeypatch, after
):
    another_deadline(meeting, reader)
    held, other = Delivery.objects.filter(contact=reader, is_item=True, state="pending").order_by("pk")
    hold([held.pk], **WHY)
    its_hour_comes(reader)
    send_due()
    later = digest_of(reader).planned_at + after
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
