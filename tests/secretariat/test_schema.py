"""The database holds what the models promise: a migration can drop an index of a constraint without a word."""

import pytest
from django.apps import apps
from django.db import connection

pytestmark = pytest.mark.django_db


def promised():
    """(table, name) of every constraint and index that a model of ours names."""
    return {
        (model._meta.db_table, each.name)
        for model in apps.get_models()
        if not model._meta.proxy and model._meta.managed
        for each in (*model._meta.constraints, *model._meta.indexes)
    }


def test_every_constraint_and_index_that_a_model_names_is_in_the_database():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, conname FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid "
            "UNION SELECT tablename, indexname FROM pg_indexes WHERE schemaname = current_schema()"
        )
        held = set(cursor.fetchall())
    assert len(promised()) > 100
    assert promised() - held == set()
