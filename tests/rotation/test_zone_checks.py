"""A zone that the tables do not know cannot be stored, whoever writes it."""

import importlib
from zoneinfo import available_timezones

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from meetings.models import Contact
from rotation.models import State
from tests.factories import ContactFactory, StateFactory

pytestmark = pytest.mark.django_db

NO_ZONES = ["Almaty", "asia/almaty", "UTC+5", "Asia/Almaty ", "Factory", "localtime", "../etc/passwd"]


def zone_columns():
    return {
        (model, field)
        for model in apps.get_models()
        if model._meta.managed and not hasattr(model, "pgh_tracked_model")
        for field in model._meta.local_fields
        if isinstance(field, models.CharField) and field.name.endswith("zone")
    }


def test_every_column_that_holds_a_zone_is_checked():
    checked = {
        (model, field)
        for model, field in zone_columns()
        for constraint in model._meta.constraints
        if f"IsTimeZone(F({field.name}))" in str(getattr(constraint, "condition", ""))
    }
    assert {f"{model.__name__}.{field.name}" for model, field in zone_columns() - checked} == set()
    assert {f"{model.__name__}.{field.name}" for model, field in checked} == {
        "State.zone",
        "Contact.zone",
        "Due.zone",
        "Meeting.zone",
        "SilenceProcedure.zone",
        "SilenceEvent.zone",
        "SilenceEvent.received_zone",
        "Delivery.zone",
    }


@pytest.mark.parametrize("zone", ["", *NO_ZONES])
def test_a_state_in_no_zone_is_refused_by_the_database(db, zone):
    StateFactory(code="KZ")
    with pytest.raises(IntegrityError, match="a_state_is_in_a_time_zone"), transaction.atomic():
        State.objects.update(zone=zone)


@pytest.mark.parametrize("zone", NO_ZONES)
def test_a_contact_in_no_zone_is_refused_by_the_database_and_an_empty_one_is_the_states(db, zone):
    ContactFactory(zone="")
    with pytest.raises(IntegrityError, match="a_contact_is_in_a_time_zone"), transaction.atomic():
        Contact.objects.update(zone=zone)


def test_a_form_says_so_before():
    with pytest.raises(ValidationError) as refused:
        StateFactory.build(code="KZ", zone="Almaty").full_clean()
    assert "zone" in refused.value.message_dict


def test_the_database_knows_every_zone_of_the_tables_and_no_other():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s::text[]) AS name WHERE is_time_zone(name)",
            [[*available_timezones(), *NO_ZONES, ""]],
        )
        known = {name for (name,) in cursor.fetchall()}
    assert known == available_timezones() - {"Factory", "localtime"}


@pytest.mark.parametrize(
    ("was", "becomes"),
    [("asia/almaty", "Asia/Almaty"), ("UTC+5", ""), ("Almaty", ""), ("Asia/Aqtau", "Asia/Aqtau")],
)
def test_a_contacts_zone_of_before_is_put_right_or_is_its_states(db, was, becomes):
    mend = importlib.import_module("meetings.migrations.0022_contacts_are_in_zones_that_are").mend
    ContactFactory()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE meetings_contact DROP CONSTRAINT a_contact_is_in_a_time_zone")
    Contact.objects.update(zone=was)
    with connection.schema_editor() as editor:
        mend(apps, editor)
    assert Contact.objects.get().zone == becomes
