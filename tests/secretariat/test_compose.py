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

import pytest
import yaml
from django.core.management import get_commands

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
    assert set(COMPOSE[part]["environment"]) == table - NEVER_IN_PRODUCTION


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
