"""The service's own role, beside the owner of the tables as which the other tests run."""

import pytest
from django.db import connection, transaction

from secretariat.service_role import grant

ROLE = "secretariat_service"  # which the servers of the tests have


def execute(sql, *values):
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []


def become(role):
    connection.close()
    connection.close_pool()
    connection.settings_dict["USER"] = role


@pytest.fixture
def as_service(transactional_db):
    """Called, the service's own role goes on: a real one, that the servers of the tests have beside the owner's."""
    owner = connection.settings_dict["USER"]
    if not execute("SELECT 1 FROM pg_roles WHERE rolname = %s", ROLE):
        execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{connection.settings_dict['PASSWORD']}'")
    with transaction.atomic(), connection.cursor() as cursor:
        grant(cursor, ROLE)

    def switch():
        become(ROLE)
        assert execute("SELECT session_user") == [(ROLE,)]

    yield switch
    become(owner)
