"""What the service may do in its database where another role owns the tables.

Who owns a table may drop its triggers, and who may set a variable may tell pgtrigger to look away. So `migrate` runs as
the owner, and the service as a role that holds no more than it needs: what a trigger refuses for good is not granted
either, and pgtrigger looks away for the owner alone.

Where the owner itself must delete what is protected, because it is kept too long, three functions do it with the
owner's rights, and hold the period themselves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pgtrigger
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

READ = frozenset({"SELECT"})
APPEND = READ | {"INSERT"}
ALL = APPEND | {"UPDATE", "DELETE"}
# Tables of other packages, whose triggers are written by hand: as no model says.
OTHERS = {
    "django_migrations": READ,
    "django_admin_log": APPEND,
    "pghistory_context": APPEND | {"UPDATE"},  # it is told more of a request while that lasts
}
# As pgtrigger makes it with each of its triggers, but for the first two lines of what it does.
IGNORED_BY_THE_OWNER = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name name) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    ignored text := pg_catalog.current_setting('pgtrigger.ignore', true);
BEGIN
    IF ignored IS NULL OR ignored = '' THEN
        RETURN false;
    END IF;
    RETURN pg_catalog.pg_has_role(current_user, (
        SELECT proowner FROM pg_catalog.pg_proc
        WHERE oid = 'public._pgtrigger_should_ignore(name)'::pg_catalog.regprocedure
    ), 'MEMBER') AND trigger_name = ANY (ignored::text[]);
END $$
"""


def privileges() -> dict[str, frozenset[str]]:
    """What the service's role is granted, by table: all that no trigger refuses without a condition."""
    refused: dict[str, set[str]] = {}
    for model, trigger in pgtrigger.registered():
        if isinstance(trigger, pgtrigger.Protect) and trigger.condition is None:
            refused.setdefault(model._meta.db_table, set()).update(str(trigger.operation).split(" OR "))
    tables = [
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    return {table: ALL - refused.get(table, set()) for table in tables} | OTHERS


def lay_down_privileges(using: str = "default", **_kwargs: Any) -> None:
    """After every migration: pgtrigger has made its function anew, and tables may be new."""
    with transaction.atomic(using), connections[using].cursor() as cursor:
        cursor.execute(IGNORED_BY_THE_OWNER)
        if settings.DATABASE_SERVICE_ROLE:
            grant(cursor, settings.DATABASE_SERVICE_ROLE)


def grant(cursor: CursorWrapper, role: str) -> None:
    """Give the role what `privileges` says and no more. Raises ImproperlyConfigured if it could do more anyway."""
    cursor.execute(
        "SELECT rolsuper OR rolcreaterole OR rolbypassrls OR rolreplication, pg_has_role(oid, current_user, 'MEMBER')"
        " FROM pg_roles WHERE rolname = %s",
        [role],
    )
    found = cursor.fetchone()
    if found != (False, False):
        reason = (
            "there is no such role" if found is None else "it is a superuser or the like, or owns the tables"
        )
        raise ImproperlyConfigured(f"DATABASE_SERVICE_ROLE: {role} cannot be the service's role: {reason}.")
    cursor.execute("SELECT current_database(), tablename FROM pg_tables WHERE schemaname = 'public'")
    tables = cursor.fetchall()
    cursor.execute(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace AND"
        " pg_has_role(proowner, 'MEMBER')"
    )
    functions = [name for (name,) in cursor.fetchall()]
    service = sql.Identifier(role)
    orders = [
        sql.SQL("REVOKE CREATE, TEMPORARY ON DATABASE {} FROM PUBLIC, {}").format(
            sql.Identifier(tables[0][0]), service
        ),
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(tables[0][0]), service),
        sql.SQL("REVOKE CREATE ON SCHEMA public FROM PUBLIC, {}").format(service),
        sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(service),
        sql.SQL("REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {}").format(service),
        sql.SQL("REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {}").format(service),
        sql.SQL("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {}").format(service),
    ]
    granted = privileges()
    for _database, table in tables:
        if table in granted:
            words = sql.SQL(", ").join(sql.SQL(word) for word in sorted(granted[table]))
            orders.append(
                sql.SQL("GRANT {} ON TABLE public.{} TO {}").format(words, sql.Identifier(table), service)
            )
    for name in functions:
        function = sql.Identifier(name)
        orders.append(sql.SQL("REVOKE ALL ON FUNCTION public.{} FROM PUBLIC").format(function))
        orders.append(sql.SQL("GRANT EXECUTE ON FUNCTION public.{} TO {}").format(function, service))
    for order in orders:
        cursor.execute(order)


@register(Tags.database, deploy=True)
def the_service_owns_nothing(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """`check --deploy --database default`, asked where the service runs."""
    found: list[CheckMessage] = []
    for using in databases or ():
        with connections[using].cursor() as cursor:
            cursor.execute(
                "SELECT current_user, (SELECT rolsuper FROM pg_roles WHERE rolname = current_user), EXISTS ("
                " SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace"
                " AND pg_has_role(relowner, 'MEMBER'))"
            )
            role, is_super, owns = cursor.fetchone()
        if is_super or owns:
            found.append(
                Warning(
                    f"The service runs as {role}, which {'is a superuser' if is_super else 'owns its tables'}: "
                    "no trigger keeps it from writing history anew.",
                    hint="Give it a role of its own: docs/operations.md, “Two roles in the database”.",
                    id="secretariat.W001",
                )
            )
    return found
