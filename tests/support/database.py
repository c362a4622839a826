"""What a committing test wrote is taken out again, and what a new installation starts with stands there as before.

Django would truncate every table and then make permissions and content types anew: half a second a test, for rows
that hardly a test touches. Here the tables are compared with how they were, which takes milliseconds, and only
those that differ are written.
"""

from django.db import connection

# Kept beside the tables, in a schema of its own, so that the comparison never leaves the server.
REMEMBER = """
DROP SCHEMA IF EXISTS pristine CASCADE;
CREATE SCHEMA pristine;
DO $$
DECLARE
    name text;
    filled boolean;
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (TABLE public.%I)', name) INTO filled;
        IF filled THEN
            EXECUTE format('CREATE TABLE pristine.%I AS TABLE public.%I', name, name);
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION pristine.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    differs boolean;
    changed text[] := '{}';
BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        IF to_regclass(format('pristine.%I', name)) IS NULL THEN
            EXECUTE format('SELECT EXISTS (TABLE public.%I)', name) INTO differs;
        ELSE
            EXECUTE format('SELECT EXISTS (
                (SELECT now::text FROM public.%1$I now EXCEPT ALL SELECT was::text FROM pristine.%1$I was)
                UNION ALL
                (SELECT was::text FROM pristine.%1$I was EXCEPT ALL SELECT now::text FROM public.%1$I now)
            )', name) INTO differs;
        END IF;
        IF differs THEN
            changed := changed || name;
        END IF;
    END LOOP;
    -- Triggers keep history from being deleted, and count what is written.
    FOREACH name IN ARRAY changed LOOP
        EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', name);
    END LOOP;
    FOREACH name IN ARRAY changed LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOREACH name IN ARRAY changed LOOP
        IF to_regclass(format('pristine.%I', name)) IS NOT NULL THEN
            EXECUTE format('INSERT INTO public.%1$I TABLE pristine.%1$I', name);
        END IF;
    END LOOP;
    SET CONSTRAINTS ALL IMMEDIATE;  -- a table with checks to come cannot be altered
    FOREACH name IN ARRAY changed LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', name);
    END LOOP;
END $$;
"""


def remember() -> None:
    """Note how the tables stand now."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER)


def restore() -> None:
    """Make the tables stand as they were noted."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pristine.restore()")
