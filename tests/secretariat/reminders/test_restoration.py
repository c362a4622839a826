"""What becomes of the mails when the ledger finds that its database was restored from a backup."""

import pytest
import redis
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from secretariat.reminders import restoration
from secretariat.reminders.keeping import hold
from secretariat.reminders.models import Delivery, DeliveryEvent, LedgerHome
from secretariat.reminders.restoration import IN_DOUBT, notice_restoration
from secretariat.reminders.sending import claim, send_due
from secretariat.reminders.settling import settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved_house(meeting):
    """A ledger that finds itself elsewhere than where it lived."""
    LedgerHome.objects.create(place="another cluster")


def test_what_is_due_or_with_a_worker_is_in_doubt_and_what_comes_later_or_is_held_is_not(moved_house, sink):
    mails = list(Delivery.objects.order_by("pk"))
    Delivery.objects.update(next_try_at="2026-01-01T00:00Z")
    later, held = mails[:2]
    Delivery.objects.filter(pk=later.pk).update(next_try_at="2099-01-01T00:00Z")
    hold([held.pk], actor=None, reason="The minister asked.")
    claim(1)
    taken = Delivery.objects.get(state="claimed")
    send_due()
    rows = {row.pk: (row.state, row.is_held) for row in Delivery.objects.all()}
    assert rows.pop(later.pk) == ("pending", False)
    assert rows.pop(held.pk) == ("pending", True)
    assert set(rows.values()) == {("uncertain", False)}
    assert (taken.pk in rows, len(rows), sink.accepted) == (True, len(mails) - 2, [])
    last = (
        DeliveryEvent.objects.filter(delivery__in=rows).order_by("delivery_id", "-pk").distinct("delivery_id")
    )
    assert {(event.state, event.detail) for event in last} == {("uncertain", IN_DOUBT)}


def test_staff_settle_it_as_anything_uncertain_and_only_then_it_goes(moved_house, sink):
    send_due()
    first, *others = Delivery.objects.filter(state="uncertain").values_list("pk", flat=True)
    settle([first], arrived=False, actor=None, reason="Asked by telephone: it had not come.")
    settle(others, arrived=True, actor=None, reason="Found in the mail server's log.")
    assert send_due() == 1
    assert set(Delivery.objects.filter(pk__in=[first, *others]).values_list("state", flat=True)) == {"sent"}
    assert len(sink.accepted) == 1


def test_staff_are_told_why_nobody_knows(moved_house, sink, client, admin_user):
    send_due()
    client.force_login(admin_user)
    keys = ",".join(map(str, Delivery.objects.filter(state="uncertain").values_list("pk", flat=True)))
    page = client.get("/admin/reminders/delivery/settle/arrival/", {"ids": keys}).content.decode()
    assert "The database was restored from a backup" in page
    assert "its answer was lost on the way back" not in page


def test_where_nobody_can_know_a_command_says_it(meeting, sink, capsys):
    call_command("after_restore")
    assert capsys.readouterr().out.startswith("3 mails that are due may have been sent already")
    assert (send_due(), sink.accepted) == (0, [])


def test_it_is_noticed_once(moved_house, sink):
    assert notice_restoration() > 0
    assert (notice_restoration(), LedgerHome.objects.count()) == (0, 2)


def test_a_ledger_that_nobody_looked_at_yet_notes_where_it_lives_and_sends(meeting, sink):
    assert send_due() == 3
    assert LedgerHome.objects.count() == 1


def test_a_broker_that_is_down_or_forgot_everything_keeps_no_mail_back(meeting, sink, monkeypatch):
    notice_restoration()
    away = redis.Redis.from_url("redis://127.0.0.1:1/0")
    monkeypatch.setattr(restoration, "server", lambda: away)
    assert send_due() == 3


def test_a_look_costs_one_query(meeting):
    notice_restoration()
    with CaptureQueriesContext(connection) as queries:
        notice_restoration()
    assert len(queries) == 1


def test_where_the_ledger_lived_is_not_forgotten(moved_house):
    for forget in (LedgerHome.objects.all().delete, lambda: LedgerHome.objects.update(place="")):
        with pytest.raises(DatabaseError, match="Cannot update or delete rows"), transaction.atomic():
            forget()
