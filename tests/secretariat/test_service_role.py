"""The service lives without owning its tables, and nothing that it may say in SQL undoes what is protected."""

from datetime import date, timedelta

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone
from psycopg import errors

from meetings.models import Contact, Erasure
from meetings.people.retaining import apply_contact_retention
from secretariat.desk.models import SignIn
from secretariat.desk.signing_in.keeping import let_go_of_sign_ins
from secretariat.service_role import ALL, APPEND, READ, grant, lay_down_privileges, privileges
from tests.factories import ContactFactory, MinistryFactory, UserFactory
from tests.support.roles import ROLE, execute

pytestmark = pytest.mark.django_db(transaction=True)


def events_of(ministry):
    return execute("SELECT count(*) FROM meetings_ministryevent WHERE pgh_obj_id = %s", ministry.pk)[0][0]


def refusal(*statements):
    """The database's reason to refuse the last of these statements, of one transaction."""
    with transaction.atomic():
        for statement in statements[:-1]:
            execute(statement)
        with pytest.raises(DatabaseError) as found, transaction.atomic():
            execute(statements[-1])
    return found.value.__cause__


def test_each_table_has_what_is_derived_for_it_and_no_table_is_forgotten(as_service):
    tables = [name for (name,) in execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    assert sorted(privileges()) == sorted(tables)
    words = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    held = {
        table: {word for word in words if execute("SELECT has_table_privilege(%s, %s, %s)", ROLE, table, word)[0][0]}
        for table in tables
    }  # fmt: skip
    assert held == privileges()


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("django_migrations", READ),
        ("django_admin_log", APPEND),
        ("pghistory_context", APPEND | {"UPDATE"}),
        ("meetings_meetingevent", APPEND),
        ("meetings_erasure", APPEND),
        ("rotation_rotationdecision", APPEND),
        ("desk_signin", APPEND),
        ("reminders_delivery", ALL - {"DELETE"}),
        ("meetings_document", ALL - {"DELETE"}),
        ("meetings_meeting", ALL),
    ],
)
def test_what_a_trigger_refuses_for_good_is_not_granted(table, expected):
    assert privileges()[table] == expected


PROTECTED = sorted(table for table, granted in privileges().items() if "DELETE" not in granted)


def test_no_protected_table_is_written_anew_whatever_is_ignored(as_service):
    MinistryFactory().delete()
    as_service()
    everything = execute("SELECT array_agg(tgname::text)::text FROM pg_trigger")[0][0]
    for table in PROTECTED:
        statements = [f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"]
        if "UPDATE" not in privileges()[table]:
            column = execute(
                f"SELECT attname FROM pg_attribute WHERE attrelid = '{table}'::regclass AND attnum = 1"
            )
            statements.append(f'UPDATE {table} SET "{column[0][0]}" = "{column[0][0]}"')
        for statement in statements:
            ignore = f"SELECT set_config('pgtrigger.ignore', '{everything}', true)"
            assert isinstance(refusal(ignore, statement), errors.InsufficientPrivilege), statement


@pytest.mark.parametrize(
    "statement",
    [
        "DROP TRIGGER contexts_are_never_deleted ON pghistory_context",
        "ALTER TABLE meetings_meetingevent DISABLE TRIGGER ALL",
        "ALTER TABLE meetings_meetingevent OWNER TO CURRENT_USER",
        "DROP TABLE meetings_meetingevent",
        "CREATE TABLE public.mine (id integer)",
        "CREATE TEMPORARY TABLE mine (id integer)",
        "CREATE SCHEMA mine",
        "CREATE FUNCTION public.mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean"
        " LANGUAGE sql AS 'SELECT true'",
        "CREATE OR REPLACE FUNCTION refuse_to_change_what_was_told() RETURNS trigger LANGUAGE plpgsql AS"
        " 'BEGIN RETURN OLD; END'",
        "SET session_replication_role = replica",
        "SET ROLE secretariat",
        "CREATE ROLE mine SUPERUSER",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('x', 'y', now())",
    ],
)
def test_the_service_changes_no_rule(as_service, statement):
    owner = connection.settings_dict["USER"]
    as_service()
    found = refusal(statement.replace("SET ROLE secretariat", f'SET ROLE "{owner}"'))
    assert isinstance(found, errors.InsufficientPrivilege)


def test_a_rule_with_a_condition_is_not_ignored_by_the_service_and_is_by_the_owner(as_service):
    lay_down_privileges()
    row = MinistryFactory()
    trigger = execute(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = 'meetings_ministry'::regclass"
        " AND NOT tgisinternal AND tgname LIKE %s",
        "pgtrigger_update%",
    )[0][0]

    def rename(name):
        with transaction.atomic():
            execute(f"SELECT set_config('pgtrigger.ignore', '{{{trigger}}}', true)")
            execute(
                "UPDATE meetings_ministry SET names = jsonb_build_object('en', %s::text) WHERE id = %s",
                name,
                row.pk,
            )

    as_owner = events_of(row)
    rename("unseen")
    assert events_of(row) == as_owner
    as_service()
    rename("seen")
    assert events_of(row) == as_owner + 1


def test_the_desk_works_and_its_history_is_written(as_service, client):
    client.force_login(UserFactory(username="aida", is_superuser=True))
    row = MinistryFactory()
    as_service()
    assert client.get(reverse("admin:index")).status_code == 200
    assert client.get(reverse("admin:meetings_ministry_change", args=[row.pk])).status_code == 200
    before = events_of(row)
    row.names = {"en": "Ministry of Trade"}
    row.save()
    assert events_of(row) == before + 1


def test_the_record_the_example_and_what_keeps_them_true_run_as_the_service(as_service):
    as_service()
    for command in ("load_mechanism", "load_cities", "load_example", "ensure_admin"):
        call_command(command, verbosity=0)
    call_command("apply_retention")
    call_command("send_due")
    call_command("remove_example")


def test_retention_erases_a_former_contact_and_nobody_else(as_service):
    gone = ContactFactory(name="Zarina Bekova", email="bekova@example.org", valid_until=date(2020, 1, 1))
    here = ContactFactory(name="Daniyar Omarov", valid_until=timezone.localdate() - timedelta(days=700))
    as_service()
    assert apply_contact_retention(timezone.localdate()) == [gone.pk]
    rows = execute("SELECT DISTINCT name, email FROM meetings_contactevent WHERE pgh_obj_id = %s", gone.pk)
    assert rows == [(f"#{gone.pk}", f"erased-{gone.pk}@contacts.invalid")]
    Erasure.objects.create(contact=here, rule="mine")
    found = refusal(f"SELECT erase_history_of_contact({here.pk}, '2100-01-01')")
    assert isinstance(found, errors.RaiseException)
    assert Contact.objects.get(pk=here.pk).name == "Daniyar Omarov"


def test_tries_at_passwords_go_after_their_time_and_no_sooner(as_service):
    execute(
        "INSERT INTO desk_signin (at, outcome, account, address, network, by_name) SELECT"
        " now() - make_interval(days => days), 'wrong', days::text, '', '', '' FROM unnest(ARRAY[399, 401]) days"
    )
    as_service()
    let_go_of_sign_ins(timezone.now() + timedelta(days=3650))
    assert list(SignIn.objects.values_list("account", flat=True)) == ["399"]


def test_a_role_that_could_do_more_anyway_is_refused():
    for role in ("nobody at all", connection.settings_dict["USER"]):
        with (
            pytest.raises(ImproperlyConfigured, match="DATABASE_SERVICE_ROLE"),
            connection.cursor() as cursor,
        ):
            grant(cursor, role)


def test_the_deployment_check_warns_of_a_service_that_owns_its_tables(as_service):
    def found():
        checks = run_checks(tags=["database"], include_deployment_checks=True, databases=["default"])
        return [each.id for each in checks if each.id.startswith("secretariat.")]

    assert found() == ["secretariat.W001"]
    as_service()
    assert found() == []
