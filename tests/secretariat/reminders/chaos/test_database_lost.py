"""A database that drops its connections in the middle of a mail: what the mail server answered is not forgotten.

What nobody knows is only what SMTP itself leaves open (RFC 1047): a server that accepted and whose answer did not
arrive, and a worker that was killed between that answer and its commit. A lost database is neither.
"""

import threading

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from secretariat.reminders.models import Delivery, DeliveryEvent
from secretariat.reminders.sending import send_due

pytestmark = pytest.mark.django_db(transaction=True)
# Clients alone: since PostgreSQL 18 the owner of a database may not end an autovacuum worker, which the whole
# statement fails for.
EVERYBODY = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


def drop_everybody():
    """What a restart does to those who are connected."""
    url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
    with psycopg.connect(url) as own:
        own.execute(EVERYBODY)


def dropping(sink, moment):
    """At the first `moment` of a conversation everybody loses the database; the mail server goes on."""
    keep, befell = getattr(sink, moment), []

    async def drop(*conversation):
        if not befell:
            befell.append(moment)
            drop_everybody()
        return await keep(*conversation)

    setattr(sink, moment, drop)
    return befell


@pytest.fixture(autouse=True)
def fresh_connection(transactional_db):
    """For the test's own connection is dropped too."""
    yield
    connection.close()


@pytest.fixture
def one(meeting):
    """One delivery that is due."""
    row = Delivery.objects.filter(state="pending").order_by("next_try_at").select_related("contact").first()
    Delivery.objects.exclude(pk=row.pk).update(next_try_at="2099-01-01T00:00Z")
    return row


@pytest.mark.parametrize(
    ("answer", "state"),
    [("250 kept", "sent"), ("data 452 4.3.1 no room", "deferred"), ("data 554 5.7.1 no", "failed")],
)
def test_an_answer_outlives_the_loss_of_the_database(one, sink, answer, state):
    sink.answers[one.contact.email] = answer
    befell = dropping(sink, "handle_DATA")
    send_due()
    one.refresh_from_db()
    assert (befell, one.state, one.reply[:3]) == (["handle_DATA"], state, answer.removeprefix("data ")[:3])
    assert not DeliveryEvent.objects.filter(state="uncertain").exists()


def test_what_had_not_left_when_the_database_was_lost_goes_out_once_and_nobody_wonders(one, sink):
    befell = dropping(sink, "handle_RCPT")
    while send_due():
        pass
    one.refresh_from_db()
    assert (befell, one.state, len(sink.accepted)) == (["handle_RCPT"], "sent", 1)
    assert not DeliveryEvent.objects.filter(state="uncertain").exists()


def test_a_row_that_somebody_else_settled_meanwhile_is_not_written_over(one, sink):
    keep = sink.handle_DATA

    async def settled_meanwhile(*conversation):
        url = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**connection.settings_dict)
        with psycopg.connect(url) as own:
            own.execute(
                "UPDATE reminders_delivery SET state = 'uncertain', token = NULL WHERE state = 'sending'"
            )
        drop_everybody()
        return await keep(*conversation)

    sink.handle_DATA = settled_meanwhile
    send_due()
    one.refresh_from_db()
    assert one.state == "uncertain"


def test_a_connection_that_died_in_the_pool_is_handed_to_nobody():
    """Why CONN_HEALTH_CHECKS is on: after a restart each idle connection would fail one page, or one tick."""
    assert settings.DATABASES["default"]["OPTIONS"]["pool"]
    ready, go_on, answers = threading.Barrier(4), threading.Event(), []

    def hold_one():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            ready.wait(10)
        connection.close()

    threads = [threading.Thread(target=hold_one) for _n in range(3)]
    for thread in threads:
        thread.start()
    ready.wait(10)
    for thread in threads:
        thread.join()
    connection.close()
    drop_everybody()

    def ask():
        with connection.cursor() as cursor:
            cursor.execute("SELECT 7")
            answers.append(cursor.fetchone())
            go_on.wait(10)
        connection.close()

    threads = [threading.Thread(target=ask) for _n in range(4)]
    for thread in threads:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join()
    assert answers == [(7,)] * 4
