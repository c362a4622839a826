"""The production file names the very commands that `make run` runs and the tests kill."""

import http.client
import importlib.util
import json
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import yaml
from django.core.management import get_commands

from secretariat import supervisor
from secretariat.localstack.processes import free_port

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
OURS = ("migrate", "web", "worker", "beat")


def test_all_parts_are_there():
    assert set(COMPOSE) == {"postgres", "redis", "migrate", "web", "worker", "beat"}


def test_the_commands_are_those_of_make_run():
    assert COMPOSE["web"]["command"] == f"{supervisor.WEB} 0.0.0.0:8000"
    assert COMPOSE["worker"]["command"] == supervisor.WORKER
    assert COMPOSE["beat"]["command"] == f"{supervisor.BEAT} /tmp/celerybeat-schedule"


def echo(environ, start_response):
    """Started by gunicorn as the service is: answers how long the address was."""
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [str(len(environ["RAW_URI"])).encode()]


def test_a_request_line_of_eight_kilobytes_is_read_and_a_longer_one_is_414():
    port = free_port()
    command = supervisor.WEB.replace("secretariat.wsgi:application", "tests.secretariat.test_compose:echo")
    server = subprocess.Popen([sys.executable, "-m", *command.split(), f"127.0.0.1:{port}"], cwd=ROOT)
    try:
        found = [_answer(port, length) for length in (8190 - len("GET  HTTP/1.1"), 8200)]
    finally:
        server.terminate()
        server.wait()
    assert found == [(200, b"8177"), (414, b"")]


def _answer(port, length):
    """The status, and the body of a 200; the server is waited for."""
    until = time.monotonic() + 60
    while True:
        try:
            way = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            way.request("GET", "/" + "x" * (length - 1))
            answer = way.getresponse()
            return answer.status, answer.read() if answer.status == 200 else b""
        except ConnectionRefusedError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


def test_the_image_starts_web_by_default_with_the_same_command():
    command = next(line for line in (ROOT / "Dockerfile").read_text().splitlines() if line.startswith("CMD "))
    assert json.loads(command.removeprefix("CMD ")) == f"{supervisor.WEB} 0.0.0.0:8000".split()


def test_the_image_holds_the_static_files_hashed_and_compressed(tmp_path):
    steps = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    step = next(line for line in steps if line.startswith("RUN ") and "collectstatic" in line)
    env = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "STATIC_ROOT": str(tmp_path)}
    subprocess.run(["sh", "-ec", step.removeprefix("RUN ")], cwd=ROOT, env=env, check=True)
    sheets = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert (tmp_path / f"{sheets['desk/desk.css']}.gz").is_file()


def test_the_commands_exist():
    programs = {COMPOSE[part]["command"].split()[0] for part in OURS}
    assert programs == {"python", "gunicorn", "celery"}
    assert [importlib.util.find_spec(f"{name}.__main__") is None for name in ("gunicorn", "celery")] == [
        False
    ] * 2
    _python, option, module, *steps = shlex.split(COMPOSE["migrate"]["command"])
    assert (option, importlib.util.find_spec(module) is None) == ("-m", False)
    assert {step.split()[0] for step in steps} <= set(get_commands())


def test_our_containers_run_as_nobody_special_on_a_read_only_disk():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER secretariat" in lines[-3:]
    for part in OURS:
        assert (COMPOSE[part]["read_only"], COMPOSE[part]["cap_drop"]) == (True, ["ALL"])
        assert COMPOSE[part]["tmpfs"] == ["/tmp"]


def test_the_image_holds_no_development_package():
    assert "requirements-dev" not in (ROOT / "Dockerfile").read_text()


def test_whoever_serves_is_asked_whether_it_does():
    assert {part for part in COMPOSE if "healthcheck" in COMPOSE[part]} == {"postgres", "redis", "web"}


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
