#!/bin/sh
# The two roles of the service, made by the superuser that the image of PostgreSQL starts with and that no part of the
# service ever is: the owner of the tables, as which `migrate` runs, and the service's own, which owns nothing.
#
# The image runs this for a new volume. For an old one it is run by hand (docs/operations.md, "Two roles in the
# database"): what the superuser owned is then the owner's. Any number of times; passwords are set anew each time.
set -eu
psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" <<'SQL'
\getenv owner_password OWNER_PASSWORD
\getenv service_password SERVICE_PASSWORD
\set owner secretariat_owner
\set service secretariat_service
BEGIN;
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY[:'owner', :'service']) name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"owner" NOSUPERUSER NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE :"service" NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'service_password';
SELECT format('ALTER DATABASE %I OWNER TO %I', current_database(), :'owner') \gexec
-- Not what belongs to an extension; sequences of columns go with their tables.
SELECT format('ALTER %s %s OWNER TO %I', kind, name, :'owner') FROM (
    SELECT 'TABLE' AS kind, oid::regclass::text AS name, 'pg_class'::regclass AS class, oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
    UNION ALL
    SELECT 'ROUTINE', oid::regprocedure::text, 'pg_proc'::regclass, oid FROM pg_proc
        WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT 'COLLATION', format('public.%I', collname), 'pg_collation'::regclass, oid FROM pg_collation
        WHERE collnamespace = 'public'::regnamespace
) had WHERE NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = had.class AND objid = had.oid AND deptype = 'e'
) \gexec
COMMIT;
SQL
