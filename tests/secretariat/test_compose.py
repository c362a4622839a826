"""The production file names the very commands that `make run` runs and the tests kill."""

from pathlib import Path

import yaml

from secretariat import supervisor

COMPOSE = yaml.safe_load((Path(__file__).resolve().parents[2] / "docker-compose.yml").read_text())["services"]


def test_all_parts_are_there():
    assert set(COMPOSE) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


def test_the_commands_are_those_of_make_run():
    assert COMPOSE["web"]["command"] == f"{supervisor.WEB} 0.0.0.0:8000"
    assert COMPOSE["worker"]["command"] == supervisor.WORKER
    assert COMPOSE["beat"]["command"] == f"{supervisor.BEAT} /tmp/celerybeat-schedule"


def test_nothing_serves_before_the_migration_is_done():
    for part in ("web", "worker", "beat"):
        assert COMPOSE[part]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_secrets_have_no_default():
    environment = COMPOSE["web"]["environment"]
    assert all(
        ":?" in environment[name] for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "EMAIL_URL")
    )
