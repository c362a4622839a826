"""A database that is put back from a backup does not know what was sent since: nobody gets it a second time.

A real database, put back by the server itself, and senders that are processes.
"""

import os
import subprocess
import sys

import psycopg
import pytest
from django.db import connection
from psycopg import sql

from secretariat.reminders.restoration import IN_DOUBT

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/"


class Place:
    """A database, and copies of it by name."""

    def __init__(self, name):
        self.name, self.root = name, ROOT.format(**connection.settings_dict)

    def ask(self, query, name=None):
        with psycopg.connect(self.root + (name or self.name), autocommit=True) as own:
            cursor = own.execute(query)
            return cursor.fetchall() if cursor.description else []

    def copy(self, source, to, oid=None):
        """`to` becomes what `source` is; oid: and is the same database for the server as before."""
        with psycopg.connect(self.root + "postgres", autocommit=True) as own:
            own.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(to)))
            order = "CREATE DATABASE {} TEMPLATE {}" + (f" OID {oid}" if oid else "")
            own.execute(sql.SQL(order).format(sql.Identifier(to), sql.Identifier(source)))

    def run(self, server, *command, name=None):
        """What a command of the service prints; mail goes to `server`."""
        environment = {
            "DATABASE_URL": self.root + (name or self.name),
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "MAILBOX_DIR": "",
        }
        done = subprocess.run(
            [sys.executable, "manage.py", *command],
            env=os.environ | environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout.strip()

    def mails(self, name=None):
        """How many are in doubt for that reason, and how many are left to go of themselves by now."""
        told = f"SELECT delivery_id FROM reminders_deliveryevent WHERE detail = '{IN_DOUBT}'"
        doubted = f"state = 'uncertain' AND id IN ({told})"
        waiting = "state = 'pending' AND next_try_at <= now()"
        return self.ask(
            f"SELECT count(*) FILTER (WHERE {doubted}), count(*) FILTER (WHERE {waiting}) FROM reminders_delivery",
            name,
        )[0]

    def epochs(self, name=None):
        return self.ask("SELECT audience, epoch FROM feed_feed ORDER BY 1", name)


@pytest.fixture
def place(meeting, server):
    """The service's database, in which two mails are due and one was sent."""
    own = connection.settings_dict["NAME"]
    names = [f"{own}_{what}" for what in ("live", "backup", "other")]
    connection.close()
    connection.close_pool()  # a database that is copied has no guests
    place = Place(names[0])
    place.copy(own, place.name)
    later = (
        "UPDATE reminders_delivery SET next_try_at = next_try_at {} interval '1 year' WHERE state = 'pending'"
    )
    place.ask(
        later.format("+") + " AND id <> (SELECT min(id) FROM reminders_delivery WHERE next_try_at <= now())"
    )
    assert place.run(server, "send_due") == "1 sent"
    place.ask(later.format("-"))
    yield place
    for name in names:
        place.ask(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)), "postgres")


@pytest.fixture
def backup(place, server):
    """A backup, after which the mails went out."""
    name = place.name.replace("_live", "_backup")
    place.copy(place.name, name)
    assert place.run(server, "send_due") == "2 sent"
    assert place.mails() == (0, 0)
    return name


def test_what_went_out_after_the_backup_does_not_go_again_wherever_it_is_put_back(place, backup, server):
    # Elsewhere it finds that it lives in another place than it remembers.
    other = place.name.replace("_live", "_other")
    place.copy(backup, other)
    assert place.run(server, "send_due", name=other) == "0 sent"
    assert (place.mails(other), server.received) == ((2, 0), 3)
    # In the same database the broker knows of a step that is missing.
    [(oid,)] = place.ask(f"SELECT oid FROM pg_database WHERE datname = '{place.name}'", "postgres")
    place.copy(backup, place.name, oid)
    before = place.epochs()
    assert place.run(server, "send_due") == "0 sent"
    assert (place.mails(), server.received) == ((2, 0), 3)
    assert not set(place.epochs()) & set(before)
    place.run(server, "send_due")
    assert len(place.ask("SELECT id FROM reminders_ledgerhome")) == 2  # noticed once
