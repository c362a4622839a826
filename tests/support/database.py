"""What a committing test wrote is taken out again, and what a new installation starts with stands there as before.

Django would truncate every table and then make permissions and content types anew: half a second a test, for rows
that hardly a test touches. Here the tables are compared with how they were, which takes milliseconds, and only
those that differ are written. In the same way a test gets what takes seconds to be made, such as the loaded record.
"""

from collections.abc import Callable

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
CREATE FUNCTION pristine.keep(kept text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
    filled boolean;
    stored text;  -- the columns that are not computed
BEGIN
    EXECUTE format('DROP SCHEMA IF EXISTS %I CASCADE', kept);
    EXECUTE format('CREATE SCHEMA %I', kept);
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (TABLE public.%I)', name) INTO filled;
        IF filled THEN
            SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO stored FROM pg_attribute
            WHERE attrelid = format('public.%I', name)::regclass
            AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
            EXECUTE format('CREATE TABLE %1$I.%2$I AS SELECT %3$s FROM public.%2$I', kept, name, stored);
        END IF;
    END LOOP;
END $$;
CREATE FUNCTION pristine.check_now(now boolean) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    IF now THEN
        SET CONSTRAINTS ALL IMMEDIATE;
    ELSE  -- each again when it is declared to be
        SET CONSTRAINTS ALL DEFERRED;
        FOR name IN SELECT conname FROM pg_constraint WHERE condeferrable AND NOT condeferred LOOP
            EXECUTE format('SET CONSTRAINTS public.%I IMMEDIATE', name);
        END LOOP;
    END IF;
END $$;
CREATE FUNCTION pristine.bring(kept text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    names text[] := ARRAY(SELECT tablename FROM pg_tables WHERE schemaname = kept);
    name text;
    stored text;
BEGIN
    PERFORM pristine.check_now(true);  -- a table with checks to come cannot be altered
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('ALTER TABLE public.%I DISABLE TRIGGER USER', name);
    END LOOP;
    PERFORM pristine.check_now(false);
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('DELETE FROM public.%I', name);
    END LOOP;
    FOREACH name IN ARRAY names LOOP
        SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO stored FROM pg_attribute
        WHERE attrelid = format('%I.%I', kept, name)::regclass AND attnum > 0;
        EXECUTE format('INSERT INTO public.%2$I (%3$s) TABLE %1$I.%2$I', kept, name, stored);
    END LOOP;
    PERFORM pristine.check_now(true);
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('ALTER TABLE public.%I ENABLE TRIGGER USER', name);
    END LOOP;
    PERFORM pristine.check_now(false);
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


def keep(name: str, make: Callable[[], None]) -> None:
    """Keep what `make` writes, which commits, for the tests that `bring` it; the tables stand as before."""
    try:
        make()
        _call("pristine.keep", name)
    finally:
        restore()


def bring(name: str) -> None:
    """Let the tables stand as they were kept, in the test's own transaction; their numbers go on behind."""
    _call("pristine.bring", name)


def _call(function: str, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [name])
